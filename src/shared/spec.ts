/**
 * The experiment spec: the plan of a run as one JSON document (docs/file-formats.md). Unknown keys are refused by name.
 * Defaults are written into the stored spec, so that a run says what was done and not only what was asked.
 */
import { z } from "zod";
import { closedObject } from "./closed-object.ts";
import { type Depth, DEPTH_IDS, DEPTHS } from "./depths.ts";
import { LabError } from "./errors.ts";
import { FORMAT_IDS } from "./formats/formats.ts";
import { PROVIDER_IDS } from "./providers/providers.ts";
import { recipeSchema } from "./recipe-schema.ts";

const SPEC_VERSION = 1;
export const BATCH_SIZES = [1, 2, 4, 8, 16, 32] as const;
export const TOP_K = [1, 3, 5, 10, 20] as const;
/** How many of the most likely next tokens are stored per position. */
export const STORED_TOP_TOKENS = 64;
/** The largest k that is compared; beyond it sets of next tokens hold mostly noise. */
export const MOST_TOP_K = 20;

const positive = z.number().int().positive();

export const GRAPHS = ["exported", "fused"] as const;
export type GraphChoice = (typeof GRAPHS)[number];

const cellSchema = closedObject({
  format: z.enum(FORMAT_IDS).optional(),
  recipe: recipeSchema.optional(),
  file: z.string().min(1).optional(),
  provider: z.enum(PROVIDER_IDS).default("cpu"),
  providerOptions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  threads: positive.optional(),
  /** `fused`: attention is joined into one operator in memory, where it is proven equal, for all passes but forward. */
  graph: z.enum(GRAPHS).default("exported"),
}).refine((cell) => [cell.format, cell.recipe, cell.file].filter((value) => value !== undefined).length === 1, {
  message: "a cell names exactly one of format, recipe and file",
});

const ascending = (values: number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
const batchSizes = z.array(positive.max(4096)).min(1).overwrite(ascending);

export const forwardPassSchema = closedObject({
  batchSizes: batchSizes.default([...BATCH_SIZES]),
  sequenceLength: positive.max(1 << 20).default(128),
  /** Least number of runs before timing; more follow while they still get faster (docs/measurement.md). */
  warmup: z.number().int().min(0).default(3),
  minIterations: positive.default(DEPTHS.standard.forward.minIterations),
  maxIterations: positive.default(DEPTHS.standard.forward.maxIterations),
  minSeconds: z.number().min(0).default(DEPTHS.standard.forward.minSeconds),
  /** A batch size stops here with the runs it has, three at least. */
  maxSeconds: z.number().positive().default(DEPTHS.standard.forward.maxSeconds),
  /** Peak memory of each batch size from fresh processes of its own, this many; 0 takes it from the timed launches. */
  memoryLaunches: z.number().int().min(0).max(20).default(DEPTHS.standard.forward.memoryLaunches),
});

export const decodePassSchema = closedObject({
  promptTokens: positive.max(1 << 20).default(128),
  newTokens: positive.max(1 << 16).default(DEPTHS.standard.decode.newTokens),
  batchSizes: batchSizes.default([1]),
  /** Tokens that stand before the prompt: 0 decodes after `promptTokens`, 2000 after 2000 more. */
  depths: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(1 << 20),
    )
    .min(1)
    .overwrite(ascending)
    .default([0, 512, 2000]),
});

/** `mmlu` lists the choices and scores their letters; `question-answer` scores the choices' own texts. */
export const PROMPT_TEMPLATES = ["mmlu", "question-answer"] as const;
export type PromptTemplate = (typeof PROMPT_TEMPLATES)[number];

/** How a question becomes a prompt; the same words in both passes are asked once. */
const asking = {
  promptTemplate: z.enum(PROMPT_TEMPLATES).default("mmlu"),
  chatTemplate: z.boolean().default(false),
  subject: z.string().optional(),
  /** Solved questions put before each, the first of the same subject in `shotQuestions`. */
  shots: z.number().int().min(0).max(64).default(0),
  shotQuestions: z.string().min(1).optional(),
};

const tokensPassSchema = closedObject({
  questions: z.string().min(1).optional(),
  /** A UTF-8 text file: next tokens and perplexity inside running text. */
  texts: z.string().min(1).optional(),
  chunks: positive.max(4096).default(32),
  chunkTokens: z
    .number()
    .int()
    .min(16)
    .max(1 << 16)
    .default(512),
  /** Positions of each chunk at which next tokens are compared; perplexity takes the whole second half. */
  positionsPerChunk: positive.max(1024).default(32),
  topK: z
    .array(positive.max(MOST_TOP_K))
    .min(1)
    .default([...TOP_K]),
  ...asking,
}).refine(({ questions, texts }) => questions !== undefined || texts !== undefined, {
  message: "name questions, texts or both",
});

export const BENCHMARK_MODES = ["loglikelihood", "generate"] as const;
export type BenchmarkMode = (typeof BENCHMARK_MODES)[number];

const benchmarkPassSchema = closedObject({
  questions: z.string().min(1),
  modes: z
    .array(z.enum(BENCHMARK_MODES))
    .min(1)
    .default([...BENCHMARK_MODES]),
  temperature: z.number().min(0).default(0.1),
  topP: z.number().gt(0).max(1).default(1),
  maxNewTokens: positive.default(16),
  ...asking,
}).refine(({ modes, promptTemplate }) => promptTemplate === "mmlu" || !modes.includes("generate"), {
  message: 'the mode "generate" needs the prompt template "mmlu", whose answers are letters',
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
  depth: z.enum(DEPTH_IDS).default("standard"),
  /** Fresh processes in which each cell's speed and memory are measured, round by round over the cells. */
  launches: positive.max(100).default(DEPTHS.standard.launches),
  /** Label of the reference cell (`fp32@cpu`); default the highest precision present. */
  reference: z.string().optional(),
  passes: closedObject({
    forward: forwardPassSchema.optional(),
    decode: decodePassSchema.optional(),
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
    /**
     * Which look at growing numbers of the same questions this run is: verdicts spend less of their error at later ones. Counted
     * from the stored runs when a run starts.
     */
    look: positive.optional(),
  }).optional(),
  seed: z.number().int().min(0).default(0),
  limits: closedObject({ memoryBytes: positive.optional(), cellSeconds: z.number().positive().optional() }).optional(),
});

export type Spec = z.output<typeof specSchema>;
export type SpecInput = z.input<typeof specSchema>;
export type CellSpec = z.output<typeof cellSchema>;
export type ForwardPassSpec = z.output<typeof forwardPassSchema>;
export type DecodePassSpec = z.output<typeof decodePassSchema>;
export type TokensPassSpec = z.output<typeof tokensPassSchema>;
export type BenchmarkPassSpec = z.output<typeof benchmarkPassSchema>;
export type GeneratePassSpec = z.output<typeof generatePassSchema>;

/**
 * Checks a spec and fills its defaults.
 * @throws LabError SPEC_INVALID naming the first wrong field and what is allowed there
 */
export function parseSpec(value: unknown, source = "spec"): Spec {
  const result = specSchema.safeParse(withDepth(value));
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt key is also a missing one: the name that is wrong says more than the one that is not there.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const field = issue.path.length > 0 ? issue.path.join(".") : "the document";
  throw new LabError("SPEC_INVALID", `${source}: ${field}: ${issue.message}.`, {
    issues: issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

/** Puts a depth's numbers where the spec has none of its own; what is malformed stays for the schema to name. */
function withDepth(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.passes)) return value;
  const depth = DEPTHS[value.depth as Depth] as (typeof DEPTHS)[Depth] | undefined;
  if (depth === undefined) return value;
  const { forward, decode } = value.passes;
  return {
    ...value,
    launches: value.launches ?? depth.launches,
    passes: {
      ...value.passes,
      ...(isObject(forward) && { forward: { ...depth.forward, ...forward } }),
      ...(isObject(decode) && { decode: { ...depth.decode, ...decode } }),
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
