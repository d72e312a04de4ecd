import type {
  Answer,
  DecodeLaunch,
  Environment,
  ForwardLaunch,
  Generation,
  ReplayLaunch,
  SelfTests,
  TextChunk,
  TokenRow,
} from "#shared/results.ts";
import { parseSpec } from "#shared/spec.ts";
import type { Question, QuestionSet } from "#core/benchmarks/question-set.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import type { LoadResult, Samples } from "#core/runs/protocol.ts";
import type { NewCell, NewRun } from "#core/store/write-run.ts";

export const environment: Environment = {
  app: { version: "0.1.0", commit: "b8eadb2" },
  runtime: { onnxruntime: "1.30.0", node: "24.21.0", launcher: "fork" },
  os: { platform: "linux", release: "6.18", arch: "x64" },
  cpu: { model: "Xeon® Ünit", physicalCores: 2, logicalCores: 4 },
  memoryBytes: 24 * 2 ** 30,
  gpus: [{ name: "H200", driver: "580.1", memoryBytes: 2 ** 37 }],
  powerSource: "mains",
  machineId: "0123456789abcdef",
};

export const facts: GraphFacts = {
  format: "fp32",
  operators: { MatMul: 12 },
  parameters: 135_000_000,
  bitsPerWeight: 32,
  quantizedShare: 0,
  blockSize: null,
  symmetric: null,
  accuracyLevel: null,
  dynamicQuantization: false,
  opset: 18,
};

export function question(number: number): Question {
  return {
    id: `q${number}`,
    subject: number % 2 === 0 ? "física" : null,
    question: `質問 ${number} 🙂?`,
    choices: ["α", "β", "", "δ"],
    answer: number % 4,
  };
}

export function questionSet(count: number, sha256 = "5e".repeat(32)): QuestionSet {
  const questions = Array.from({ length: count }, (_, index) => question(index + 1));
  return { name: "virology", file: "virology.csv", sha256, questions };
}

export function newCell(runId: string, index: number, extra: Partial<NewCell> = {}): NewCell {
  return {
    id: `${runId}/${index + 1}`,
    label: `fp32@cpu#${index + 1}`,
    format: "fp32",
    provider: "cpu",
    threads: 2,
    file: "onnx/модель.onnx",
    sha256: "ab".repeat(32),
    bytes: 2 ** 40,
    facts,
    ...extra,
  };
}

/** A run of two cells on twelve of twenty questions. */
export function newRun(id: string, extra: Partial<NewRun> = {}): NewRun {
  const set = questionSet(20);
  return {
    id,
    name: `näme of ${id}`,
    startedAt: "2026-11-21T07:00:00.000Z",
    spec: parseSpec({
      schemaVersion: 1,
      name: "n",
      model: "m",
      cells: [{ format: "fp32" }, { format: "int4", provider: "cuda" }],
      passes: { forward: {}, tokens: { questions: "virology.csv" }, benchmark: { questions: "virology.csv" } },
    }),
    environment,
    model: { name: "SmolLM2", folder: "models/smollm2", architecture: "LlamaForCausalLM", parameters: 135_000_000 },
    questionSets: [{ set, asked: set.questions.slice(0, 12), chanceLevel: 0.25 }],
    textSet: { name: "text.txt", sha256: "7e".repeat(32) },
    cells: [newCell(id, 0), newCell(id, 1)],
    ...extra,
  };
}

export const loaded: LoadResult = {
  loadMs: 123.456,
  memory: { baseBytes: 90e6, loadPeakBytes: 440e6, steadyBytes: 410e6, source: "VmHWM" },
  placement: { CPUExecutionProvider: 174 },
  cacheSelfTest: { maxLogprobDifference: 1.5e-6, limit: 1e-3, cacheUsed: true },
  specialTokens: { before: ["<s>"], after: [] },
};

export function forwardLaunch(batchSize: number, extra: Partial<ForwardLaunch> = {}): ForwardLaunch {
  return {
    launch: 1,
    kind: "timing",
    batchSize,
    sequenceLength: 128,
    latencyMs: [12.000000000001, 11.5, 13.25],
    computeMs: [9.5, 9.25, 9],
    warmupMs: [20.5],
    peakMemoryBytes: 530e6,
    runPeakBytes: 520e6,
    anonymousBytes: 400e6,
    fileBytes: 120e6,
    deviceMemoryBytes: null,
    foreignLoadCores: 0.06,
    repeats: 1,
    swapped: false,
    skipped: null,
    ...extra,
  };
}

export function decodeLaunch(way: DecodeLaunch["way"], extra: Partial<DecodeLaunch> = {}): DecodeLaunch {
  return {
    launch: 1,
    way,
    method: way === "user" ? "plain" : "in-place",
    graph: "exported",
    batchSize: 2,
    depth: 512,
    promptTokens: 640,
    timeToFirstTokenMs: [64, 60],
    interTokenMs: [8, 8.5, 7.5, 8],
    foreignLoadCores: 0.01,
    skipped: null,
    ...extra,
  };
}

export function textChunk(chunk: number, extra: Partial<TextChunk> = {}): TextChunk {
  const row = { topIds: [3, 4], topLogprobs: [-0.25, -2], logSumExp: 7.5 };
  return {
    chunk,
    scoredBytes: 900,
    negativeLogLikelihood: [1.5, null, 0.25],
    positions: [
      { position: 255, ...row, referenceLogprobs: [-0.25, -2], klDivergence: 0.125 },
      { position: 300, ...row, referenceLogprobs: null, klDivergence: null },
    ],
    ...extra,
  };
}

export function tokenRow(questionId: string, extra: Partial<TokenRow> = {}): TokenRow {
  return {
    questionId,
    promptTokens: 72,
    topIds: [5, 2_000_000_000],
    topLogprobs: [-0.5, -12.25],
    logSumExp: 12.25,
    referenceLogprobs: [-0.75, -11.5],
    klDivergence: 0.03125,
    ...extra,
  };
}

export function scored(questionId: string, extra: Partial<Answer> = {}): Answer {
  return {
    questionId,
    predicted: 1,
    correct: true,
    formatFailure: false,
    choiceLogprobs: [-1.1, -0.3, -7.00000000001, -9],
    text: null,
    generatedTokens: 0,
    tokenIds: null,
    elapsedMs: 8.125,
    normalized: null,
    cutTokens: 0,
    sharedSeam: false,
    ...extra,
  };
}

export function generated(questionId: string, extra: Partial<Answer> = {}): Answer {
  return {
    ...scored(questionId),
    choiceLogprobs: [],
    text: " B",
    generatedTokens: 2,
    tokenIds: [4, 2_000_000_000],
    elapsedMs: 30,
    ...extra,
  };
}

export function generation(promptId: string, extra: Partial<Generation> = {}): Generation {
  return {
    promptId,
    prompt: "Once upon a time",
    chatTemplate: true,
    promptTokens: 5,
    text: "there was a 🐉\nand a ‘quote’",
    tokenIds: [7, 8, 9],
    tokenMs: [10.5, 12.25, 14.125],
    margins: [0.5, null, 0.25],
    wordsPerMinute: 5106.4,
    ...extra,
  };
}

export function replayLaunch(of: ReplayLaunch["of"], launch = 1, extra: Partial<ReplayLaunch> = {}): ReplayLaunch {
  return {
    launch,
    of,
    method: "slim",
    graph: "exported",
    items: [
      {
        id: of === "texts" ? "p1" : "q1",
        promptTokens: 5,
        tokens: 3,
        words: 7,
        promptMs: [10.5, 11],
        stepMs: [2, 3, 2.5, 3.5],
      },
      { id: of === "texts" ? "p2" : "q3", promptTokens: 6, tokens: 0, words: 0, promptMs: [8.25, 8.5], stepMs: [] },
    ],
    foreignLoadCores: 0.02,
    repeats: 1,
    ...extra,
  };
}

export const samples: Samples = { atMs: [100, 200.5], residentBytes: [90e6, 440e6], tokensPerSecond: [0, 1234.5] };

export const selfTests: SelfTests = {
  padding: {
    prompts: 8,
    maxLogprobDifference: 2e-6,
    meanKl: 1e-12,
    top1Changes: 0,
    limit: 1e-3,
    passed: true,
  },
  repeat: { prompts: 8, maxLogprobDifference: 0, meanKl: 0, top1Changes: 0 },
  stepping: { method: "slim", graph: "exported", maxLogprobDifference: 1e-6, refused: ["in-place: no such operator"] },
  questionBatch: 1,
};
