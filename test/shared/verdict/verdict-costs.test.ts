import { describe, expect, it } from "vitest";
import type { CellResult, Verdict } from "#shared/results.ts";
import { benchmark, cell, decoding, flipping, forward, fp32, int4, overLaunches } from "../compare/cells.ts";
import { judge } from "./judge.ts";

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

describe("verdict by cost", () => {
  const [before, after] = flipping(1600, 2, 2);
  const against = (candidate: Partial<CellResult>, reference: Partial<CellResult> = {}): Verdict =>
    judge(
      fp32({ benchmark: [benchmark(before)], ...reference }),
      int4({ benchmark: [benchmark(after)], ...candidate }),
    );

  it("keeps the reference where nothing is saved", () => {
    expect(against({ bytes: 538e6, forward: [forward(1, 17, 600)] })).toMatchObject({
      answer: "keep",
      sentence:
        "Keep fp32@cpu: int4@cpu saves nothing here (the same memory and no measurable difference in speed at batch 1, a file of the same size).",
    });
  });

  it("keeps it too where only the file is smaller and the rest is worse", () => {
    expect(against({ forward: [forward(1, 34, 900)] }).sentence).toBe(
      "Keep fp32@cpu: int4@cpu saves nothing but disk space here (1.5x more memory and 2.0x slower at batch 1, a file 3.0x smaller).",
    );
  });

  it("needs no questions to say that nothing is saved", () => {
    expect(against({ bytes: 538e6, forward: [forward(1, 17, 600)], benchmark: [] }).answer).toBe("keep");
  });

  it("says quantize for a smaller file at no price", () => {
    expect(against({ forward: [forward(1, 17, 600)] }).sentence).toMatch(
      /^Quantize to int4@cpu: the same memory and no measurable difference in speed at batch 1, a file 3\.0x smaller; /,
    );
  });

  it("names the price of what is saved", () => {
    expect(against({ forward: [forward(1, 34, 200)] }).sentence).toMatch(
      /^Quantize to int4@cpu: 3\.0x less memory but 2\.0x slower at batch 1, a file 3\.0x smaller; /,
    );
  });

  it("calls less than 2 % or 5 MiB of memory no difference", () => {
    expect(against({ forward: [forward(1, 17, 591)] }).sentence).toContain("the same memory");
    const tiny = { forward: [forward(1, 17, 12)] };
    expect(against({ forward: [forward(1, 17, 8)] }, tiny).sentence).toContain("the same memory");
    expect(against({ forward: [forward(1, 17, 6)] }, tiny).sentence).toContain("2.0x less memory");
  });

  it("takes no saving from too few launches for an interval", () => {
    const few = { forward: [overLaunches(1, [10, 10], 200)] };
    const { sentence } = against(few, { forward: [overLaunches(1, [17, 17], 600)] });
    expect(sentence).toMatch(
      /^Quantize to int4@cpu: 3\.0x less memory \(2 launches, too few for an interval\) and an unknown difference in speed \(2 launches, too few for an interval\) at batch 1, a file 3\.0x smaller; /,
    );
    expect(against({ ...few, bytes: 538e6 }, { forward: [overLaunches(1, [17, 17], 600)] })).toMatchObject({
      answer: "not enough data",
      sentence: expect.stringContaining("what it saves was not measured") as string,
    });
  });

  it("calls nothing faster by a single launch", () => {
    const one = { forward: [overLaunches(1, [10], 200)] };
    expect(against(one, { forward: [overLaunches(1, [17], 600)] }).sentence).toContain(
      "an unknown difference in speed (1 launch, too few for an interval)",
    );
  });

  it("counts faster decoding as a saving", () => {
    const decoded = (ms: number): Partial<CellResult> => ({
      bytes: 538e6,
      forward: [forward(1, 17, 600)],
      decode: [decoding([1, 2, 3, 4, 5, 6].map((launch) => ({ launch, ms })))],
    });
    expect(against(decoded(10), decoded(20)).sentence).toMatch(
      /^Quantize to int4@cpu: the same memory, no measurable difference in the speed of forward passes and 2\.0x faster decoding at batch 1, a file of the same size; /,
    );
  });

  it("goes by the file where no forward pass ran, and knows nothing where that is no smaller", () => {
    expect(against({ forward: [] }).sentence).toMatch(/^Quantize to int4@cpu: a file 3\.0x smaller; /);
    expect(against({ forward: [], bytes: 538e6 })).toMatchObject({ answer: "not enough data" });
  });

  it.each([
    ["candidate", 538e6, 0],
    ["reference", 0, 181e6],
    ["of both", 0, 0],
  ])("says nothing of files whose size another tool did not tell: %s", (_, ours, theirs) => {
    const { sentence, reasons } = judge(
      fp32({ benchmark: [benchmark(before)], bytes: ours }),
      int4({ benchmark: [benchmark(after)], bytes: theirs }),
    );
    expect([sentence, ...reasons].join(" ")).not.toMatch(/NaN|Infinity|a file/);
  });

  it("warns of a disturbed timing", () => {
    const disturbed = { forward: [forward(1, 10, 200, { foreignLoadCores: 0.83 })] };
    expect(against(disturbed).reasons).toContain(
      "the timing of int4@cpu was disturbed: other programs kept 0.8 cores busy",
    );
  });

  it("does not call it quantizing where the candidate is no lower precision", () => {
    const cuda = cell("fp32@cuda", { forward: [forward(1, 5, 600)], benchmark: [benchmark(after)] });
    expect(judge(fp32({ benchmark: [benchmark(before)] }), cuda).sentence).toMatch(/^Switch to fp32@cuda: /);
  });
});
