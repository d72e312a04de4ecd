import { describe, expect, it } from "vitest";
import type { CellResult, Verdict } from "#shared/results.ts";
import { compareCells } from "#shared/report/compare-cells.ts";
import { decide } from "#shared/report/decide.ts";
import { verdict } from "#shared/report/verdict.ts";
import { benchmark, flipping, forward, fp32, int4, overLaunches } from "./cells.ts";

function judge(reference: CellResult, candidate: CellResult): Verdict {
  const differences = compareCells(reference, candidate, { topK: [1, 20], seed: 0 });
  const decision = decide([differences.answerChange], 1, 1)[0]!;
  const limits = { marginPoints: 1 };
  return verdict({
    reference,
    candidate,
    differences,
    chanceLevel: 0.25,
    questionSet: null,
    limits,
    decision,
    generated: null,
  });
}

describe("verdict by launches", () => {
  const [before, after] = flipping(1600, 2, 2);
  const timed = (ours: number[], theirs: number[]): string => {
    const reference = fp32({ benchmark: [benchmark(before)], forward: [overLaunches(1, ours), overLaunches(8, ours)] });
    const candidate = int4({
      benchmark: [benchmark(after)],
      forward: [
        overLaunches(1, theirs),
        overLaunches(
          8,
          ours.map((ms) => ms * 2),
        ),
      ],
    });
    return judge(reference, candidate).reasons.join("; ");
  };

  it("calls six launches that agree faster, and says where that turns", () => {
    const reasons = timed([20, 21, 20, 19, 20, 22], [10, 10.5, 10, 9.5, 10, 11]);
    expect(reasons).toContain("2.0x faster at batch 1");
    expect(reasons).toContain("int4@cpu becomes the slower one between batch 1 and batch 8");
  });

  it("does not say that nothing is saved while the speed is unknown", () => {
    const reference = fp32({ benchmark: [benchmark(before)], forward: [overLaunches(1, [20, 21], 100)] });
    const candidate = int4({ benchmark: [benchmark(after)], forward: [overLaunches(1, [10, 10], 600)] });
    expect(judge(reference, candidate)).toMatchObject({
      answer: "not enough data",
      sentence: expect.stringContaining(
        "what it saves was not measured (6.0x more memory (2 launches, too few for an interval) and an unknown",
      ) as string,
    });
  });

  it("does not take a little memory for more time", () => {
    const slow = [overLaunches(1, [20, 21, 20, 19, 20, 22], 100)];
    const leaner = (mebibytes: number): Verdict =>
      judge(
        fp32({ benchmark: [benchmark(before)], forward: slow }),
        int4({ benchmark: [benchmark(after)], forward: [overLaunches(1, [30, 31.5, 30, 28.5, 30, 33], mebibytes)] }),
      );
    expect(leaner(90)).toMatchObject({
      answer: "keep",
      sentence: expect.stringContaining("nothing but disk space") as string,
    });
    expect(leaner(25).answer).toBe("quantize");
  });

  it("compares the device's memory where both have one, and names the machine's where one has", () => {
    const onDevice = (device: number | null, host: number) =>
      forward(1, 10, host, { deviceMemoryBytes: device === null ? null : device * 2 ** 20 });
    const reasons = (ours: number | null, theirs: number | null): string =>
      judge(
        fp32({ benchmark: [benchmark(before)], forward: [onDevice(ours, 600)] }),
        int4({ benchmark: [benchmark(after)], forward: [onDevice(theirs, 300)] }),
      ).reasons.join("; ");
    expect(reasons(800, 200)).toContain("4.0x less device memory");
    expect(reasons(null, 200)).toContain("2.0x less of the machine's memory");
  });

  it("tells a processor that slowed down, unless other programs explain it", () => {
    const launch = {
      kind: "timing" as const,
      launch: 1,
      batchSize: null,
      order: 0,
      status: "done" as const,
      startedAt: "2026-11-21T07:00:00.000Z",
      elapsedMs: 1,
      loadMs: 1,
      memory: null,
      canaryDrift: 0.2,
    };
    const reasons = (foreignLoadCores: number): string =>
      judge(
        fp32({ benchmark: [benchmark(before)] }),
        int4({
          benchmark: [benchmark(after)],
          launches: [launch],
          forward: [forward(1, 10, 200, { foreignLoadCores })],
        }),
      ).reasons.join("; ");
    expect(reasons(0.02)).toContain("the processor slowed down during 1 of the 1 launches of int4@cpu");
    expect(reasons(0.8)).not.toContain("slowed down");
    expect(reasons(0.8)).toContain("other programs kept 0.8 cores busy");
  });

  it("does not call two launches anything", () => {
    expect(timed([20, 21], [10, 10.5])).toContain(
      "an unknown difference in speed (2 launches, too few for an interval)",
    );
  });

  it("finds none where launches vary more than the cells", () => {
    expect(timed([20, 21, 20, 19, 20, 22], [21, 20, 19, 20, 22, 20])).toContain("no measurable difference in speed");
  });
});
