import { describe, expect, it } from "vitest";
import type { LiveCell, Measured } from "#shared/api.ts";
import { referenceOf, soFar } from "../../../src/renderer/views/run/so-far.ts";

const forward = (batchSize: number, medianMs: number | null, peakMemoryBytes: number | null): Measured => ({
  kind: "forward",
  launch: 1,
  batchSize,
  medianMs,
  runs: 5,
  peakMemoryBytes,
  deviceMemoryBytes: null,
  skipped: null,
});
const questions = (sameTop1: number, compared: number): Measured => ({
  kind: "questions",
  asked: 40,
  loglikelihoodCorrect: 10,
  generateCorrect: null,
  sameTop1,
  compared,
});
const cell = (label: string, ...measured: readonly Measured[]): LiveCell => ({
  label,
  status: "running",
  error: null,
  launch: null,
  progress: null,
  measured: [...measured],
  samples: { atMs: [], residentBytes: [], tokensPerSecond: [] },
});
const BASE = cell("fp32@cpu", forward(1, 10, 400), forward(1, 14, 420), forward(8, 60, 800));

describe("referenceOf", () => {
  const cells = [cell("int4@cpu"), cell("fp32@cpu"), cell("a file@cpu")];

  it("is the spec's, else the highest precision", () => {
    expect(referenceOf(cells, "int4@cpu")).toBe("int4@cpu");
    expect(referenceOf(cells, undefined)).toBe("fp32@cpu");
    expect(referenceOf([], undefined)).toBeNull();
  });
});

describe("soFar", () => {
  it("compares memory at the largest batch that both have, and latency at the smallest, over the launches so far", () => {
    const small = cell("int4@cpu", forward(1, 6, 100), forward(8, 70, 250), forward(32, 1, 900), questions(45, 48));
    expect(soFar([BASE, small], "fp32@cpu")).toEqual([
      {
        label: "int4@cpu",
        parts: [
          "3.2x less resident memory at batch 8",
          "2.0x faster at batch 1 in 1 launch",
          "same next token in 94 % of 48 questions",
        ],
      },
    ]);
  });

  it("says when a cell is worse, and calls what is near the same", () => {
    const worse = cell("nf4@cpu", forward(1, 20, 431), forward(1, 28, 400));
    expect(soFar([BASE, worse], "fp32@cpu")[0]!.parts).toEqual([
      "about the same resident memory at batch 1",
      "2.0x slower at batch 1 in 2 launches",
    ]);
  });

  it("has nothing to say before both have a number, of what was skipped, and of tokens that nobody compared", () => {
    const none = cell("int4@cpu", forward(2, 5, 10), questions(0, 0));
    const skipped = cell("int8@cpu", forward(1, null, null));
    expect(soFar([BASE, none, skipped], "fp32@cpu").map(({ parts }) => parts)).toEqual([[], []]);
  });

  it("compares with nothing where the reference is not known", () => {
    expect(soFar([BASE], null)).toEqual([]);
    expect(soFar([BASE], "w8@cpu")).toEqual([]);
  });
});
