import { describe, expect, it } from "vitest";
import { isNegligible, launchRatio, ratioFinding } from "#shared/stats/launch-ratio.ts";
import type { LaunchSamples } from "#shared/stats/launch-summary.ts";
import { shuffled } from "./shuffled.ts";

const launchesOf = (medians: readonly number[]): LaunchSamples[] =>
  medians.map((median, launch) => ({ launch, samples: [median * 0.9, median, median * 5] }));

describe("launchRatio", () => {
  it("is the worked example's 1.1107 (1.0833 to 1.6487)", () => {
    const reference = launchesOf([0.1, 0.12, 0.08, 0.11, 0.09, 0.5].map((d) => 20 * Math.exp(d)));
    const ratio = launchRatio(reference, launchesOf(new Array<number>(6).fill(20)))!;
    expect(ratio.ratio).toBeCloseTo(1.1107, 4);
    expect(ratio.low).toBeCloseTo(1.0833, 4);
    expect(ratio.high).toBeCloseTo(1.6487, 4);
    expect(ratio).toMatchObject({ kind: "signed-rank", launches: 6 });
  });

  it("agrees with the third Walsh averages of seven launches", () => {
    // numpy: median, third smallest and third largest of the 28 averages of ln(reference / candidate), as ratios.
    const ratio = launchRatio(launchesOf([100, 104, 98, 101, 99, 150, 103]), launchesOf([80, 82, 79, 85, 78, 90, 84]))!;
    expect(ratio.ratio).toBeCloseTo(1.2521594179177342, 12);
    expect(ratio.low).toBeCloseTo(1.2140895365785367, 12);
    expect(ratio.high).toBeCloseTo(1.4538985997006058, 12);
  });

  it("pairs by launch number, so that drift common to both cancels", () => {
    const drift = [1, 2, 3, 4, 5, 6].map((level) => 100 * level);
    const reference = launchesOf(drift);
    const candidate = launchesOf(drift.map((ms) => ms / 2)).reverse();
    const ratio = launchRatio(reference, candidate)!;
    for (const value of [ratio.ratio, ratio.low, ratio.high]) expect(value).toBeCloseTo(2, 12);
  });

  it("leaves out launches that only one side has, or that measured nothing", () => {
    const reference = launchesOf([2, 2, 2, 2, 2, 2, 99]);
    const candidate = [...launchesOf([1, 1, 1, 1, 1]), { launch: 5, samples: [] }, { launch: 9, samples: [7] }];
    expect(launchRatio(reference, candidate)).toEqual({ ratio: 2, low: 2, high: 2, kind: "range", launches: 5 });
  });

  it("turns round when the sides are swapped and does not depend on order", () => {
    const reference = launchesOf([100, 104, 98, 101, 99, 150, 103]);
    const candidate = launchesOf([80, 82, 79, 85, 78, 90, 84]);
    const one = launchRatio(reference, candidate)!;
    const other = launchRatio(shuffled(candidate, 1), shuffled(reference, 2))!;
    expect(other.ratio).toBeCloseTo(1 / one.ratio, 12);
    expect(other.low).toBeCloseTo(1 / one.high, 12);
    expect(other.high).toBeCloseTo(1 / one.low, 12);
  });

  it("is null without a launch in common", () => {
    expect(launchRatio([], [])).toBeNull();
    expect(launchRatio([{ launch: 0, samples: [1] }], [{ launch: 1, samples: [1] }])).toBeNull();
  });

  it("refuses times of 0 and a launch given twice", () => {
    expect(() => launchRatio(launchesOf([0]), launchesOf([1]))).toThrow("Launch 0: a ratio needs medians above 0");
    expect(() => launchRatio([...launchesOf([1]), ...launchesOf([1])], launchesOf([1]))).toThrow(RangeError);
  });
});

describe("isNegligible", () => {
  it("is from 0.98 to 1.02", () => {
    expect([0.979, 0.98, 1, 1.02, 1.021].map(isNegligible)).toEqual([false, true, true, true, false]);
  });
});

describe("ratioFinding", () => {
  const finding = (low: number, high: number, kind: "signed-rank" | "range" | "runs" = "signed-rank"): string =>
    ratioFinding({ low, high, kind });

  it("says faster or slower for an interval clear of 1", () => {
    expect(finding(1.22, 1.4)).toBe("faster");
    expect(finding(1.005, 1.03)).toBe("faster");
    expect(finding(0.8, 0.99)).toBe("slower");
  });

  it("says same when it holds 1 or lies inside 0.98 to 1.02", () => {
    expect(finding(0.9, 1.3)).toBe("same");
    expect(finding(1, 1.3)).toBe("same");
    expect(finding(1.005, 1.02)).toBe("same");
    expect(finding(0.98, 0.99)).toBe("same");
  });

  it("knows neither from the runs of one launch nor from a range", () => {
    expect(finding(1.5, 1.6, "runs")).toBe("unknown");
    expect(finding(1.5, 1.6, "range")).toBe("unknown");
  });
});
