/** What pages read of a stored run: everything but the arrays that make a run megabytes, which have requests of their own. */
import { z } from "zod";
import {
  cellResultSchema,
  decodeResultSchema,
  forwardResultSchema,
  launchSchema,
  memorySchema,
  resultsSchema,
  sampleSeriesSchema,
  selfTestsSchema,
  WORDS_BASES,
} from "../results.ts";

/** What the graph of a cell's file says that it is, as it was when the run was planned. */
const graphFactsSchema = z.object({
  /** Operator type -> number of nodes. */
  operators: z.record(z.string(), z.number()),
  parameters: z.number(),
  bitsPerWeight: z.number(),
  /** Of the parameters, from 0 to 1. */
  quantizedShare: z.number(),
  blockSize: z.number().nullable(),
  symmetric: z.boolean().nullable(),
  accuracyLevel: z.number().nullable(),
  dynamicQuantization: z.boolean(),
  opset: z.number().nullable(),
});
export type StoredFacts = z.output<typeof graphFactsSchema>;

/** A cell without what was measured in it. */
const cellFacts = cellResultSchema.pick({
  id: true,
  label: true,
  format: true,
  provider: true,
  threads: true,
  file: true,
  sha256: true,
  bytes: true,
  bitsPerWeight: true,
  status: true,
  error: true,
  loadMs: true,
  memory: true,
  placement: true,
});

export const runDetailsSchema = z.object({
  run: resultsSchema.shape.run,
  model: resultsSchema.shape.model,
  questionSet: resultsSchema.shape.questionSet,
  cells: z.array(cellFacts.extend({ facts: graphFactsSchema })),
});
export type RunDetails = z.output<typeof runDetailsSchema>;

/** Tables that were made of the whole run, strings ready to show. */
const tableSchema = z.object({
  header: z.array(z.string()),
  units: z.array(z.string()),
  rows: z.array(z.array(z.string())),
});

const estimate = { low: z.number().nullable(), high: z.number().nullable() };

/** Derived from all samples of a cell, so that a page needs none of them. */
const cellSummarySchema = z.object({
  label: z.string(),
  /** Median with its 95 % interval. */
  forward: z.array(
    z.object({
      batchSize: z.number().int(),
      sequenceLength: z.number().int(),
      runs: z.number().int(),
      medianMs: z.number().nullable(),
      lowMs: z.number().nullable(),
      highMs: z.number().nullable(),
      p10Ms: z.number().nullable(),
      p90Ms: z.number().nullable(),
      peakMemoryBytes: z.number().nullable(),
      deviceMemoryBytes: z.number().nullable(),
      skipped: z.string().nullable(),
    }),
  ),
  /** Share of valid answers that are right, from 0 to 1, with Wilson's 95 % interval. */
  accuracy: z.array(
    z.object({
      mode: z.string(),
      correct: z.number().int(),
      valid: z.number().int(),
      asked: z.number().int(),
      formatFailures: z.number().int(),
      share: z.number().nullable(),
      ...estimate,
      wordsPerMinute: z.number().nullable(),
    }),
  ),
  /** Rows that other requests give. */
  counts: z.object({ tokens: z.number().int(), answers: z.number().int(), generations: z.number().int() }),
});
export type CellSummary = z.output<typeof cellSummarySchema>;

export const runResultsSchema = z.object({
  /**
   * results.json with comparisons and verdicts. Always empty: `tokens`, `texts`, `generations`, `samples`, answers'
   * `choiceLogprobs`, `tokenIds` and `text`, replays' `items`. Beyond 20,000 answers those are left out too.
   */
  results: resultsSchema,
  /** What was left out because the run is large. */
  omitted: z.array(z.enum(["answers"])),
  reference: z.string().nullable(),
  summaries: z.array(cellSummarySchema),
  tables: z.object({ cost: tableSchema, quality: tableSchema }),
});
export type RunResults = z.output<typeof runResultsSchema>;

const FLIP_KINDS = ["rightToWrong", "wrongToRight", "wrongToOtherWrong"] as const;

const flipAnswerSchema = z.object({
  predicted: z.number().int().nullable(),
  formatFailure: z.boolean(),
  /** In nats; empty for generated answers. */
  choiceLogprobs: z.array(z.number().nullable()),
  text: z.string().nullable(),
});

export const flipSchema = z.object({
  questionId: z.string(),
  kind: z.enum(FLIP_KINDS),
  mode: z.string(),
  /** Null where the set's text was not stored. */
  subject: z.string().nullable(),
  question: z.string(),
  choices: z.array(z.string()),
  /** Index of the right choice. */
  answer: z.number().int(),
  reference: flipAnswerSchema,
  candidate: flipAnswerSchema,
});
export type Flip = z.output<typeof flipSchema>;

export const generationRowSchema = z.object({
  promptId: z.string(),
  prompt: z.string(),
  texts: z.array(
    z.object({
      cell: z.string(),
      text: z.string(),
      tokens: z.number().int(),
      wordsPerMinute: z.number().nullable(),
      /** Where that comes from; null without it. */
      wordsBasis: z.enum(WORDS_BASES).nullable(),
      /** Place of the first token that is not the reference's, from 0; null where all are the same. */
      firstDifferentToken: z.number().int().nullable(),
      /** Characters that both texts begin with. */
      sameCharacters: z.number().int(),
      /** Of the reference at that token: probability of its choice less that of the next best. Null where not stored. */
      referenceMargin: z.number().nullable(),
    }),
  ),
});
export type GenerationRow = z.output<typeof generationRowSchema>;

export const runSamplesSchema = z.object({
  cell: z.string(),
  memory: memorySchema.nullable(),
  launches: z.array(launchSchema),
  forward: z.array(forwardResultSchema),
  decode: z.array(decodeResultSchema),
  selfTests: selfTestsSchema.nullable(),
  samples: z.array(sampleSeriesSchema),
});
export type RunSamples = z.output<typeof runSamplesSchema>;
