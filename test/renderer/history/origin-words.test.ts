import { describe, expect, it } from "vitest";
import type { HistoryOrigin } from "#shared/api.ts";
import { originChip, originWords } from "../../../src/renderer/views/history/origin-words.ts";

const ORIGIN: HistoryOrigin = { tool: "quantscope", file: "night.zip", importedAt: null, parts: null };
const parts = (indexes: number[], machines = 1): HistoryOrigin => ({
  ...ORIGIN,
  file: null,
  parts: { indexes, count: 8, machines },
});
const whole = parts([1, 2, 3, 4, 5, 6, 7, 8], 3);

describe("originChip", () => {
  it("is the tool, or how much of a run it is", () => {
    expect(originChip({ ...ORIGIN, tool: "lm-eval" })).toBe("lm-eval");
    expect(originChip(ORIGIN)).toBe("imported");
    expect([parts([2]), parts([2, 5]), whole].map(originChip)).toEqual(["part 2/8", "2/8 parts", "8 parts"]);
  });
});

describe("originWords", () => {
  const words = (origin: HistoryOrigin | null, machine = "EPYC"): string | null => originWords({ origin, machine });

  it("says who measured it where, and how it came here", () => {
    expect(words(ORIGIN)).toBe("Measured on EPYC, read from night.zip.");
    expect(words({ ...ORIGIN, tool: "lm-eval", importedAt: "no date" })).toBe(
      "Measured by lm-eval, read from night.zip, imported no date.",
    );
    expect(words(ORIGIN, "")).toBe("Measured on a machine without a name, read from night.zip.");
  });

  it("says which parts, and names no machine where there were several", () => {
    expect(words(parts([2]))).toBe("Part 2 of 8, measured on EPYC.");
    expect(words(parts([2, 5], 2))).toBe("Parts 2, 5 of 8, of 2 machines.");
    expect(words(whole)).toBe("All 8 parts, of 3 machines.");
  });

  it("has nothing to say of a run that was measured here", () => {
    expect(words(null)).toBeNull();
  });
});
