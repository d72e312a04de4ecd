import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { holm } from "#shared/stats/holm.ts";

const adjusted = (pValues: readonly number[]): number[] => holm(pValues).map((result) => result.adjusted);

describe("holm", () => {
  it("multiplies step by step and never lets a larger p end up smaller", () => {
    expect(adjusted([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it("leaves one p-value alone and stops at 1", () => {
    expect(adjusted([0.2])).toEqual([0.2]);
    expect(adjusted([0.6, 0.7])).toEqual([1, 1]);
  });

  it("gives each variant its own value, whatever the order", () => {
    expect(adjusted([0.005, 0.03, 0.04, 0.01])).toEqual([0.02, 0.06, 0.06, 0.03]);
  });

  it("rejects until a step fails, and names the level at which each was compared", () => {
    const results = holm([0.02, 0.004, 0.5], 0.05);
    expect(results.map(({ rejected }) => rejected)).toEqual([true, true, false]);
    expect(results.map(({ level }) => level)).toEqual([0.05 / 2, 0.05 / 3, 0.05]);
    expect(holm([0.03, 0.004, 0.02], 0.025).map(({ level }) => level)).toEqual([0.0125, 0.025 / 3, 0.0125]);
  });

  it("rejects exactly those whose p is below their level", () => {
    const random = createRandom(1);
    for (let trial = 0; trial < 2000; trial += 1) {
      const pValues = Array.from({ length: 1 + random.nextInt(9) }, () => random.nextFloat() ** 3);
      holm(pValues, 0.025).forEach(({ rejected, level, adjusted: p }, index) => {
        expect(rejected).toBe(pValues[index]! < level);
        expect(rejected).toBe(p < 0.025);
      });
    }
  });

  it("is empty without p-values", () => {
    expect(holm([])).toEqual([]);
  });

  it("refuses NaN", () => {
    expect(() => holm([0.1, Number.NaN])).toThrow(RangeError);
  });

  it("refuses values outside 0 to 1", () => {
    expect(() => holm([1.1])).toThrow(RangeError);
    expect(() => holm([-0.1])).toThrow(RangeError);
  });
});
