import { describe, expect, it } from "vitest";
import type { BenchCell, BenchPlan, BenchSquare } from "#shared/api.ts";
import { PROBE_VERSION, type ProbeReport, type ProbeStatus } from "#shared/providers/probe.ts";
import { draftOf } from "../../../src/renderer/views/bench/draft.ts";
import { warningsOf } from "../../../src/renderer/views/bench/warnings.ts";
import { aboutTime, resolutionWords, squareTip } from "../../../src/renderer/views/bench/words.ts";

const MIB = 2 ** 20;

function square(provider: BenchSquare["provider"], peakMiB: number, fits: boolean): BenchSquare {
  return {
    format: "int4",
    provider,
    label: `int4@${provider}`,
    state: "can-be-made",
    reason: null,
    chosen: true,
    file: null,
    bytes: 10e6,
    bytesArePredicted: true,
    prediction: { peakMemoryBytes: peakMiB * MIB, measureSeconds: 10, makeSeconds: 1, fits, basis: "rough" },
  };
}

function plan(squares: readonly BenchSquare[], rest: Partial<BenchPlan> = {}): BenchPlan {
  return {
    model: { name: "m", folder: "/m", architecture: null, parameters: 1 },
    squares: [...squares],
    cells: [],
    reference: null,
    totals: {
      cells: 1,
      seconds: 10,
      filesToMake: 1,
      makeSeconds: 1,
      peakMemoryBytes: 1,
      makeBytes: 10e6,
      questions: 0,
      duplicates: 0,
    },
    memoryFreeBytes: 512 * MIB,
    diskFreeBytes: 1e9,
    basis: "rough",
    ...rest,
  };
}

const draft = (...providers: readonly BenchSquare["provider"][]): ReturnType<typeof draftOf> =>
  draftOf({
    schemaVersion: 1,
    name: "x",
    model: "m",
    cells: providers.map((provider) => ({ format: "int4" as const, provider })),
    passes: { forward: {} },
  });

const probe = (status: ProbeStatus): ProbeReport =>
  ({
    version: PROBE_VERSION,
    providers: [{ provider: "webgpu", usable: true, squares: [{ format: "int4", status }] }],
  }) as unknown as ProbeReport;

describe("warningsOf", () => {
  it("says nothing where everything fits on the CPU", () => {
    expect(warningsOf(draft("cpu"), plan([square("cpu", 100, true)]), null)).toEqual([]);
  });

  it("names the cell that needs the most memory, both numbers, and what to do", () => {
    const squares = [square("cpu", 1000, false), square("cuda", 2000, false)];
    const [memory] = warningsOf(draft("cpu", "cuda"), plan(squares), null);
    expect(memory?.text).toMatch(/^int4@cuda and 1 more .*~2 GiB; 512 MiB are free\. Close programs/);
  });

  it("leaves squares out that are not chosen", () => {
    expect(warningsOf(draft("cpu"), plan([square("cuda", 2000, false)]), null)).toEqual([]);
  });

  it("names a cell that no square stands for, and leaves out one that cannot be measured", () => {
    const own = (label: string, peakMiB: number, state: BenchCell["state"]): BenchCell => {
      const { format, provider, reason, file, bytes, bytesArePredicted, prediction } = square("cpu", peakMiB, false);
      const rest = { format, provider, reason, file, bytes, bytesArePredicted, prediction };
      return { ...rest, label, square: null, madeFrom: null, state };
    };
    const cells = [own("int4@cpu#2", 1000, "can-be-made"), own("nf4@cpu", 9000, "cannot")];
    const [memory, ...others] = warningsOf(draft("cpu"), plan([square("cpu", 100, true)], { cells }), null);
    expect(memory?.text).toMatch(/^int4@cpu#2 may need ~1,000 MiB/);
    expect(others).toEqual([]);
  });

  it("says that the disk is too small for what is made", () => {
    const [disk] = warningsOf(draft("cpu"), plan([square("cpu", 1, true)], { diskFreeBytes: 5e6 }), null);
    expect(disk?.text).toMatch(/10\.0 MB .* 5\.00 MB free/);
  });

  it("says nothing of a disk that does not tell", () => {
    expect(warningsOf(draft("cpu"), plan([square("cpu", 1, true)], { diskFreeBytes: null }), null)).toEqual([]);
  });

  it("says that questions are asked twice, and what that does", () => {
    const { totals } = plan([]);
    const twice = plan([square("cpu", 1, true)], { totals: { ...totals, questions: 500, duplicates: 12 } });
    expect(warningsOf(draft("cpu"), twice, null).map(({ text }) => text)).toEqual([
      "12 of 500 questions repeat another one: they count twice, so that the interval comes out too narrow. Take the copies out of the set.",
    ]);
  });

  it("says which chosen cells fall back to the CPU", () => {
    const squares = [square("webgpu", 1, true)];
    expect(warningsOf(draft("webgpu"), plan(squares), probe("falls back"))[0]?.text).toMatch(
      /int4@webgpu .* on the CPU/,
    );
    expect(warningsOf(draft("webgpu"), plan(squares), probe("works"))).toEqual([]);
  });

  it("says that nobody tried a provider yet", () => {
    expect(warningsOf(draft("webgpu"), plan([square("webgpu", 1, true)]), null)[0]?.text).toMatch(
      /WebGPU was not tried/,
    );
  });
});

describe("resolutionWords", () => {
  it("states what it assumes", () => {
    expect(resolutionWords(480)).toBe(
      "480 questions can tell apart about ±2.1 points of accuracy, if 1 in 20 answers flips.",
    );
    expect(resolutionWords(0)).toBeNull();
  });
});

describe("aboutTime", () => {
  it.each([
    [null, "–"],
    [0.2, "≈ 1 s"],
    [9.2, "≈ 10 s"],
    [41, "≈ 41 s"],
    [155, "≈ 2 min 35 s"],
  ])("%j is %s", (seconds, text) => {
    expect(aboutTime(seconds)).toBe(text);
  });
});

describe("squareTip", () => {
  it("says why a square cannot be chosen", () => {
    expect(squareTip({ ...square("cpu", 1, true), state: "cannot", reason: "No float file." }, MIB)).toBe(
      "No float file.",
    );
  });

  it("says that a file is made first, and what memory there is", () => {
    expect(squareTip(square("cpu", 1000, false), 512 * MIB)).toBe(
      "The run makes the file first (≈ 1 s). Predicted peak memory ~1,000 MiB, 512 MiB free now: not enough. " +
        "Takes ≈ 10 s, a rough guess.",
    );
  });
});
