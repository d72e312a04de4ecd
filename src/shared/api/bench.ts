/** The grid of the Bench page: what can be measured, and what it will cost, before the button is pressed. */
import { z } from "zod";
import { FORMAT_IDS } from "../formats/formats.ts";
import { PROVIDER_IDS } from "../providers/providers.ts";
import type { SpecInput } from "../spec.ts";
import { ESTIMATE_BASES } from "./live.ts";
import { bytes, isSmallDocument } from "./parts.ts";

/**
 * A spec as a page writes it: `model` and `questions` are library names (or files of library entries), `prompts` a list of
 * texts or `demo`, `texts` a file or `demo`. Its fields are checked by the spec's own schema, which names the wrong one (SPEC_INVALID).
 */
export const specInput = z.custom<SpecInput>(isSmallDocument, {
  message: "a spec is an object of at most 256 kB of JSON",
});

/** `in-folder`: there. `made`: in the data folder. `can-be-made`: the run makes it first. `cannot`: `reason` says why. */
const SQUARE_STATES = ["in-folder", "made", "can-be-made", "cannot"] as const;

/** What is predicted of one cell; null where nothing can be said. */
const predictionSchema = z.object({
  peakMemoryBytes: bytes.nullable(),
  /** Of the same file and batch size on this machine; else the memory is a guess, and marked as one. */
  peakMemoryMeasured: z.boolean().optional(),
  /** All passes and launches, making it not included. */
  measureSeconds: z.number().nullable(),
  makeSeconds: z.number().nullable(),
  /** Peak memory is within what is free now; null where unknown. */
  fits: z.boolean().nullable(),
  /** What time and memory rest on. */
  basis: z.enum(ESTIMATE_BASES).nullable(),
});

const squareSchema = z.object({
  format: z.enum(FORMAT_IDS),
  provider: z.enum(PROVIDER_IDS),
  /** `int4@cpu`. */
  label: z.string(),
  state: z.enum(SQUARE_STATES),
  reason: z.string().nullable(),
  /** Is among the spec's cells, and can be measured. */
  chosen: z.boolean(),
  file: z.string().nullable(),
  /** Of the file; predicted where it must be made first. Null where nothing can be said. */
  bytes: bytes.nullable(),
  bytesArePredicted: z.boolean(),
  prediction: predictionSchema,
});
export type BenchSquare = z.output<typeof squareSchema>;

/** A cell of the spec: one that a square stands for, or one with a file, a recipe or options of its own. */
const planCellSchema = z.object({
  /** As the run will name it, `int4@cpu#2`; of a file that cannot be opened, with the file's name in the format's place. */
  label: z.string(),
  /** Null for a file that cannot be opened. */
  format: z.enum(FORMAT_IDS).nullable(),
  provider: z.enum(PROVIDER_IDS),
  /** Label of the square that stands for it; null where none does. */
  square: z.string().nullable(),
  state: z.enum(SQUARE_STATES),
  reason: z.string().nullable(),
  /** What is measured; null while it is still to be made. */
  file: z.string().nullable(),
  /** The file that Quantscope makes, or made, it from; null where it is measured as it was found. */
  madeFrom: z.string().nullable(),
  /** Of the file; predicted where it must be made first. Null where nothing can be said. */
  bytes: bytes.nullable(),
  bytesArePredicted: z.boolean(),
  prediction: predictionSchema,
});
export type BenchCell = z.output<typeof planCellSchema>;

const benchPlanSchema = z.object({
  model: z.object({
    name: z.string(),
    folder: z.string(),
    architecture: z.string().nullable(),
    parameters: z.number(),
  }),
  /** Every format with every provider of this platform, formats by falling precision, providers in their table's order. */
  squares: z.array(squareSchema),
  /** The spec's cells, in its order. */
  cells: z.array(planCellSchema),
  /** Label of the cell that the others will be compared with; null without cells. */
  reference: z.string().nullable(),
  /** Of those of the spec's cells that can be measured. */
  totals: z.object({
    cells: z.number().int(),
    /** Of measuring; making files comes before it. */
    seconds: z.number().nullable(),
    /** Files that the run makes first: cells of one recipe share theirs, whichever providers compute it. */
    filesToMake: z.number().int(),
    makeSeconds: z.number().nullable(),
    /** The largest of any cell: they run one after another. */
    peakMemoryBytes: bytes.nullable(),
    /** To be written to the data folder. */
    makeBytes: bytes.nullable(),
    questions: z.number().int(),
    /** Of those, the ones that repeat another one of them in its words. */
    duplicates: z.number().int(),
  }),
  memoryFreeBytes: bytes,
  diskFreeBytes: bytes.nullable(),
  /** What the least sure of those cells' predictions rests on; null while there are none. */
  basis: z.enum(ESTIMATE_BASES).nullable(),
});
export type BenchPlan = z.output<typeof benchPlanSchema>;

export const benchRequests = {
  /** `cells` may be empty. MODEL_*, QUESTIONS_*, SPEC_INVALID. */
  "bench.plan": { input: z.strictObject({ spec: specInput }), output: benchPlanSchema },
} as const;
