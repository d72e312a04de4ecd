/** The library of models: folders that were added once, and the bundled one. */
import { z } from "zod";
import { FORMAT_IDS } from "../formats/formats.ts";
import { recipeSchema } from "../recipe-schema.ts";
import { bytes, errorEnvelopeSchema, moment, nameInput, nothing, pathInput } from "./parts.ts";

const modelEntrySchema = z.object({
  /** Unique; what requests and specs call it. */
  name: z.string(),
  folder: z.string(),
  bundled: z.boolean(),
  /** Null for the bundled one. */
  addedAt: moment.nullable(),
  /** The folder is still there. */
  present: z.boolean(),
  /** As last read: when added, shown or changed. Null where it could not be read. */
  summary: z
    .object({
      architecture: z.string().nullable(),
      parameters: z.number(),
      /** In the folder, the highest precision first. */
      formats: z.array(z.enum(FORMAT_IDS)),
      /** Of all variants in the folder. */
      bytes,
    })
    .nullable(),
});
export type ModelEntry = z.output<typeof modelEntrySchema>;

/** Of the graph alone: what a file really is. */
const factsSchema = z.object({
  /** Operator type -> number of nodes. */
  operators: z.record(z.string(), z.number()),
  parameters: z.number(),
  bitsPerWeight: z.number(),
  /** Shares from 0 to 1: of parameters, then of bytes. */
  quantizedShare: z.number(),
  embeddingShare: z.number(),
  headShare: z.number(),
  blockSize: z.number().nullable(),
  symmetric: z.boolean().nullable(),
  zeroPoints: z.boolean().nullable(),
  accuracyLevel: z.number().nullable(),
  dynamicQuantization: z.boolean(),
  opset: z.number().nullable(),
});

/** What the weights lost, where the file was made here and says so. */
const weightErrorsSchema = z.object({
  layers: z.number().int(),
  /** Of the layers that lost something. */
  lowestSnrDb: z.number().nullable(),
  lowestSnrLayer: z.string().nullable(),
  medianSnrDb: z.number().nullable(),
  maxError: z.number().nullable(),
  /** Largest share of a layer. */
  maxClippedShare: z.number().nullable(),
});

/** `folder`: in the model's own folder. `lab`: made by Quantscope, in the data folder. */
export const VARIANT_PLACES = ["folder", "lab"] as const;

const variantSchema = z.object({
  /** Absolute; identifies the variant in requests. */
  file: z.string(),
  /** Short: relative to the folder that it is in. */
  label: z.string(),
  place: z.enum(VARIANT_PLACES),
  format: z.enum(FORMAT_IDS),
  /** Its external data included. */
  bytes,
  /** Absolute; what holds its weights besides the file itself. */
  externalFiles: z.array(z.string()),
  facts: factsSchema,
  /** What a user should know of this file, in words. */
  warnings: z.array(z.string()),
  weightErrors: weightErrorsSchema.nullable(),
  /** Made by Quantscope, with every default of the recipe filled in; null where nobody says who made it. */
  made: z.object({ recipe: recipeSchema, version: z.string() }).nullable(),
  /** Computes with a cache, so that decoding can be measured. */
  hasCache: z.boolean(),
});
export type VariantDetails = z.output<typeof variantSchema>;

const modelDetailsSchema = z.object({
  entry: modelEntrySchema,
  architecture: z.string().nullable(),
  /** Its own chat template. */
  hasChatTemplate: z.boolean(),
  /** What a user should know of its tokenizer and its chat template, in sentences. */
  warnings: z.array(z.string()),
  variants: z.array(variantSchema),
  /** Files that look like variants, or that runs need, and cannot be used; a format where the name tells it. */
  broken: z.array(z.object({ file: z.string(), format: z.enum(FORMAT_IDS).nullable(), error: errorEnvelopeSchema })),
});
export type ModelDetails = z.output<typeof modelDetailsSchema>;

const layerSchema = z.object({
  name: z.string(),
  operator: z.string(),
  role: z.enum(["embedding", "head", "layer"]),
  /** Input by output features; rows by width for an embedding. */
  shape: z.array(z.number()),
  storage: z.string(),
  bits: z.number(),
  accuracyLevel: z.number().nullable(),
  parameters: z.number(),
  bytes,
  /** What this weight lost; null where nobody said. */
  error: z
    .object({
      snrDb: z.number().nullable(),
      exact: z.boolean(),
      maxError: z.number().nullable(),
      clippedShare: z.number(),
    })
    .nullable(),
});
export type ModelLayer = z.output<typeof layerSchema>;

/** A library name, or the folder of a library entry. */
export const modelInput = pathInput;

export const modelRequests = {
  /** The bundled model first, then by name. */
  "models.list": { input: nothing, output: z.object({ models: z.array(modelEntrySchema) }) },
  /** Opens the folder and keeps it. MODEL_*, EXTERNAL_DATA_*, PATH_REFUSED, NAME_TAKEN. Default name: the folder's. */
  "models.add": {
    input: z.strictObject({ path: pathInput, name: nameInput.optional() }),
    output: modelEntrySchema,
  },
  /** Forgets it; the folder stays as it is. */
  "models.remove": { input: z.strictObject({ model: modelInput }), output: nothing },
  "models.show": { input: z.strictObject({ model: modelInput }), output: modelDetailsSchema },
  /** Every weight of one of its variants. */
  "models.layers": {
    input: z.strictObject({ model: modelInput, file: pathInput }),
    output: z.object({ layers: z.array(layerSchema) }),
  },
} as const;
