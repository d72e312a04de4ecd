/** Cells and results by what a test is about; the rest is plausible and constant. */
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import type {
  Answer,
  BenchmarkResult,
  CellResult,
  DecodeResult,
  ForwardLaunch,
  ForwardResult,
  Results,
  TokenRow,
} from "#shared/results.ts";
import { type BenchmarkMode, parseSpec, type SpecInput } from "#shared/spec.ts";
import { environment } from "../../core/store/sample-run.ts";

export const MIB = 2 ** 20;

export function answer(index: number, predicted: number | null, extra: Partial<Answer> = {}): Answer {
  return {
    questionId: `q${index + 1}`,
    predicted,
    correct: predicted === 0,
    formatFailure: false,
    choiceLogprobs: [],
    text: null,
    generatedTokens: 0,
    tokenIds: null,
    elapsedMs: 10,
    normalized: null,
    cutTokens: 0,
    sharedSeam: false,
    ...extra,
  };
}

export function benchmark(answers: readonly Answer[], mode: BenchmarkMode = "loglikelihood"): BenchmarkResult {
  const right = answers.filter(({ correct }) => correct).length;
  return {
    mode,
    answers: [...answers],
    accuracy: answers.length ? right / answers.length : null,
    normalizedAccuracy: null,
    wordsPerMinute: null,
  };
}

/** Answers whose right one is always 0: `predicted` by question. */
export const predictions = (predicted: readonly (number | null)[]): Answer[] =>
  predicted.map((each, index) => answer(index, each));

/**
 * Reference and candidate answers with given counts: both right, right to wrong, wrong to right, both wrong alike.
 * The reference is right in 60 % of the questions that do not change.
 */
export function flipping(questions: number, rightToWrong: number, wrongToRight: number): [Answer[], Answer[]] {
  const rest = questions - rightToWrong - wrongToRight;
  const bothRight = Math.round(rest * 0.6);
  const pairs = [
    ...Array<[number, number]>(rightToWrong).fill([0, 1]),
    ...Array<[number, number]>(wrongToRight).fill([2, 0]),
    ...Array<[number, number]>(bothRight).fill([0, 0]),
    ...Array<[number, number]>(rest - bothRight).fill([3, 3]),
  ];
  return [predictions(pairs.map(([before]) => before)), predictions(pairs.map(([, after]) => after))];
}

/** One batch size in six equal launches, the fewest that have an interval. */
export function forward(
  batchSize: number,
  ms: number,
  mebibytes: number,
  extra: Partial<ForwardLaunch> = {},
): ForwardResult {
  return launched([1, 2, 3, 4, 5, 6].map((launch) => forwardLaunch(batchSize, ms, mebibytes, { launch, ...extra })));
}

/** The same in a single launch. */
export function once(
  batchSize: number,
  ms: number,
  mebibytes: number,
  extra: Partial<ForwardLaunch> = {},
): ForwardResult {
  return launched([forwardLaunch(batchSize, ms, mebibytes, extra)]);
}

export function forwardLaunch(
  batchSize: number,
  ms: number,
  mebibytes: number,
  extra: Partial<ForwardLaunch> = {},
): ForwardLaunch {
  const latencyMs = Array.from({ length: 10 }, (_, index) => ms * (1 + (index - 4.5) / 1000));
  return {
    launch: 1,
    kind: "timing",
    batchSize,
    sequenceLength: 128,
    latencyMs,
    computeMs: latencyMs.map((each) => each * 0.9),
    warmupMs: [],
    peakMemoryBytes: mebibytes * MIB,
    runPeakBytes: mebibytes * MIB,
    anonymousBytes: null,
    fileBytes: null,
    deviceMemoryBytes: null,
    foreignLoadCores: 0.02,
    repeats: 0,
    swapped: false,
    skipped: null,
    ...extra,
  };
}

/** The launches of one batch size as the store joins them. */
export function launched(launches: readonly ForwardLaunch[]): ForwardResult {
  return joinForward(launches)[0]!;
}

/** A batch size in as many launches as there are times, each with that median. */
export function overLaunches(batchSize: number, times: readonly number[], mebibytes = 600): ForwardResult {
  return launched(times.map((ms, index) => forwardLaunch(batchSize, ms, mebibytes, { launch: index + 1 })));
}

/** Decoding at batch 1 by the engine's own way, one inter-token time a launch. */
export function decoding(launches: readonly { readonly launch: number; readonly ms: number }[]): DecodeResult {
  return joinDecode(
    launches.map(({ launch, ms }) => ({
      launch,
      way: "compute",
      method: "in-place",
      graph: "exported",
      batchSize: 1,
      depth: 0,
      promptTokens: 128,
      timeToFirstTokenMs: [ms],
      interTokenMs: [ms, ms, ms],
      foreignLoadCores: null,
      skipped: null,
    })),
  )[0]!;
}

export function tokens(topIds: readonly (readonly number[])[]): TokenRow[] {
  return topIds.map((ids, index) => ({
    questionId: `q${index + 1}`,
    promptTokens: 10,
    topIds: [...ids],
    topLogprobs: ids.map((_, place) => -1 - place),
    logSumExp: 0,
    referenceLogprobs: null,
    klDivergence: null,
  }));
}

export function cell(label: string, extra: Partial<CellResult> = {}): CellResult {
  const [format, provider] = label.split(/[@#]/) as [CellResult["format"], CellResult["provider"]];
  return {
    id: label,
    label,
    format,
    provider,
    threads: 2,
    file: "model.onnx",
    sha256: "ab".repeat(32),
    bytes: 538e6,
    bitsPerWeight: 32,
    status: "done",
    error: null,
    loadMs: 100,
    memory: null,
    placement: {},
    cacheSelfTest: null,
    selfTests: null,
    launches: [],
    forward: [],
    decode: [],
    tokens: [],
    texts: [],
    benchmark: [],
    generations: [],
    replays: [],
    wordsBasis: null,
    samples: [],
    ...extra,
  };
}

/** fp32 and an int4 that is three times smaller, leaner and 1.7 times faster. */
export const fp32 = (extra: Partial<CellResult> = {}): CellResult =>
  cell("fp32@cpu", { forward: [forward(1, 17, 600), forward(32, 400, 1200)], ...extra });
export const int4 = (extra: Partial<CellResult> = {}): CellResult =>
  cell("int4@cpu", { bytes: 181e6, forward: [forward(1, 10, 200), forward(32, 300, 900)], ...extra });

export type Stored = Omit<Results, "comparisons" | "schemaVersion" | "pareto">;

export function stored(cells: readonly CellResult[], spec: Partial<SpecInput> = {}): Stored {
  return {
    run: {
      id: "20261121-070000-abcd",
      name: "test",
      startedAt: "2026-11-21T07:00:00.000Z",
      finishedAt: "2026-11-21T07:01:15.000Z",
      status: "done",
      spec: parseSpec({
        schemaVersion: 1,
        name: "test",
        model: "m",
        cells: [{ format: "fp32" }],
        passes: { forward: {} },
        ...spec,
      }),
      environment,
    },
    model: { name: "m", folder: "m", architecture: "LlamaForCausalLM", parameters: 135e6 },
    questionSet: {
      name: "set",
      sha256: "cd".repeat(32),
      count: 1600,
      asked: 1600,
      chanceLevel: 0.25,
      specialTokens: { before: [], after: [] },
      subjects: {},
    },
    textSet: null,
    cells: [...cells],
  };
}
