import { describe, expect, it } from "vitest";
import { launchMedians, launchSummary } from "#shared/stats/launch-summary.ts";
import { shuffled } from "./shuffled.ts";

// numpy: of all 18, percentile 10 and 90 are 9.7 and 21.3, the median is 11.5, the MAD 1.5.
const launches = [
  [10, 11, 12],
  [20, 21, 22],
  [9, 9, 10],
  [10, 12, 14],
  [11, 11, 11],
  [12, 13, 40],
].map((samples, launch) => ({ launch, samples }));

describe("launchMedians", () => {
  it("has one middle value a launch, and none where nothing was measured", () => {
    const medians = launchMedians([...launches, { launch: 6, samples: [] }]);
    expect([...medians]).toEqual([11, 21, 9, 12, 11, 13].map((median, launch) => [launch, median]));
  });

  it("refuses a launch given twice, NaN and broken numbers", () => {
    expect(() => launchMedians([launches[0]!, launches[0]!])).toThrow("Launch 0 is given twice");
    expect(() => launchMedians([{ launch: 1, samples: [Number.NaN] }])).toThrow(RangeError);
    expect(() => launchMedians([{ launch: 0.5, samples: [1] }])).toThrow(RangeError);
  });
});

describe("launchSummary", () => {
  it("is the median of the launches' medians, over the smallest to the largest of six (96.9 %)", () => {
    const summary = launchSummary(launches);
    expect(summary).toMatchObject({ median: 11.5, low: 9, high: 21, kind: "order-statistics", over: "launches" });
  });

  it("has spread and outliers of all runs", () => {
    const summary = launchSummary(launches)!;
    expect(summary).toMatchObject({ launches: 6, runs: 18, min: 9 });
    expect(summary.p10).toBeCloseTo(9.7, 12);
    expect(summary.p90).toBeCloseTo(21.3, 12);
    // The fence is 11.5 + 5 x 1.4826 x 1.5 = 22.6, so that only 40 is beyond it.
    expect(summary.outliersSeen).toBe(1);
  });

  it("is over the runs of a single launch, with the worked example's one outlier", () => {
    const summary = launchSummary([{ launch: 0, samples: [10, 11, 10, 12, 10, 11, 50] }]);
    expect(summary).toMatchObject({ median: 11, low: 10, high: 50, over: "runs", launches: 1, outliersSeen: 1 });
    const few = launchSummary([
      { launch: 0, samples: [3, 4, 5] },
      { launch: 1, samples: [] },
    ]);
    expect(few).toMatchObject({ median: 4, low: 3, high: 5, kind: "range", over: "runs" });
  });

  it("weighs a launch once, however many runs it has", () => {
    const many = launchSummary([
      { launch: 0, samples: new Array<number>(90).fill(1) },
      { launch: 1, samples: [3] },
      { launch: 2, samples: [5] },
    ]);
    expect(many).toMatchObject({ median: 3, runs: 92 });
  });

  it("is called a range for fewer than six launches", () => {
    const few = launchSummary(launches.slice(0, 5));
    expect(few).toMatchObject({ low: 9, high: 21, kind: "range", over: "launches", launches: 5 });
  });

  it("does not depend on the order of launches", () => {
    for (let seed = 0; seed < 10; seed += 1) {
      expect(launchSummary(shuffled(launches, seed))).toEqual(launchSummary(launches));
    }
  });

  it("has zero width for identical launches", () => {
    const same = [0, 1, 2, 3, 4, 5].map((launch) => ({ launch, samples: [7, 7.5, 8] }));
    expect(launchSummary(same)).toMatchObject({ median: 7.5, low: 7.5, high: 7.5, outliersSeen: 0 });
  });

  it("is null when nothing was measured", () => {
    expect(launchSummary([])).toBeNull();
    expect(launchSummary([{ launch: 0, samples: [] }])).toBeNull();
  });
});
