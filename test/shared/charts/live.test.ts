import { describe, expect, it } from "vitest";
import type { LiveCell } from "#shared/api.ts";
import { cellOfLabel, liveForward, liveLooks, liveStream } from "#shared/charts/live.ts";
import { axisRange } from "#shared/charts/range.ts";

const MIB = 2 ** 20;

function cell(
  label: string,
  kind: "timing" | "quality",
  seconds: readonly number[],
  rest: Partial<LiveCell> = {},
): LiveCell {
  return {
    label,
    status: "running",
    error: null,
    launch: { kind, launch: 1 },
    progress: null,
    measured: [],
    samples: {
      atMs: seconds.map((second) => 1000 * second),
      residentBytes: seconds.map((second) => second * MIB),
      tokensPerSecond: seconds.map(() => 7),
    },
    ...rest,
  };
}
const BUSY = { progress: { pass: "forward" as const, done: 0, total: 3 } };
const drawn = (model: ReturnType<typeof liveStream>, index = 0): [number, number][] =>
  model.series[index]!.points.filter(({ y }) => !Number.isNaN(y)).map(({ x, y }) => [x, y]);

describe("cellOfLabel", () => {
  it("reads format and provider, also of a cell that is there twice", () => {
    expect(cellOfLabel("int4@cpu")).toEqual({ format: "int4", provider: "cpu" });
    expect(cellOfLabel("nf4@webgpu#2")).toEqual({ format: "nf4", provider: "webgpu" });
    expect(cellOfLabel("own.onnx")).toBeNull();
  });
});

describe("liveLooks", () => {
  it("tells the same format apart when it is measured twice", () => {
    const looks = liveLooks(["int4@cpu", "int4@cpu#2", "?"]);
    expect(looks.get("int4@cpu")?.variant).toBe(0);
    expect(looks.get("int4@cpu#2")?.variant).toBe(1);
    expect(looks.get("?")?.tone).toBe("mixed");
  });
});

describe("liveStream", () => {
  it("draws MiB over seconds", () => {
    expect(drawn(liveStream([cell("int4@cpu", "timing", [1, 2], BUSY)], "memory"))).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(drawn(liveStream([cell("int4@cpu", "timing", [1], BUSY)], "speed"))).toEqual([[1, 7]]);
  });

  it("keeps an axis that grows in steps, from zero", () => {
    const range = (last: number): readonly number[] =>
      axisRange(liveStream([cell("int4@cpu", "timing", [1, last], BUSY)], "memory"), "x");
    expect(range(2)).toEqual([0, 5]);
    expect(range(4)).toEqual([0, 5]);
    expect(range(6)).toEqual([0, 10]);
  });

  it("compares processes of one kind: that of the cell that is measured now", () => {
    const cells = [
      cell("fp32@cpu", "quality", [1]),
      cell("w8@cpu", "timing", [1]),
      cell("int4@cpu", "timing", [], BUSY),
    ];
    expect(liveStream(cells, "memory").series.map(({ id }) => id)).toEqual(["w8@cpu"]);
  });

  it("keeps the processes before in sight until one of another kind has its first reading", () => {
    const cells = [cell("fp32@cpu", "quality", [1]), cell("int4@cpu", "timing", [], BUSY)];
    expect(liveStream(cells, "memory").series.map(({ id }) => id)).toEqual(["fp32@cpu"]);
  });

  it("draws the newest six, and the one that is measured in any case", () => {
    const cells = Array.from({ length: 30 }, (_, index) =>
      cell(`int4@cpu#${index + 1}`, "timing", [1], index === 2 ? BUSY : {}),
    );
    const ids = liveStream(cells, "memory").series.map(({ id }) => id);
    expect(ids).toHaveLength(7);
    expect(ids[0]).toBe("int4@cpu#3");
  });

  it("thins a long stream, keeps its peak, and leaves what was drawn where it was", () => {
    const seconds = Array.from({ length: 500 }, (_, index) => index / 10);
    const long = cell("int4@cpu", "timing", seconds, BUSY);
    long.samples.residentBytes[333] = 9999 * MIB;
    const points = drawn(liveStream([long], "memory"));
    expect(points.length).toBeLessThanOrEqual(480);
    expect(Math.max(...points.map(([, y]) => y))).toBe(9999);
    const longer = cell("int4@cpu", "timing", [...seconds, 50, 50.1, 50.2, 50.3], BUSY);
    longer.samples.residentBytes[333] = 9999 * MIB;
    expect(drawn(liveStream([longer], "memory")).slice(0, points.length)).toEqual(points);
  });

  it("has no line before the first reading, and says what it waits for", () => {
    const model = liveStream([cell("int4@cpu", "timing", [])], "memory");
    expect(model.series).toEqual([]);
    expect(model.empty).toMatch(/first reading/);
  });
});

describe("liveForward", () => {
  const forward = (launch: number, batchSize: number, medianMs: number | null): LiveCell["measured"][number] => ({
    kind: "forward",
    launch,
    batchSize,
    medianMs,
    runs: 5,
    peakMemoryBytes: batchSize * MIB,
    deviceMemoryBytes: null,
    skipped: medianMs === null ? "too large" : null,
  });

  it("gives the median of the launches with their range", () => {
    const measured = [forward(1, 8, 50), forward(1, 1, 10), forward(2, 1, 14), forward(3, 1, 30)];
    const [series] = liveForward([cell("int4@cpu", "timing", [], { measured })], "latency").series;
    expect(series?.points).toMatchObject([
      { x: 1, y: 14, low: 10, high: 30, ends: "range", note: "range of 3 launches" },
      { x: 8, y: 50, low: null, high: null, note: "1 launch" },
    ]);
  });

  it("leaves out what was skipped", () => {
    const cells = [cell("int4@cpu", "timing", [], { measured: [forward(1, 32, null)] })];
    expect(liveForward(cells, "latency").series).toEqual([]);
    expect(liveForward(cells, "memory").series[0]?.points).toMatchObject([{ x: 32, y: 32 }]);
  });
});
