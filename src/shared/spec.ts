/**
 * The experiment spec: the plan of a run as one JSON document (docs/file-formats.md). Unknown keys are refused by name.
 * Defaults are written into the stored spec, so that a run says what was done and not only what was asked.
 */
import { z } from "zod";
import { closedObject } from "./closed-object.ts";
import { LabError } from "./errors.ts";
import { FORMAT_IDS } from "./formats/formats.ts";
import { PROVIDER_IDS } from "./providers/providers.ts";
import { recipeSchema } from "./recipe.ts";

export const SPEC_VERSION = 1;
export const BATCH_SIZES = [1, 2, 4, 8, 16, 32] as const;
export const TOP_K = [1, 3, 5, 10, 20] as const;
/** How many of the most likely next tokens are stored per question: the largest k that is compared. */
export const STORED_TOP_TOKENS = 20;

const positive = z.number().int().positive();

export const cellSchema = closedObject({
  format: z.enum(FORMAT_IDS).optional(),
  recipe: recipeSchema.optional(),
  file: z.string().min(1).optional(),
  provider: z.enum(PROVIDER_IDS).default("cpu"),
  providerOptions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  threads: positive.optional(),
  graph: z.enum(["exported"]).default("exported"),
}).refine((cell) => [cell.format, cell.recipe, cell.file].filter((value) => value !== undefined).length === 1, {
  message: "a cell names exactly one of format, recipe and file",
});

const batchSizes = z
  .array(positive.max(4096))
  .min(1)
  .overwrite((sizes) => [...new Set(sizes)].sort((a, b) => a - b));

export const forwardPassSchema = closedObject({
  batchSizes: batchSizes.default([...BATCH_SIZES]),
  sequenceLength: positive.max(1 << 20).default(128),
  warmup: z.number().int().min(0).default(3),
  minIterations: positive.default(10),
  minSeconds: z.number().min(0).default(2),
});

export const tokensPassSchema = closedObject({
  questions: z.string().min(1),
  topK: z
    .array(positive.max(STORED_TOP_TOKENS))
    .min(1)
    .default([...TOP_K]),
  promptTemplate: z.enum(["mmlu"]).default("mmlu"),
  chatTemplate: z.boolean().default(false),
  subject: z.string().optional(),
});

export const BENCHMARK_MODES = ["loglikelihood", "generate"] as const;
export type BenchmarkMode = (typeof BENCHMARK_MODES)[number];

export const benchmarkPassSchema = closedObject({
  questions: z.string().min(1),
  modes: z
    .array(z.enum(BENCHMARK_MODES))
    .min(1)
    .default([...BENCHMARK_MODES]),
  temperature: z.number().min(0).default(0.1),
  topP: z.number().gt(0).max(1).default(1),
  maxNewTokens: positive.default(16),
  promptTemplate: z.enum(["mmlu"]).default("mmlu"),
  chatTemplate: z.boolean().default(false),
  subject: z.string().optional(),
});

export const generatePassSchema = closedObject({
  prompts: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: "name a text file with one prompt a line, or give a list of texts",
  }),
  maxNewTokens: positive.default(64),
  temperature: z.number().min(0).default(0.1),
  topP: z.number().gt(0).max(1).default(1),
  /** Default: on where the model has a chat template. */
  chatTemplate: z.boolean().optional(),
});

export const specSchema = closedObject({
  schemaVersion: z.literal(SPEC_VERSION, { error: `this version reads schemaVersion ${SPEC_VERSION} only` }),
  name: z.string().min(1),
  model: z.string().min(1),
  cells: z.array(cellSchema).min(1),
  /** Label of the reference cell (`fp32@cpu`); default the highest precision present. */
  reference: z.string().optional(),
  passes: closedObject({
    forward: forwardPassSchema.optional(),
    tokens: tokensPassSchema.optional(),
    benchmark: benchmarkPassSchema.optional(),
    generate: generatePassSchema.optional(),
  }).refine((passes) => Object.values(passes).some((pass) => pass !== undefined), {
    message: "name at least one pass",
  }),
  sample: closedObject({
    limit: positive.optional(),
    seed: z.number().int().min(0).default(0),
    stratifyBy: z.enum(["subject"]).optional(),
  }).optional(),
  seed: z.number().int().min(0).default(0),
  limits: closedObject({ memoryBytes: positive.optional(), cellSeconds: z.number().positive().optional() }).optional(),
});

export type Spec = z.output<typeof specSchema>;
export type SpecInput = z.input<typeof specSchema>;
export type CellSpec = z.output<typeof cellSchema>;
export type ForwardPassSpec = z.output<typeof forwardPassSchema>;
export type TokensPassSpec = z.output<typeof tokensPassSchema>;
export type BenchmarkPassSpec = z.output<typeof benchmarkPassSchema>;
export type GeneratePassSpec = z.output<typeof generatePassSchema>;

/**
 * Checks a spec and fills its defaults.
 * @throws LabError SPEC_INVALID naming the first wrong field and what is allowed there
 */
export function parseSpec(value: unknown, source = "spec"): Spec {
  const result = specSchema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt key is also a missing one: the name that is wrong says more than the one that is not there.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const field = issue.path.length > 0 ? issue.path.join(".") : "the document";
  throw new LabError("SPEC_INVALID", `${source}: ${field}: ${issue.message}.`, {
    issues: issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}
