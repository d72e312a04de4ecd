/** Runs as a lab would have stored them over the years, everything in them made up from their number. */
import { type FormatId, FORMAT_IDS } from "#shared/formats/formats.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import type { Answer, CellResult, DecodeLaunch, ForwardLaunch, Launch, TokenRow } from "#shared/results.ts";
import { parseSpec } from "#shared/spec.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";

export const BENCH_MODELS = [
  "SmolLM2-135M-Instruct",
  "Qwen2.5-0.5B-Instruct",
  "Llama-3.2-1B-Instruct",
  "Phi-3.5-mini",
] as const;

const BATCHES = [1, 8, 32];
const LAUNCHES = 6;
const RUNS = 12;
const TOP = 64;
const VOCABULARY = 49_152;
const HOUR_MS = 3_600_000;
const FIRST = Date.parse("2025-01-01T00:00:00Z");

export interface GeneratedRunOptions {
  /** From 0; the same number gives the same run. */
  readonly index: number;
  readonly cells: number;
  readonly questions: number;
}

export function generatedRun({ index, cells, questions }: GeneratedRunOptions): WholeRun {
  const random = createRandom(hashSeed("bench store", index));
  const model = BENCH_MODELS[index % BENCH_MODELS.length]!;
  const id = `bench-${String(index).padStart(6, "0")}`;
  const startedAt = new Date(FIRST + index * HOUR_MS).toISOString();
  const name = `${model} on driver ${580 + (Math.floor(index / 1000) % 10)}, night ${index}`;
  const asked = Array.from({ length: questions }, (_, number) => question(number));
  const results = Array.from({ length: cells }, (_, place) =>
    generatedCell(id, place, asked, startedAt, random.nextFloat),
  );
  return {
    stored: {
      run: {
        id,
        name,
        startedAt,
        finishedAt: new Date(Date.parse(startedAt) + 60_000 * (1 + random.nextInt(90))).toISOString(),
        status: index % 50 === 7 ? "failed" : "done",
        spec: parseSpec({
          schemaVersion: 1,
          name,
          model,
          cells: results.map(({ format }) => ({ format })),
          passes: {
            forward: { batchSizes: BATCHES },
            decode: { depths: [0] },
            tokens: { questions: "q.csv" },
            benchmark: { questions: "q.csv" },
          },
        }),
        environment: {
          app: { version: `0.${Math.floor(index / 2500)}.0`, commit: null },
          runtime: { onnxruntime: `1.${28 + Math.floor(index / 3000)}.0`, node: "24.21.0", launcher: "fork" },
          os: { platform: "linux", release: "6.18", arch: "x64" },
          cpu: { model: "AMD Ryzen 7 7840U", physicalCores: 8, logicalCores: 16 },
          memoryBytes: 32 * 2 ** 30,
          gpus: [
            {
              name: "NVIDIA RTX 4070",
              driver: `${580 + (Math.floor(index / 1000) % 10)}.1`,
              memoryBytes: 12 * 2 ** 30,
            },
          ],
          powerSource: "mains",
          machineId: `machine-${index % 3}`,
        },
      },
      model: { name: model, folder: `models/${model}`, architecture: "LlamaForCausalLM", parameters: 135_000_000 },
      questionSet: null,
      textSet: null,
      cells: results,
    },
    questionSets: [
      {
        name: "q",
        sha256: "5e".repeat(32),
        questions: asked,
        asked: questions,
        chanceLevel: 0.25,
        specialTokens: null,
      },
    ],
    facts: {},
  };
}

function question(number: number): Question {
  const words = "Which of these is the largest of the four, in the usual order?";
  return {
    id: `q${number + 1}`,
    subject: `topic ${number % 5}`,
    question: `${words} (${number})`,
    choices: ["one", "two", "three", "four"],
    answer: number % 4,
  };
}

function generatedCell(
  runId: string,
  place: number,
  asked: readonly Question[],
  startedAt: string,
  draw: () => number,
): CellResult {
  const format: FormatId = FORMAT_IDS[place % FORMAT_IDS.length]!;
  const factor = 1 / (1 + (place % FORMAT_IDS.length));
  const count = Math.floor(place / FORMAT_IDS.length);
  const around = (value: number): number => value * (0.98 + 0.04 * draw());
  const launches = Array.from({ length: LAUNCHES }, (_, index) => index + 1);
  return {
    id: `${runId}/${place + 1}`,
    label: count === 0 ? `${format}@cpu` : `${format}@cpu#${count + 1}`,
    format,
    provider: "cpu",
    threads: 8,
    file: `onnx/model_${format}.onnx`,
    sha256: format.padEnd(64, "0"),
    bytes: Math.round(540e6 * factor),
    bitsPerWeight: 32 * factor,
    status: "done",
    error: null,
    loadMs: null,
    memory: null,
    placement: { CPUExecutionProvider: 174 },
    cacheSelfTest: null,
    selfTests: null,
    launches: launches.map((launch): Launch => ({
      kind: "timing",
      launch,
      batchSize: null,
      order: launch * 100 + place,
      status: "done",
      startedAt,
      elapsedMs: 2000,
      loadMs: around(200 * factor),
      memory: { baseBytes: 90e6, loadPeakBytes: 440e6, steadyBytes: 410e6, source: "VmHWM" },
      canaryDrift: 0,
    })),
    forward: joinForward(BATCHES.flatMap((batch) => launches.map((launch) => forward(batch, launch, factor, around)))),
    decode: joinDecode(launches.map((launch) => decode(launch, factor, around))),
    tokens: asked.map(({ id }) => tokenRow(id, draw)),
    texts: [],
    benchmark: [
      {
        mode: "loglikelihood",
        answers: asked.map((each) => answer(each, draw)),
        accuracy: null,
        normalizedAccuracy: null,
        wordsPerMinute: null,
      },
    ],
    generations: [],
    replays: [],
    wordsBasis: null,
    samples: [],
  };
}

function forward(batchSize: number, launch: number, factor: number, around: (value: number) => number): ForwardLaunch {
  return {
    launch,
    kind: "timing",
    batchSize,
    sequenceLength: 128,
    latencyMs: Array.from({ length: RUNS }, () => around(20 * batchSize * factor)),
    computeMs: Array.from({ length: RUNS }, () => around(18 * batchSize * factor)),
    warmupMs: [around(40 * batchSize * factor)],
    peakMemoryBytes: Math.round(around(600e6 * factor + 10e6 * batchSize)),
    runPeakBytes: null,
    anonymousBytes: null,
    fileBytes: null,
    deviceMemoryBytes: null,
    foreignLoadCores: 0.02,
    repeats: 0,
    swapped: false,
    skipped: null,
  };
}

function decode(launch: number, factor: number, around: (value: number) => number): DecodeLaunch {
  return {
    launch,
    way: "user",
    method: "plain",
    graph: "exported",
    batchSize: 1,
    depth: 0,
    promptTokens: 128,
    timeToFirstTokenMs: [around(60 * factor), around(60 * factor)],
    interTokenMs: Array.from({ length: 126 }, () => around(11 * factor)),
    foreignLoadCores: 0.02,
    skipped: null,
  };
}

function tokenRow(questionId: string, draw: () => number): TokenRow {
  return {
    questionId,
    promptTokens: 72,
    topIds: Array.from({ length: TOP }, () => Math.floor(draw() * VOCABULARY)),
    topLogprobs: Array.from({ length: TOP }, (_, place) => -0.5 - place * 0.1),
    logSumExp: 12,
    referenceLogprobs: Array.from({ length: TOP }, (_, place) => -0.6 - place * 0.1),
    klDivergence: 0.01 * draw(),
  };
}

function answer({ id, answer: gold }: Question, draw: () => number): Answer {
  const predicted = draw() < 0.6 ? gold : (gold + 1) % 4;
  return {
    questionId: id,
    predicted,
    correct: predicted === gold,
    formatFailure: false,
    choiceLogprobs: [draw(), draw(), draw(), draw()].map((value) => -10 * value),
    text: null,
    tokenIds: null,
    generatedTokens: 0,
    elapsedMs: 12,
    normalized: null,
    cutTokens: 0,
    sharedSeam: false,
  };
}
