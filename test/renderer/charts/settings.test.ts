import { describe, expect, it } from "vitest";
import { axis, point } from "#shared/charts/model.ts";
import { canSwitchLog, withScale } from "../../../src/renderer/charts/settings.ts";
import { chart } from "../../helpers/chart.ts";

describe("canSwitchLog", () => {
  it("needs every value and whisker above zero", () => {
    expect(canSwitchLog(chart("lines", [[point(1, 5, { low: 1, high: 6 })]]))).toBe(true);
    expect(canSwitchLog(chart("lines", [[point(1, 5, { low: 0, high: 6 })]]))).toBe(false);
    expect(canSwitchLog(chart("lines", [[point(1, NaN)]]))).toBe(false);
  });

  it("is nothing for bars, whose lengths begin at zero", () => {
    expect(canSwitchLog(chart("bars", [[point(1, 5)]]))).toBe(false);
  });
});

describe("withScale", () => {
  const model = chart("lines", [[point(1, 5)]], { y: axis("Latency", "ms", { scale: "log10" }) });

  it("draws on the scale that the user chose", () => {
    expect(withScale(model, false).y.scale).toBe("linear");
    expect(withScale(withScale(model, false), true).y.scale).toBe("log10");
  });

  it("leaves the model alone where nothing was chosen, or it cannot be drawn so", () => {
    expect(withScale(model, null)).toBe(model);
    const zero = chart("lines", [[point(1, 0)]]);
    expect(withScale(zero, true)).toBe(zero);
  });
});
