/**
 * results.json, and with it every measured value that leaves the store (docs/file-formats.md; docs/results.schema.json is
 * generated from here). Raw samples are always included; what can be derived from them is derived in shared/compare and shared/verdict.
 */
import { z } from "zod";
import { ERROR_CODES } from "./errors.ts";
import { FORMAT_IDS } from "./formats/formats.ts";
import { MEMORY_OF } from "./metrics/peak-memory.ts";
import { PROVIDER_IDS } from "./providers/providers.ts";
import {
  benchmarkResultSchema,
  cacheSelfTestSchema,
  decodeResultSchema,
  forwardResultSchema,
  generationSchema,
  launchSchema,
  memorySchema,
  REPLAYED,
  replayResultSchema,
  sampleSeriesSchema,
  selfTestsSchema,
  textChunkSchema,
  tokenRowSchema,
  WORDS_BASES,
} from "./measurements.ts";
import { specSchema } from "./spec.ts";

export * from "./measurements.ts";

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
  gpus: z.array(z.object({ name: z.string(), driver: z.string().nullable(), memoryBytes: bytes.nullable() })),
  /** Null where the system does not tell. On battery processors are slower: such runs are compared with their like. */
  powerSource: z.enum(["mains", "battery"]).nullable(),
  machineId: z.string(),
  /** Other Quantscope programs that measured on the machine at the same time, in words: the numbers are disturbed. */
  alongside: z.array(z.string()).optional(),
});
export type Environment = z.output<typeof environmentSchema>;

/** Who measured a run that was not measured by this program into this store; docs/file-formats.md. */
export const RUN_TOOLS = ["quantscope", "lm-eval", "llama-bench"] as const;
const originSchema = z.object({
  tool: z.enum(RUN_TOOLS),
  /** Name of the file that it came in; null for a part that is measured here. */
  file: z.string().nullable(),
  importedAt: z.string().nullable(),
  /** What its numbers are not, in words. */
  notes: z.array(z.string()),
  /** A run that is measured in parts, perhaps on several machines; null for a whole one. */
  shards: z
    .object({
      count: z.number().int(),
      /** The same for all parts of one plan: model files, questions, spec and version of ONNX Runtime. */
      plan: z.string(),
      /** The parts that are in this run. */
      parts: z.array(
        z.object({
          index: z.number().int(),
          runId: z.string(),
          machineId: z.string(),
          cpu: z.string(),
          startedAt: z.string(),
          /** Of what the part brought. */
          sha256: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
});
export type Origin = z.output<typeof originSchema>;

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
  /** Null before the questions, and where no pass asked any. */
  selfTests: selfTestsSchema.nullable(),
  launches: z.array(launchSchema),
  forward: z.array(forwardResultSchema),
  decode: z.array(decodeResultSchema),
  tokens: z.array(tokenRowSchema),
  texts: z.array(textChunkSchema),
  benchmark: z.array(benchmarkResultSchema),
  generations: z.array(generationSchema),
  /** What the cell had written, written again in every round of launches: how fast it writes. */
  replays: z.array(replayResultSchema).default([]),
  /** Null where nothing was written. */
  wordsBasis: z.enum(WORDS_BASES).nullable().default(null),
  samples: z.array(sampleSeriesSchema),
});
export type CellResult = z.output<typeof cellResultSchema>;

const meanChangeSchema = z.object({ mean: z.number(), standardError: z.number() });
/** How right answers changed, as the decision needs it: shares, candidate minus reference (metrics/answer-change.ts). */
const answerChangeSchema = z.object({
  n: z.number().int(),
  lost: z.number().int(),
  gained: z.number().int(),
  /** Change of the right choice's probability; null where it is not known for every question. */
  probability: meanChangeSchema.nullable(),
  /** Of half the change of correctness and half that of the probability; null as `probability`. */
  combined: meanChangeSchema.nullable(),
  designEffect: z.number(),
  degreesOfFreedom: z.number(),
});

const VERDICT_ANSWERS = ["quantize", "keep", "not enough data"] as const;
const verdictSchema = z.object({
  answer: z.enum(VERDICT_ANSWERS),
  sentence: z.string(),
  reasons: z.array(z.string()),
  /** More questions like these that decide in four of five cases; null where no number would or none are needed. */
  questionsToDecide: z.number().int().nullable(),
  /** The same if the change is what it seems to be; `questionsToDecide` holds whatever it is. */
  questionsIfAsSeen: z.number().int().nullable(),
  /** The interval that decided, in points of accuracy; null where answers decided nothing. */
  decision: z
    .object({
      estimate: z.number(),
      low: z.number(),
      high: z.number(),
      /** 0 to 1, at least 0.95. */
      confidence: z.number(),
      /** Judged together, after Holm. */
      candidates: z.number().int(),
      /** How often these questions were looked at with growing numbers, this time included. */
      look: z.number().int(),
    })
    .nullable(),
});
export type Verdict = z.output<typeof verdictSchema>;

/** How an interval over launches came about: fewer than six give the range of what was seen, which is no interval. */
const launchInterval = {
  low: z.number(),
  high: z.number(),
  /** `runs`: a single launch, and the interval speaks of its runs only. */
  kind: z.enum(["signed-rank", "range", "runs"]),
  launches: z.number().int(),
};

/** Next tokens of the candidate against the reference's, over questions or positions in texts. */
const tokenDifferencesSchema = z.object({
  positions: z.number().int(),
  jaccard: z.record(
    z.string(),
    z.object({
      mean: z.number(),
      ...interval,
      /** Share of positions with exactly the same k tokens. */
      identicalShare: z.number(),
      /** Share of positions where only the order of ids decided who is among the k. */
      boundaryTieShare: z.number().nullable(),
    }),
  ),
  top1Agreement: z.object({ share: z.number(), ...interval, confidentDisagreements: z.number().int() }).nullable(),
  /** In nats. `exact` over the whole vocabulary; else a lower bound from the stored top tokens, to be shown with "≥". */
  kl: z
    .object({
      exact: z.boolean(),
      positions: z.number().int(),
      mean: z.number().nullable(),
      ...interval,
      median: z.number().nullable(),
      p90: z.number().nullable(),
      p99: z.number().nullable(),
      /** Positions where the candidate gives no probability to a token that the reference gives some. */
      infinite: z.number().int(),
    })
    .nullable(),
});
export type TokenDifferences = z.output<typeof tokenDifferencesSchema>;

const textDifferencesSchema = tokenDifferencesSchema.extend({
  chunks: z.number().int(),
  /** Null where a token had no probability at all: that perplexity is infinite. */
  perplexity: z
    .object({
      reference: z.number().nullable(),
      candidate: z.number().nullable(),
      /** Candidate over reference, paired token by token. */
      ratio: z.number().nullable(),
      ...interval,
      tokens: z.number().int(),
    })
    .nullable(),
  /** Change of the probability of the token that follows in the text, in points. */
  deltaP: z.object({ meanPoints: z.number(), rmsPoints: z.number(), ...interval }).nullable(),
});
export type TextDifferences = z.output<typeof textDifferencesSchema>;

export const comparisonSchema = z.object({
  reference: z.string(),
  candidate: z.string(),
  jaccard: z.record(z.string(), z.object({ mean: z.number(), ...interval })),
  top1Agreement: z.number().nullable(),
  /** Mean in nats: exact where the reference's logits were kept, else a lower bound; `tokens.kl` says which. */
  klDivergence: z.number().nullable(),
  /** The same and more, over the questions' prompts; null without token rows. */
  tokens: tokenDifferencesSchema.nullable(),
  texts: textDifferencesSchema.nullable(),
  flips: z
    .object({
      rightToWrong: z.number().int(),
      wrongToRight: z.number().int(),
      wrongToOtherWrong: z.number().int(),
      questions: z.number().int(),
      /** Share of the questions that flipped, with its interval. */
      share: z.number(),
      ...interval,
    })
    .nullable(),
  accuracyDelta: z
    .object({
      points: z.number(),
      low: z.number(),
      high: z.number(),
      mcnemarP: z.number(),
      mcnemarMidP: z.number(),
      /** The same change with whole subjects drawn; null with fewer than ten of them. */
      bySubject: z.object({ low: z.number(), high: z.number(), subjects: z.number().int() }).nullable(),
    })
    .nullable(),
  /** acc_norm, where choices are texts. */
  normalizedAccuracyDelta: z
    .object({ points: z.number(), low: z.number(), high: z.number(), mcnemarP: z.number() })
    .nullable(),
  /** What decides: of the log-likelihoods' answers, or of the generated ones where only those are in both. */
  answerChange: answerChangeSchema.nullable(),
  /** The same paired test of the generated answers, where the log-likelihoods' decide; null where they are not in both. */
  generated: z
    .object({
      points: z.number(),
      low: z.number(),
      high: z.number(),
      mcnemarP: z.number(),
      rightToWrong: z.number().int(),
      wrongToRight: z.number().int(),
      questions: z.number().int(),
      answerChange: answerChangeSchema,
    })
    .nullable(),
  /** Reference over candidate: above 1 the candidate is faster or smaller. */
  latencyRatio: z.array(z.object({ batchSize: z.number().int(), ratio: z.number(), ...launchInterval })),
  computeRatio: z.array(z.object({ batchSize: z.number().int(), ratio: z.number(), ...launchInterval })),
  decodeRatio: z.array(
    z.object({
      batchSize: z.number().int(),
      depth: z.number().int(),
      way: z.enum(["user", "compute"]),
      ratio: z.number(),
      ...launchInterval,
    }),
  ),
  /** Time for as many tokens as both wrote after the same prompts. */
  wordsRatio: z.array(z.object({ of: z.enum(REPLAYED), ratio: z.number(), ...launchInterval })).default([]),
  memoryRatio: z.array(
    z.object({
      batchSize: z.number().int(),
      ratio: z.number(),
      ...launchInterval,
      kind: z.enum(["signed-rank", "range"]),
      /** What is compared; shared/compare/memory-of.ts. */
      of: z.enum(MEMORY_OF),
      /** Peaks, the median of each side's launches. */
      referenceBytes: bytes,
      candidateBytes: bytes,
    }),
  ),
  /** From which batch size on the candidate stops or starts being faster. */
  crossover: z
    .object({
      kind: z.enum(["always faster", "always slower", "crosses", "not resolved"]),
      direction: z.enum(["stops winning", "starts winning"]).nullable(),
      between: z.tuple([z.number(), z.number()]).nullable(),
      estimate: z.number().nullable(),
    })
    .nullable(),
  /** Flips beyond those of the reference against itself, where the run measured that (the same file in two cells). */
  excessFlips: z.object({ share: z.number(), floorShare: z.number(), ...interval, resolved: z.boolean() }).nullable(),
  generations: z.array(
    z.object({
      promptId: z.string(),
      /** Index of the first token that differs; null where one text is the beginning of the other. */
      firstDivergence: z.number().int().nullable(),
      commonShare: z.number().nullable(),
      /** How sure the reference was there: its first token's probability less its second's. */
      referenceMargin: z.number().nullable(),
    }),
  ),
  verdict: verdictSchema,
});
export type Comparison = z.output<typeof comparisonSchema>;

/** What the user accepts; whoever decides sets these. */
export const limitsSchema = z.object({
  /** Largest loss of accuracy, in points. */
  marginPoints: z.number().min(0).max(100),
  /** Most memory, and longest forward pass, at the smallest batch size; left out is not limited. */
  peakMemoryBytes: z.number().positive().optional(),
  latencyMs: z.number().positive().optional(),
});
export type Limits = z.output<typeof limitsSchema>;

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
    /** Left out where this program measured it here, in one piece. */
    origin: originSchema.optional(),
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
      /** Subject of each question that has one. */
      subjects: z.record(z.string(), z.string()),
      /** Index of each question's right choice; left out in results of earlier versions. */
      rightChoices: z.record(z.string(), z.number().int()).optional(),
      /** Questions of the set that repeat an earlier one in its words, each with that one's id. Older versions left it out. */
      duplicates: z.record(z.string(), z.string()).optional(),
    })
    .nullable(),
  /** The running text of the tokens pass. */
  textSet: z.object({ name: z.string(), sha256: z.string() }).nullable(),
  cells: z.array(cellResultSchema),
  comparisons: z.array(comparisonSchema),
  /** What the verdicts were judged by. Earlier versions left it out, and judged by the defaults. */
  limits: limitsSchema.optional(),
  /** How likely each cell is among those that no other beats in everything; null where an objective is missing. */
  pareto: z
    .object({
      objectives: z.array(z.string()),
      cells: z.array(z.object({ label: z.string(), share: z.number(), onFront: z.boolean() })),
    })
    .nullable(),
});
export type Results = z.output<typeof resultsSchema>;
