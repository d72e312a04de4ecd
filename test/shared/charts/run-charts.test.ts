import { beforeAll, describe, expect, it } from "vitest";
import { qualityAgainst } from "#shared/charts/accuracy.ts";
import { computeByBatch } from "#shared/charts/from-results.ts";
import { withFrontShares } from "#shared/charts/front-shares.ts";
import { launchStream, sampledLaunches } from "#shared/charts/launch-stream.ts";
import { decodeByDepth, wordsByCell } from "#shared/charts/speeds.ts";
import { readResult, type ReadResult } from "../../helpers/read-result.ts";

let all: ReadResult;
beforeAll(() => {
  all = readResult();
});

describe("charts of speeds", () => {
  it("have a line a cell, in the units of their axes", () => {
    const compute = computeByBatch(all.run.results);
    expect(compute.series.map(({ points }) => points.map(({ x }) => x))).toEqual(Array(4).fill([1, 4]));
    expect(compute.series[0]!.points[0]!.note).toBe("95 % interval over 6 launches");
    const decode = decodeByDepth(all.run.results, "user");
    expect(decode.series[0]!.points.map(({ x }) => x)).toEqual([128, 640]);
    // 11 ms a token.
    expect(decode.series[0]!.points[0]!.y).toBeCloseTo(91, -1);
    const words = wordsByCell(all.run.results, new Map());
    expect(words.x.categories).toEqual(["Answers", "Texts"]);
    const { wordsPerMinute: y, low, high } = all.run.results.cells[0]!.replays[0]!;
    expect(words.series[0]!.points[1]).toMatchObject({ x: 1, y, low, high, note: "95 % interval over 6 launches" });
  });

  it("mark words that an earlier version timed once or beside a second session", () => {
    const cells = all.run.results.cells.map((cell, index) => ({
      ...cell,
      replays: [],
      wordsBasis: index === 0 ? ("once" as const) : ("disturbed" as const),
    }));
    const rates = new Map(cells.map(({ label }) => [label, [4000, 4400]]));
    const { series } = wordsByCell({ ...all.run.results, cells }, rates);
    expect(series[0]!.points[1]).toMatchObject({ y: 4200, low: null, high: null, note: "once" });
    expect(series[1]!.points[1]).toMatchObject({ y: 4200, note: "disturbed" });
  });

  it("are empty where nothing was measured", () => {
    const { run } = readResult({ questions: 0, texts: false, launches: 1 });
    expect(decodeByDepth(run.results, "compute").series).toEqual([]);
    expect(wordsByCell(run.results, new Map()).series).toEqual([]);
  });
});

describe("withFrontShares", () => {
  it("writes to every point how likely it is on the front", () => {
    const model = qualityAgainst(all.run.results, "size", "loglikelihood");
    const noted = withFrontShares(model, all.run.results.pareto);
    expect(noted.series[0]!.points[0]!.note).toMatch(
      /^unbeaten in \d+ % of the resamplings \(peak memory, latency, accuracy\)$/,
    );
    expect(withFrontShares(model, null)).toBe(model);
  });
});

describe("launchStream", () => {
  const cells = (): Parameters<typeof launchStream>[0] =>
    all.samples.map(({ cell, samples }, index) => ({ ...all.run.results.cells[index]!, label: cell, samples }));

  it("has one line a cell of the process that is asked for", () => {
    expect(sampledLaunches(cells())[0]).toEqual({ kind: "timing", launch: 1 });
    expect(sampledLaunches(cells())).toHaveLength(6);
    const model = launchStream(cells(), "memory", { kind: "timing", launch: 2 });
    expect(model.series.map(({ label }) => label)).toEqual(["fp32@cpu", "int8@cpu", "int4@cpu", "nf4@cpu"]);
    // 90 MiB of an idle process, before anything is loaded; a reading each quarter of a second.
    expect(model.series[0]!.points.slice(0, 2).map(({ x }) => x)).toEqual([0, 0.25]);
    expect(model.series[0]!.points[0]!.y).toBe(90);
  });

  it("says so where a process has none", () => {
    const model = launchStream(cells(), "speed", { kind: "quality", launch: 1 });
    expect([model.series, model.empty]).toEqual([[], "No samples of this process were stored."]);
  });
});
