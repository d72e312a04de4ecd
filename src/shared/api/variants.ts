/** Making variants: one job at a time, never while a run measures. */
import { z } from "zod";
import { FORMAT_IDS } from "../formats/formats.ts";
import { recipeSchema } from "../recipe-schema.ts";
import { modelInput, VARIANT_PLACES } from "./models.ts";
import { bytes, errorEnvelopeSchema, isSmallDocument, moment, nothing, pathInput } from "./parts.ts";

const JOB_STATES = ["waiting", "running", "done", "failed", "cancelled"] as const;

export const jobSchema = z.object({
  id: z.string(),
  model: z.string(),
  format: z.enum(FORMAT_IDS),
  /** As asked; the file's own recipe has every default filled in. */
  recipe: recipeSchema,
  state: z.enum(JOB_STATES),
  /** Why a waiting job waits: another job, or a run that measures. */
  waitingFor: z.string().nullable(),
  /** Null before the first byte. */
  progress: z
    .object({
      bytesDone: bytes,
      bytesTotal: bytes,
      tensorsDone: z.number().int(),
      tensorsTotal: z.number().int(),
      /** Null while too little was done to tell. */
      bytesPerSecond: z.number().nullable(),
      remainingMs: z.number().nullable(),
    })
    .nullable(),
  /** The file that was made; null before. */
  file: z.string().nullable(),
  fileBytes: bytes.nullable(),
  error: errorEnvelopeSchema.nullable(),
  queuedAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
});
export type Job = z.output<typeof jobSchema>;

const recipeInput = recipeSchema.refine(isSmallDocument, { message: "the recipe is too long" });
const jobIdInput = z.string().min(1).max(64);

export const variantRequests = {
  /**
   * Makes a variant from the highest precision in the model's folder. `lab` keeps the folder as it is; `folder` writes
   * beside the source, as other tools expect it.
   */
  "variants.make": {
    input: z.strictObject({ model: modelInput, recipe: recipeInput, place: z.enum(VARIANT_PLACES).default("lab") }),
    output: z.object({ jobId: z.string() }),
  },
  /** Size of the file that a recipe would make, without reading or writing a weight. SPEC_INVALID, FORMAT_UNSUPPORTED. */
  "variants.predict": {
    input: z.strictObject({ model: modelInput, recipe: recipeInput }),
    output: z.object({ bytes }),
  },
  /** Deletes a file that Quantscope made in its data folder; no other can be. */
  "variants.remove": { input: z.strictObject({ file: pathInput }), output: nothing },
  /** Recipes of other tools by name, for a menu. */
  "variants.presets": {
    input: nothing,
    output: z.object({ presets: z.array(z.object({ name: z.string(), recipe: recipeSchema })) }),
  },
  /** Those of this session, newest first. */
  "jobs.list": { input: nothing, output: z.object({ jobs: z.array(jobSchema) }) },
  "jobs.cancel": { input: z.strictObject({ jobId: jobIdInput }), output: nothing },
} as const;
