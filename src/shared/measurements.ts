/**
 * What is measured in a cell, one schema a unit: what the measuring process sends, the store keeps and results.json shows.
 * Raw samples always; what can be derived from them is derived in shared/compare and shared/verdict.
 */
import { z } from "zod";
import { BENCHMARK_MODES, GRAPHS } from "./spec.ts";

const bytes = z.number().int().min(0);

/** Memory of the measuring process around loading, above the idle process with ONNX Runtime loaded. */
export const memorySchema = z.object({
  baseBytes: bytes,
  loadPeakBytes: bytes,
  steadyBytes: bytes,
  /** Pages of files among the resident bytes, of the idle process and after loading. Left out where nobody told (docs/measurement.md). */
  baseFileBytes: bytes.optional(),
  loadFileBytes: bytes.optional(),
  /** How peaks were read: `VmHWM` with resets (Linux), or `maxRSS`, which cannot be reset. */
  source: z.enum(["VmHWM", "maxRSS"]),
});
export type MemoryResult = z.output<typeof memorySchema>;

/** What kind of process measured: the model as it stands, the same in single steps, its answers, or one batch size's memory. */
export const LAUNCH_KINDS = ["timing", "stepping", "quality", "memory"] as const;
export type LaunchKind = (typeof LAUNCH_KINDS)[number];

const samples = z.array(z.number());

/** One batch size of the forward pass in one launch. Times exclude garbage collection and input building. */
export const forwardLaunchSchema = z.object({
  launch: z.number().int(),
  /** `memory` for a process of this batch size alone, whose few runs are not timed. */
  kind: z.enum(["timing", "memory"]),
  batchSize: z.number().int(),
  sequenceLength: z.number().int(),
  /** Wall time of each timed run, logits fetched, in the order measured. */
  latencyMs: samples,
  /** The same runs without the copy of the logits: the smallest output is fetched. */
  computeMs: samples,
  warmupMs: samples,
  /** max(load peak, run peak): what the machine must have for this batch size, above the idle process. */
  peakMemoryBytes: bytes.nullable(),
  /** Peak resident set from after loading to the end of this batch size, above the idle process. */
  runPeakBytes: bytes.nullable(),
  /** Of what is resident after the last run: memory of its own, and pages of files. Null where the system does not tell. */
  anonymousBytes: bytes.nullable(),
  fileBytes: bytes.nullable(),
  deviceMemoryBytes: bytes.nullable(),
  /** CPU cores' worth of other processes' work while the timed runs ran. */
  foreignLoadCores: z.number().nullable(),
  /** Times that the timed runs were thrown away and repeated, because other programs were at work. */
  repeats: z.number().int(),
  /** Part of the memory was swapped out: the peak is too low and the times are too long. */
  swapped: z.boolean(),
  /** Why nothing was measured; null when it was. */
  skipped: z.string().nullable(),
});
export type ForwardLaunch = z.output<typeof forwardLaunchSchema>;

/** One batch size of the forward pass over all launches: samples joined in launch order, bytes the median of the launches. */
export const forwardResultSchema = forwardLaunchSchema.omit({ launch: true, kind: true }).extend({
  launches: z.array(forwardLaunchSchema),
});
export type ForwardResult = z.output<typeof forwardResultSchema>;

/** How tokens were decoded: cache written in place, only new keys and values fetched, or the whole cache out and in again. */
const STEPPING_METHODS = ["in-place", "slim", "plain"] as const;
export type SteppingMethod = (typeof STEPPING_METHODS)[number];

/** Decoding at one batch size and depth in one launch. */
export const decodeLaunchSchema = z.object({
  launch: z.number().int(),
  /** `user`: the exported graph with its cache copied at every step, as a JavaScript program gets it. `compute`: no copy. */
  way: z.enum(["user", "compute"]),
  method: z.enum(STEPPING_METHODS),
  graph: z.enum(GRAPHS),
  batchSize: z.number().int(),
  depth: z.number().int(),
  /** Tokens a sequence that were fed before the first new one: depth and prompt. */
  promptTokens: z.number().int(),
  /** From before the prompt's forward pass until the first token was chosen, of each repeat. */
  timeToFirstTokenMs: samples,
  /** Of each further token, all repeats in order. */
  interTokenMs: samples,
  foreignLoadCores: z.number().nullable(),
  skipped: z.string().nullable(),
});
export type DecodeLaunch = z.output<typeof decodeLaunchSchema>;

/** Speeds in tokens/s, over all sequences of the batch. */
const decodeSpeeds = {
  timeToFirstTokenMs: samples,
  prefillTokensPerSecond: z.number().nullable(),
  decodeTokensPerSecond: z.number().nullable(),
};
export const decodeResultSchema = z.object({
  batchSize: z.number().int(),
  depth: z.number().int(),
  promptTokens: z.number().int(),
  /** The user's way; the median over launches. */
  ...decodeSpeeds,
  compute: z.object({ ...decodeSpeeds, method: z.enum(STEPPING_METHODS) }).nullable(),
  skipped: z.string().nullable(),
  launches: z.array(decodeLaunchSchema),
});
export type DecodeResult = z.output<typeof decodeResultSchema>;

/** What a measuring process used over time, read between runs and never inside one. */
export const sampleSeriesSchema = z.object({
  kind: z.enum(LAUNCH_KINDS),
  launch: z.number().int(),
  /** Since the process was told what to do. */
  atMs: samples,
  residentBytes: samples,
  /** Tokens computed since the sample before, by the time between; 0 while nothing was computed. */
  tokensPerSecond: samples,
});
export type SampleSeries = z.output<typeof sampleSeriesSchema>;

/** One process of a cell, in the order run. */
export const launchSchema = z.object({
  kind: z.enum(LAUNCH_KINDS),
  launch: z.number().int(),
  batchSize: z.number().int().nullable(),
  /** Place in the run's order of processes. */
  order: z.number().int(),
  status: z.enum(["done", "failed", "cancelled"]),
  startedAt: z.string(),
  elapsedMs: z.number(),
  loadMs: z.number().nullable(),
  memory: memorySchema.nullable(),
  /** How much slower a fixed piece of work was at the end than at the start: above 0.05 the processor was throttled. */
  canaryDrift: z.number().nullable(),
});
export type Launch = z.output<typeof launchSchema>;

/** One pass against token by token with the cache, over the same tokens; see docs/measurement.md. */
export const cacheSelfTestSchema = z.object({
  /** Of the most likely next tokens, in nats; null when the logits were not numbers. */
  maxLogprobDifference: z.number().nullable(),
  /** What arithmetic explains; null for formats that round activations. */
  limit: z.number().nullable(),
  cacheUsed: z.boolean(),
});
export type CacheSelfTest = z.output<typeof cacheSelfTestSchema>;

/** Whether a variant answers the same alone, in a batch, and again: decides how it is asked (docs/measurement.md). */
const batchSelfTestSchema = z.object({
  prompts: z.number().int(),
  /** Of the most likely next tokens, in nats; null when an output was not a number. */
  maxLogprobDifference: z.number().nullable(),
  meanKl: z.number().nullable(),
  top1Changes: z.number().int(),
});
export type BatchSelfTest = z.output<typeof batchSelfTestSchema>;

export const selfTestsSchema = z.object({
  /** Alone against right-padded in a batch of eight. */
  padding: batchSelfTestSchema.extend({ limit: z.number(), passed: z.boolean() }),
  /** The same prompts twice: the noise floor of this machine. */
  repeat: batchSelfTestSchema,
  /** How single steps were taken, and why not faster. */
  stepping: z.object({
    method: z.enum(STEPPING_METHODS),
    graph: z.enum(GRAPHS),
    maxLogprobDifference: z.number().nullable(),
    refused: z.array(z.string()),
    /** Of formats that round activations: whether whole prompts give the exported graph's logits to the bit. */
    readsAlike: z.boolean().optional(),
  }),
  /** Questions a forward pass. */
  questionBatch: z.number().int(),
});
export type SelfTests = z.output<typeof selfTestsSchema>;

/** The most likely next tokens at one position, and how they compare with the reference's. Nats; empty lists where NaN. */
const tokenComparison = {
  topIds: z.array(z.number().int()),
  topLogprobs: z.array(z.number()),
  /** Log of the sum of the exponentials of all logits. */
  logSumExp: z.number().nullable(),
  /** Log-probabilities of the reference's top tokens, in the reference's order; null in the reference itself. */
  referenceLogprobs: z.array(z.number()).nullable(),
  /** KL divergence from the reference over the whole vocabulary; null where the reference's logits were not kept. */
  klDivergence: z.number().nullable(),
};

export const tokenRowSchema = z.object({ questionId: z.string(), promptTokens: z.number().int(), ...tokenComparison });
export type TokenRow = z.output<typeof tokenRowSchema>;

/** One piece of running text. */
export const textChunkSchema = z.object({
  chunk: z.number().int(),
  /** Bytes in UTF-8 of the tokens that `negativeLogLikelihood` scores. */
  scoredBytes: bytes,
  /** Of each token of the second half, in nats; null where the logits were not numbers. */
  negativeLogLikelihood: z.array(z.number().nullable()),
  positions: z.array(z.object({ position: z.number().int(), ...tokenComparison })),
});
export type TextChunk = z.output<typeof textChunkSchema>;

const answerSchema = z.object({
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
  /** What was generated, the id that ended it left out; null for loglikelihood, and of runs that did not keep it. */
  tokenIds: z.array(z.number().int()).nullable().default(null),
  /** From before the prompt's forward pass to the last token (generate); of the scoring passes (loglikelihood). */
  elapsedMs: z.number(),
  /** The same by log-likelihood a character of the choice's text (acc_norm); null where choices are letters. */
  normalized: z.object({ predicted: z.number().int().nullable(), correct: z.boolean() }).nullable(),
  /** Tokens cut from the left of the prompt, because the model takes no more. */
  cutTokens: z.number().int(),
  /** Prompt and choice share a token, so that choices were scored from the last token they have in common. */
  sharedSeam: z.boolean(),
});
export type Answer = z.output<typeof answerSchema>;

/** Whether an answer counts. One that was computed from NaN is no answer, right or wrong, and leaves every share. */
export function isValidAnswer({ predicted, formatFailure }: Pick<Answer, "predicted" | "formatFailure">): boolean {
  return predicted !== null || formatFailure;
}

export const benchmarkResultSchema = z.object({
  mode: z.enum(BENCHMARK_MODES),
  answers: z.array(answerSchema),
  accuracy: z.number().nullable(),
  /** acc_norm: by log-likelihood divided by the characters of the choice; null where choices are letters. */
  normalizedAccuracy: z.number().nullable(),
  /** Of generated answers: the replays' (median over launches); of a cell without them, words by the time that they took once. */
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
  /** Probability of the most likely token less that of the second, where each token was chosen. */
  margins: z.array(z.number().nullable()),
  /** As replayed, the median over launches; of a text that was not, as it was written once. */
  wordsPerMinute: z.number().nullable(),
});
export type Generation = z.output<typeof generationSchema>;

/** What is replayed: the texts of the generate pass, and the generated answers. */
export const REPLAYED = ["texts", "answers"] as const;
export type Replayed = (typeof REPLAYED)[number];

/** One text that was fed again, token by token, as it had been written. */
const replayItemSchema = z.object({
  /** Of the prompt or question. */
  id: z.string(),
  promptTokens: z.number().int(),
  /** Tokens of the text; the last is chosen and not fed. */
  tokens: z.number().int(),
  words: z.number().int(),
  /** From before the prompt's forward pass until the first token was chosen, of each repeat. */
  promptMs: samples,
  /** Of each further token, all repeats in order. */
  stepMs: samples,
});
export type ReplayItem = z.output<typeof replayItemSchema>;

/** A cell's own texts or answers, written again against the clock in one launch. */
export const replayLaunchSchema = z.object({
  launch: z.number().int(),
  of: z.enum(REPLAYED),
  method: z.enum(STEPPING_METHODS),
  graph: z.enum(GRAPHS),
  items: z.array(replayItemSchema),
  /** CPU cores' worth of other processes' work meanwhile. */
  foreignLoadCores: z.number().nullable(),
  /** Times that all of it was thrown away and repeated, because other programs were at work. */
  repeats: z.number().int(),
});
export type ReplayLaunch = z.output<typeof replayLaunchSchema>;

/** The same over all launches. */
export const replayResultSchema = z.object({
  of: z.enum(REPLAYED),
  /** Words by time of a launch, prompts included; the median over launches. */
  wordsPerMinute: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** `range`: fewer than six launches, smallest to largest. */
  kind: z.enum(["order-statistics", "range"]),
  /** Words of a text or an answer: the mean over all that the cell wrote, replayed or not. */
  wordsEach: z.number().nullable(),
  launches: z.array(replayLaunchSchema),
});
export type ReplayResult = z.output<typeof replayResultSchema>;

/**
 * Where a cell's words per minute come from: replays over several launches; the time that they took once, in the process that
 * asked the questions; or that time beside a session whose idle threads took the cores (earlier versions, formats that
 * round activations), which is not this format's speed.
 */
export const WORDS_BASES = ["replayed", "once", "disturbed"] as const;
export type WordsBasis = (typeof WORDS_BASES)[number];
