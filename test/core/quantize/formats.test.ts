import { describe, expect, it } from "vitest";
import { FORMAT_MAKERS, formatMaker } from "#core/quantize/formats.ts";
import { FORMAT_IDS, FORMATS } from "#shared/formats/formats.ts";

describe("formatMaker", () => {
  it("makes exactly the formats that the shared table promises", () => {
    expect(FORMAT_IDS.filter((id) => FORMAT_MAKERS[id])).toEqual(FORMAT_IDS.filter((id) => FORMATS[id].makes));
  });

  it("returns each maker under its own id", () => {
    for (const maker of Object.values(FORMAT_MAKERS)) expect(formatMaker(maker.format)).toBe(maker);
  });

  it("refuses a format that cannot be made, with the list", () => {
    expect(() => formatMaker("fp32")).toThrow(
      expect.objectContaining({ code: "FORMAT_UNSUPPORTED", message: expect.stringContaining("int4") as string }),
    );
  });
});
