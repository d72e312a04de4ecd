/** Runs from elsewhere: bundles, and other tools' files. What a page sends, and what became of each file. */
import { z } from "zod";
import { FORMAT_IDS } from "../formats/formats.ts";
import { PROVIDER_IDS } from "../providers/providers.ts";
import { errorEnvelopeSchema, nameInput, pathInput } from "./parts.ts";
import { LARGEST_UPLOAD_BYTES } from "./questions.ts";

/** Most files of one request: the parts of a plan. */
const MOST_FILES = 1000;
const BASE64_CHARACTERS_PER_BYTE = 4 / 3;

/** What a file of another tool does not say of itself. */
const about = {
  cell: z.strictObject({ format: z.enum(FORMAT_IDS), provider: z.enum(PROVIDER_IDS) }).optional(),
  model: nameInput.optional(),
};

export const importInput = z.strictObject({ paths: z.array(pathInput).min(1).max(MOST_FILES), ...about });

/** At most LARGEST_UPLOAD_BYTES in all. */
export const uploadInput = z.strictObject({
  files: z
    .array(
      z.strictObject({
        fileName: z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^/\\:\0]+$/, "must be a file name without a folder"),
        /** base64. */
        content: z.base64().max(Math.ceil(LARGEST_UPLOAD_BYTES * BASE64_CHARACTERS_PER_BYTE) + 4),
        /** When the file was last written, in ms since 1970: samples of lm-eval alone do not say when they were measured. */
        modifiedMs: z.number().int().min(0).max(8_640_000_000_000_000).optional(),
      }),
    )
    .min(1)
    .max(MOST_FILES),
  ...about,
});

const importedSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.enum(["added", "merged", "already there"]),
    /** Paths or names as they were sent; several where they are tasks of one run; of a zip the name of the bundle in it. */
    files: z.array(z.string()),
    run: z.object({ id: z.string(), name: z.string() }),
    /** What is to be known of the run: parts that are missing, other machines, what its numbers are not. */
    notes: z.array(z.string()),
  }),
  /** Nothing of these was stored. `details.needs` is "cell" where format and provider have to be said. */
  z.object({ outcome: z.literal("failed"), files: z.array(z.string()), error: errorEnvelopeSchema }),
]);
export type ImportedFile = z.output<typeof importedSchema>;

/** One answer a run: every file by itself, those of lm-eval together. */
export const importOutput = z.object({ files: z.array(importedSchema) });
