import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { accuracyByCell, countsOf, qualityAgainst } from "#shared/charts/accuracy.ts";
import { jaccardByK, latencyByBatch, memoryByBatch } from "#shared/charts/from-results.ts";
import type { ChartModel } from "#shared/charts/model.ts";
import {
  benchmark,
  cell,
  flipping,
  once as forward,
  fp32,
  int4,
  overLaunches,
  predictions,
  stored,
  tokens,
} from "../compare/cells.ts";

const results = buildResults(stored([fp32(), int4()]));
const nothing = buildResults(stored([cell("fp32@cpu"), cell("int4@cpu")]));
const pointsOf = ({ series }: ChartModel, label: string): ChartModel["series"][number]["points"] =>
  series.find((each) => each.label === label)!.points;

describe("memoryByBatch", () => {
  it("gives MiB by batch size, one series a cell, the reference marked", () => {
    const chart = memoryByBatch(results);
    expect(chart.series.map(({ label, reference }) => [label, reference])).toEqual([
      ["fp32@cpu", true],
      ["int4@cpu", false],
    ]);
    expect(pointsOf(chart, "int4@cpu").map(({ x, y }) => [x, y])).toEqual([
      [1, 200],
      [32, 900],
    ]);
    expect([chart.x.scale, chart.y.unit, chart.y.better]).toEqual(["log2", "MiB", "lower"]);
  });

  it("leaves out what was not measured, and keeps batch sizes in order", () => {
    const unknown = forward(2, 5, 1, { peakMemoryBytes: null });
    const chart = memoryByBatch(
      buildResults(stored([fp32({ forward: [forward(32, 9, 3), unknown, forward(1, 1, 2)] })])),
    );
    expect(pointsOf(chart, "fp32@cpu").map(({ x }) => x)).toEqual([1, 32]);
  });
});

describe("latencyByBatch", () => {
  it("gives the median with the interval of the runs of a single launch", () => {
    const single = buildResults(stored([fp32({ forward: [forward(1, 17, 600)] })]));
    const [first] = pointsOf(latencyByBatch(single), "fp32@cpu");
    expect(first!.y).toBeCloseTo(17, 1);
    expect(first!.low).toBeLessThan(first!.y);
    expect(first!.note).toBe("95 % interval of the 10 runs of 1 launch");
  });

  it("gives the spread of launches where there are several, and says that three are a range", () => {
    const chart = latencyByBatch(buildResults(stored([fp32({ forward: [overLaunches(1, [10, 14, 11])] })])));
    const [first] = pointsOf(chart, "fp32@cpu");
    expect([first!.low, first!.y, first!.high]).toEqual([expect.closeTo(10), expect.closeTo(11), expect.closeTo(14)]);
    expect(first!.note).toBe("range of 3 launches");
  });

  it("becomes logarithmic where it spans two decades", () => {
    const wide = buildResults(stored([fp32({ forward: [forward(1, 1, 1), forward(32, 150, 1)] })]));
    expect([latencyByBatch(results).y.scale, latencyByBatch(wide).y.scale]).toEqual(["linear", "log10"]);
  });
});

describe("jaccardByK", () => {
  it("has k as categories and no series for the reference", () => {
    const rows = tokens([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const other = tokens([
      [1, 2, 9],
      [4, 5, 6],
    ]);
    const spec = { passes: { tokens: { questions: "q.csv", topK: [3, 1] } } };
    const chart = jaccardByK(buildResults(stored([fp32({ tokens: rows }), int4({ tokens: other })], spec)));
    expect(chart.x.categories).toEqual(["1", "3"]);
    expect(chart.series.map(({ label }) => label)).toEqual(["int4@cpu"]);
    expect(pointsOf(chart, "int4@cpu").map(({ y }) => y)).toEqual([1, 0.75]);
  });
});

describe("accuracyByCell", () => {
  const cells = [
    fp32({ benchmark: [benchmark(predictions([0, 0, 0, 1]))] }),
    cell("w8@cpu"),
    int4({ benchmark: [benchmark(predictions([0, null, 1, 1]))] }),
  ];
  const answered = buildResults(stored(cells));

  it("gives percent of the valid answers with Wilson's interval, cells without answers left out", () => {
    const chart = accuracyByCell(answered, "loglikelihood");
    expect(chart.x.categories).toEqual(["fp32@cpu", "int4@cpu"]);
    const [only] = pointsOf(chart, "int4@cpu");
    expect(only).toMatchObject({ x: 1, note: "1 of 3 questions" });
    expect([only!.low, only!.y, only!.high]).toEqual([
      expect.closeTo(5.13 / 3, 1),
      expect.closeTo(33.3, 1),
      expect.closeTo(100 - 35.54 / 3, 1),
    ]);
    expect(chart.guides).toEqual([{ axis: "y", value: 25, label: "chance" }]);
  });

  it("takes counts in place of answers, for a run too large to be sent", () => {
    const counts = [{ label: "w8@cpu", mode: "loglikelihood", correct: 5, valid: 10 }];
    expect(accuracyByCell(nothing, "loglikelihood", counts).series).toEqual([]);
    expect(pointsOf(accuracyByCell(answered, "loglikelihood", counts), "w8@cpu")[0]!.y).toBe(50);
    expect(countsOf(answered)[0]).toEqual({ label: "fp32@cpu", mode: "loglikelihood", correct: 3, valid: 4 });
  });

  it("has nothing for a mode that was not asked", () => {
    expect(accuracyByCell(answered, "generate")).toMatchObject({ series: [], guides: [] });
  });
});

describe("qualityAgainst", () => {
  const [right, worse] = flipping(100, 20, 0);
  const both = buildResults(stored([fp32({ benchmark: [benchmark(right)] }), int4({ benchmark: [benchmark(worse)] })]));

  it("places cells by file size in MB, and joins those that nothing beats", () => {
    const chart = qualityAgainst(both, "size", "loglikelihood");
    expect(pointsOf(chart, "int4@cpu")[0]!.x).toBe(181);
    expect(chart.front.map(({ x }) => x)).toEqual([181, 538]);
  });

  it("places cells by the latency of the smallest batch size, with its interval", () => {
    const [only] = pointsOf(qualityAgainst(both, "latency", "loglikelihood"), "int4@cpu");
    expect(only!.x).toBeCloseTo(10, 1);
    expect(only!.xLow).toBeLessThanOrEqual(only!.x);
  });
});

describe("every chart of a run in which nothing was measured", () => {
  it.each([
    memoryByBatch(nothing),
    latencyByBatch(nothing),
    jaccardByK(nothing),
    accuracyByCell(nothing, "generate"),
    qualityAgainst(nothing, "latency", "generate"),
  ])("says what would fill it: $id", ({ series, front, empty }) => {
    expect({ series, front }).toEqual({ series: [], front: [] });
    expect(empty).toMatch(/pass/);
  });
});
