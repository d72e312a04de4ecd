/** What a .qsrun holds, as schemas: a zip of `bundle.json` (what is in it, with hashes), `run.json` and `questions.json`. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { FORMAT_IDS } from "#shared/formats/formats.ts";
import { resultsSchema } from "#shared/results.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";

export const BUNDLE_VERSION = 1;
export const MANIFEST = "bundle.json";
export const CONTENTS = ["run.json", "questions.json"] as const;

const described = z.object({ bytes: z.number().int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

export const manifestSchema = z.object({
  schemaVersion: z.literal(BUNDLE_VERSION),
  kind: z.literal("quantscope-run"),
  runId: z.string(),
  createdAt: z.string(),
  app: z.object({ version: z.string(), commit: z.string().nullable() }),
  files: z.object({ "run.json": described, "questions.json": described }),
});
export type Manifest = z.output<typeof manifestSchema>;

const factsSchema = z.object({
  format: z.enum(FORMAT_IDS),
  operators: z.record(z.string(), z.number()),
  parameters: z.number(),
  bitsPerWeight: z.number(),
  quantizedShare: z.number(),
  blockSize: z.number().nullable(),
  symmetric: z.boolean().nullable(),
  accuracyLevel: z.number().nullable(),
  dynamicQuantization: z.boolean(),
  opset: z.number().nullable(),
});

const storedSchema = resultsSchema.omit({ comparisons: true, pareto: true });

/** What a user wrote to a run. The run's name is with its results. */
const userWordsSchema = z.object({
  note: z.string().max(20_000),
  tags: z.array(z.string().trim().min(1).max(60)).max(1000),
});
export type Annotations = z.output<typeof userWordsSchema>;
const NO_WORDS: Annotations = Object.freeze({ note: "", tags: [] });

export const runDocumentSchema = z.object({
  results: storedSchema,
  /** An old run may have none. */
  facts: z.record(z.string(), factsSchema.partial()),
  /** An old bundle has none. */
  user: userWordsSchema.default(NO_WORDS),
});

export const questionsDocumentSchema = z.array(
  z.object({
    name: z.string(),
    sha256: z.string(),
    asked: z.number().int().min(0),
    chanceLevel: z.number(),
    specialTokens: z.object({ before: z.array(z.string()), after: z.array(z.string()) }).nullable(),
    questions: z.array(
      z.object({
        id: z.string().regex(/^q\d+$/),
        subject: z.string().nullable(),
        question: z.string(),
        choices: z.array(z.string()),
        answer: z.number().int(),
      }),
    ),
  }),
);

/**
 * What a run measured, as one hash: the same for a run and its copy, whatever it was named since and wherever it came through.
 */
export function fingerprint({ stored }: Pick<WholeRun, "stored">): string {
  const { run, cells, ...rest } = storedSchema.parse({ schemaVersion: 1, ...stored });
  // What is undefined is not in the JSON.
  const measured = { ...run, name: undefined, origin: undefined };
  const plain = { ...rest, run: measured, cells: cells.map((cell) => ({ ...cell, id: "" })) };
  return createHash("sha256").update(JSON.stringify(plain)).digest("hex");
}
