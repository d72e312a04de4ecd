/**
 * results.json, and with it every measured value that leaves the store (docs/file-formats.md; docs/results.schema.json is
 * generated from here). Raw samples are always included; what can be derived from them is derived in shared/report.
 */
import { z } from "zod";
import { ERROR_CODES } from "./errors.ts";
import { FORMAT_IDS } from "./formats/formats.ts";
import { PROVIDER_IDS } from "./providers/providers.ts";
import { BENCHMARK_MODES, specSchema } from "./spec.ts";

export const RESULTS_VERSION = 1;

export const RUN_STATUSES = ["running", "done", "failed", "cancelled"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export const CELL_STATUSES = ["waiting", "running", "done", "failed", "cancelled"] as const;
export type CellStatus = (typeof CELL_STATUSES)[number];

const bytes = z.number().int().min(0);
const interval = { low: z.number().nullable(), high: z.number().nullable() };

export const environmentSchema = z.object({
  app: z.object({ version: z.string(), commit: z.string().nullable() }),
  runtime: z.object({ onnxruntime: z.string(), node: z.string(), launcher: z.string() }),
  os: z.object({ platform: z.string(), release: z.string(), arch: z.string() }),
  cpu: z.object({ model: z.string(), physicalCores: z.number(), logicalCores: z.number() }),
  memoryBytes: bytes,
  machineId: z.string(),
});
export type Environment = z.output<typeof environmentSchema>;

/** One batch size of the forward pass. Latencies exclude garbage collection and input building. */
export const forwardResultSchema = z.object({
  batchSize: z.number().int(),
  sequenceLength: z.number().int(),
  /** Wall time of each timed run, logits fetched, in the order measured. */
  latencyMs: z.array(z.number()),
  warmupMs: z.array(z.number()),
  /** max(load peak, run peak): what the machine must have for this batch size, above the idle process. */
  peakMemoryBytes: bytes.nullable(),
  /** Peak resident set from after loading to the end of this batch size, above the idle process. */
  runPeakBytes: bytes.nullable(),
  deviceMemoryBytes: bytes.nullable(),
  /** CPU cores' worth of other processes' work while the timed runs ran. */
  foreignLoadCores: z.number().nullable(),
  /** Why nothing was measured; null when it was. */
  skipped: z.string().nullable(),
});
export type ForwardResult = z.output<typeof forwardResultSchema>;

/** Memory of the measuring process around loading, above the idle process with ONNX Runtime loaded. */
export const memorySchema = z.object({
  baseBytes: bytes,
  loadPeakBytes: bytes,
  steadyBytes: bytes,
  /** How peaks were read: `VmHWM` with resets (Linux), or `maxRSS`, which cannot be reset. */
  source: z.enum(["VmHWM", "maxRSS"]),
});
export type MemoryResult = z.output<typeof memorySchema>;

/** One pass against token by token with the cache, over the same tokens; see docs/measurement.md. */
export const cacheSelfTestSchema = z.object({
  /** Of the most likely next tokens, in nats; null when the logits were not numbers. */
  maxLogprobDifference: z.number().nullable(),
  /** What arithmetic explains; null for formats that round activations. */
  limit: z.number().nullable(),
  cacheUsed: z.boolean(),
});
export type CacheSelfTest = z.output<typeof cacheSelfTestSchema>;

export const tokenRowSchema = z.object({
  questionId: z.string(),
  promptTokens: z.number().int(),
  topIds: z.array(z.number().int()),
  topLogprobs: z.array(z.number()),
});
export type TokenRow = z.output<typeof tokenRowSchema>;

export const answerSchema = z.object({
  questionId: z.string(),
  /** Index of the choice; null where the text names none (a format failure) or the model's output was not a number. */
  predicted: z.number().int().nullable(),
  correct: z.boolean(),
  /** The generated text names no choice: a wrong answer, in contrast to one that the model never gave. */
  formatFailure: z.boolean(),
  /** Log-likelihood of each choice in nats (loglikelihood); empty for generate. */
  choiceLogprobs: z.array(z.number().nullable()),
  /** What was generated, special tokens left out; null for loglikelihood. */
  text: z.string().nullable(),
  generatedTokens: z.number().int(),
  /** From before the prompt's forward pass to the last token (generate); of the scoring passes (loglikelihood). */
  elapsedMs: z.number(),
});
export type Answer = z.output<typeof answerSchema>;

/** Whether an answer counts. One that was computed from NaN is no answer, right or wrong, and leaves every share. */
export function isValidAnswer({ predicted, formatFailure }: Answer): boolean {
  return predicted !== null || formatFailure;
}

export const benchmarkResultSchema = z.object({
  mode: z.enum(BENCHMARK_MODES),
  answers: z.array(answerSchema),
  accuracy: z.number().nullable(),
  wordsPerMinute: z.number().nullable(),
});
export type BenchmarkResult = z.output<typeof benchmarkResultSchema>;

export const generationSchema = z.object({
  promptId: z.string(),
  prompt: z.string(),
  chatTemplate: z.boolean(),
  promptTokens: z.number().int(),
  text: z.string(),
  tokenIds: z.array(z.number().int()),
  /** When each token was chosen, from before the prompt's forward pass. */
  tokenMs: z.array(z.number()),
  wordsPerMinute: z.number().nullable(),
});
export type Generation = z.output<typeof generationSchema>;

export const cellResultSchema = z.object({
  id: z.string(),
  label: z.string(),
  format: z.enum(FORMAT_IDS),
  provider: z.enum(PROVIDER_IDS),
  threads: z.number().int().nullable(),
  file: z.string(),
  sha256: z.string(),
  bytes,
  bitsPerWeight: z.number().nullable(),
  status: z.enum(CELL_STATUSES),
  error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
  loadMs: z.number().nullable(),
  memory: memorySchema.nullable(),
  placement: z.record(z.string(), z.number().int()),
  /** Null for a graph without a cache, and before the cell was loaded. */
  cacheSelfTest: cacheSelfTestSchema.nullable(),
  forward: z.array(forwardResultSchema),
  decode: z.array(
    z.object({
      batchSize: z.number().int(),
      timeToFirstTokenMs: z.array(z.number()),
      prefillTokensPerSecond: z.number().nullable(),
      decodeTokensPerSecond: z.number().nullable(),
    }),
  ),
  tokens: z.array(tokenRowSchema),
  benchmark: z.array(benchmarkResultSchema),
  generations: z.array(generationSchema),
});
export type CellResult = z.output<typeof cellResultSchema>;

export const VERDICT_ANSWERS = ["quantize", "keep", "not enough data"] as const;
export const verdictSchema = z.object({
  answer: z.enum(VERDICT_ANSWERS),
  sentence: z.string(),
  reasons: z.array(z.string()),
});
export type Verdict = z.output<typeof verdictSchema>;

export const comparisonSchema = z.object({
  reference: z.string(),
  candidate: z.string(),
  jaccard: z.record(z.string(), z.object({ mean: z.number(), ...interval })),
  top1Agreement: z.number().nullable(),
  /** Lower bound from the reference's stored top tokens and the rest, in nats; null without token rows. */
  klDivergence: z.number().nullable(),
  flips: z
    .object({
      rightToWrong: z.number().int(),
      wrongToRight: z.number().int(),
      wrongToOtherWrong: z.number().int(),
      questions: z.number().int(),
    })
    .nullable(),
  accuracyDelta: z.object({ points: z.number(), low: z.number(), high: z.number(), mcnemarP: z.number() }).nullable(),
  latencyRatio: z.array(z.object({ batchSize: z.number().int(), ratio: z.number(), ...interval })),
  memoryRatio: z.array(z.object({ batchSize: z.number().int(), ratio: z.number() })),
  verdict: verdictSchema,
});
export type Comparison = z.output<typeof comparisonSchema>;

export const resultsSchema = z.object({
  schemaVersion: z.literal(RESULTS_VERSION),
  run: z.object({
    id: z.string(),
    name: z.string(),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    status: z.enum(RUN_STATUSES),
    spec: specSchema,
    environment: environmentSchema,
  }),
  model: z.object({
    name: z.string(),
    folder: z.string(),
    architecture: z.string().nullable(),
    parameters: z.number(),
  }),
  questionSet: z
    .object({
      name: z.string(),
      sha256: z.string(),
      count: z.number().int(),
      /** How many of `count` this run asked. */
      asked: z.number().int(),
      /** Mean of 1 / number of choices. */
      chanceLevel: z.number(),
      /** Special tokens that the tokenizer itself put around each prompt. */
      specialTokens: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
    })
    .nullable(),
  cells: z.array(cellResultSchema),
  comparisons: z.array(comparisonSchema),
});
export type Results = z.output<typeof resultsSchema>;
