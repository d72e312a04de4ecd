/** One line of lm-evaluation-harness's logged samples: an answer to a document, with what the harness made of it. */
import { z } from "zod";
import { LabError } from "../errors.ts";
import { jsonProblem, parsePythonJson } from "../python-json.ts";

/** Whatever the harness writes beside these is no concern of ours: tasks add fields of their own. */
const sampleSchema = z.looseObject({
  doc_id: z.number().int().min(0),
  doc: z.record(z.string(), z.unknown()),
  target: z.unknown().optional(),
  arguments: z.unknown().optional(),
  resps: z.array(z.unknown()),
  filtered_resps: z.array(z.unknown()).optional(),
  filter: z.string().optional(),
  metrics: z.array(z.string()).optional(),
});
export type Sample = z.output<typeof sampleSchema>;

export interface PlacedSample {
  readonly sample: Sample;
  /** File and line, or file and sample of a list. */
  readonly where: string;
}

/**
 * One a line; versions before February 2024 write one list, under the same ending.
 * @throws LabError QUESTIONS_INVALID naming file, line and field
 */
export function readSamples(text: string, file: string): PlacedSample[] {
  if (/^\s*\[/.test(text)) {
    const list = z.array(z.unknown()).safeParse(parsed(text, file));
    return (list.data ?? []).map((value, index) => checked(value, `${file}: sample ${index + 1}`));
  }
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const where = `${file}: line ${index + 1}`;
    return [checked(parsed(line, where, index === last && !text.endsWith("\n")), where)];
  });
}

/** @param isEnd whether the file ends in this line: a harness that was stopped leaves it cut short */
function parsed(text: string, where: string, isEnd = false): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    const why = isEnd ? "the file ends in it. Delete this line, or let lm-eval finish" : jsonProblem(text, error);
    throw new LabError("QUESTIONS_INVALID", `${where} is not valid JSON: ${why}.`);
  }
}

function checked(value: unknown, where: string): PlacedSample {
  const result = sampleSchema.safeParse(value);
  if (result.success) return { sample: result.data, where };
  const issue = result.error.issues[0]!;
  throw new LabError(
    "QUESTIONS_INVALID",
    `${where}: ${issue.path.join(".")}: ${issue.message}. Log samples with --log_samples.`,
  );
}

/**
 * Log-likelihoods, where each answer is one with a mark of whether greedy decoding would say it: `["-1.5", "False"]`. NaN is null;
 * -Infinity is a choice without any probability, the least likely of all.
 */
export function scoresOf({ filtered_resps: filtered, resps }: Sample): (number | null)[] | null {
  const pairs = (filtered ?? resps).map(scoreOf);
  return pairs.length === 0 || pairs.includes(undefined) ? null : (pairs as (number | null)[]);
}

/** Undefined for an answer that is a text. */
function scoreOf(answer: unknown): number | null | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [first, mark] = answer as unknown[];
  // As `resps` has it, one list deeper.
  if (Array.isArray(first)) return scoreOf(first);
  return /^(true|false)$/i.test(wordOf(mark)) ? natsOf(first) : undefined;
}

function natsOf(value: unknown): number | null | undefined {
  if (value === null) return null;
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const word = String(value).trim().toLowerCase();
  if (word === "nan" || /^\+?inf(inity)?$/.test(word)) return null;
  if (/^-inf(inity)?$/.test(word)) return -Infinity;
  return word === "" || !Number.isFinite(Number(word)) ? undefined : Number(word);
}

/** What was scored after the prompt, a choice each; empty where the file does not say it, or prompts differ and not these. */
export function continuationsOf(sample: Sample): string[] {
  const texts = requestsOf(sample).map(([, continuation]) => continuation);
  const isTold = texts.every((text) => typeof text === "string") && new Set(texts).size === texts.length;
  return isTold ? texts : [];
}

/** Empty where the file does not say it; of a chat, its messages as JSON with the line ends of their texts. */
export function promptOf(sample: Sample): string {
  const [prompt] = requestsOf(sample)[0] ?? [];
  return typeof prompt === "string" ? prompt.replaceAll("\\n", "\n") : "";
}

/** `{gen_args_0: {arg_0, arg_1}}`; before February 2024 a list of lists. */
function requestsOf({ arguments: asked }: Sample): readonly (readonly unknown[])[] {
  return Object.values((asked ?? {}) as Record<string, unknown>).map((request) =>
    typeof request === "object" && request !== null ? Object.values(request as Record<string, unknown>) : [],
  );
}

/** A metric of right or wrong: true or false, also as 1, 0 or text; null for any other value, undefined without the metric. */
export function rightOf(value: unknown): boolean | null | undefined {
  if (value === undefined) return undefined;
  if (/^(true|1|1\.0+)$/i.test(wordOf(value))) return true;
  return /^(false|0|0\.0+)$/i.test(wordOf(value)) ? false : null;
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : JSON.stringify(value);
}

/** Of a metric that holds the right choice beside what was chosen. */
export function loggedGold(sample: Sample): number | null {
  for (const metric of ["f1", "mcc", "brier_score", "likelihood"]) {
    const value = sample[metric];
    if (Array.isArray(value) && value.length === 2 && Number.isInteger(value[0])) return value[0] as number;
  }
  return null;
}

const FIELDS_OF_A_SAMPLE: ReadonlySet<string> = new Set([
  ...Object.keys(sampleSchema.shape),
  ...["doc_hash", "prompt_hash", "target_hash", "task_name", "schema"],
]);

export function metricsOf(sample: Sample): string[] {
  return sample.metrics ?? Object.keys(sample).filter((field) => !FIELDS_OF_A_SAMPLE.has(field));
}

export function firstText(value: readonly unknown[]): string | null {
  const [first] = value.flat(3);
  return typeof first === "string" ? first : null;
}
