/** Answers out of lm-evaluation-harness's logged samples, of this or of other programs' runs. */
import { z } from "zod";
import { LabError } from "../../errors.ts";
import type { Answer } from "../../results.ts";
import type { BenchmarkMode } from "../../spec.ts";
import type { ExportedQuestion } from "./questions-jsonl.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MOST_CHOICES = 26;

/** Whatever the harness writes beside these is no concern of ours: tasks add fields of their own. */
const sampleSchema = z.looseObject({
  doc_id: z.number().int().min(0),
  doc: z.record(z.string(), z.unknown()),
  target: z.union([z.string(), z.number()]).optional(),
  arguments: z.unknown().optional(),
  resps: z.array(z.unknown()),
  filtered_resps: z.array(z.unknown()).optional(),
  filter: z.string().optional(),
  acc: z.number().optional(),
  acc_norm: z.number().optional(),
  exact_match: z.number().optional(),
});
type Sample = z.output<typeof sampleSchema>;

export interface LmEvalTask {
  readonly name: string;
  readonly mode: BenchmarkMode;
  /** In the order of the documents. Ids count from 1 over all tasks that are read together. */
  readonly questions: readonly ExportedQuestion[];
  readonly answers: readonly Answer[];
}

/**
 * One `samples_<task>_<date>.jsonl`.
 * @param start questions that were read before: the first here is `q${start + 1}`
 * @throws LabError QUESTIONS_INVALID naming file, line and field
 */
export function readLmEvalSamples(text: string, file: string, start = 0): LmEvalTask {
  const samples = text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    return [{ line: index + 1, sample: parseLine(line, `${file}: line ${index + 1}`) }];
  });
  if (samples.length === 0) throw new LabError("QUESTIONS_INVALID", `${file} holds no samples.`, { file });
  const name = taskOf(file);
  // One document may be there once for each filter: the first filter is the plain one.
  const first = samples[0]!.sample.filter;
  const rows = samples
    .filter(({ sample }) => sample.filter === first)
    .sort((a, b) => a.sample.doc_id - b.sample.doc_id)
    .map(({ sample, line }, index) => readSample(sample, `q${start + index + 1}`, name, `${file}: line ${line}`));
  const mode = rows[0]!.mode;
  return { name, mode, questions: rows.map(({ question }) => question), answers: rows.map(({ answer }) => answer) };
}

function parseLine(line: string, where: string): Sample {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new LabError("QUESTIONS_INVALID", `${where} is not valid JSON: ${(error as Error).message}.`);
  }
  const result = sampleSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new LabError(
    "QUESTIONS_INVALID",
    `${where}: ${issue.path.join(".")}: ${issue.message}. Log samples with --log_samples.`,
  );
}

/** `samples_mmlu_virology_2026-08-01T12-00-00.123456.jsonl` -> `mmlu_virology`. */
function taskOf(file: string): string {
  const name = file
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.jsonl$/i, "");
  return name.replace(/^samples_/, "").replace(/_\d{4}-\d\d-\d\dT[\d.-]+$/, "") || name;
}

interface ReadSample {
  readonly mode: BenchmarkMode;
  readonly question: ExportedQuestion;
  readonly answer: Answer;
}

function readSample(sample: Sample, id: string, task: string, where: string): ReadSample {
  const { doc } = sample;
  const logprobs = (sample.filtered_resps ?? []).map(logprobOf);
  const isScored = logprobs.length > 1 && logprobs.some((value) => value !== null);
  const choices = choicesOf(doc, isScored ? logprobs.length : 0);
  const gold = goldOf(sample, choices.length);
  if (gold === null) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `${where}: neither target nor doc.answer names one of ${choices.length} choices.`,
    );
  }
  const subject = typeof doc.subject === "string" ? doc.subject : task.replace(/^mmlu_/, "").replaceAll("_", " ");
  const words = [doc.question, doc.query, doc.ctx, doc.input].find(
    (value): value is string => typeof value === "string",
  );
  const question = { id, subject, question: words ?? JSON.stringify(doc), choices, answer: gold };
  const measured = isScored ? scoredAnswer(sample, logprobs, gold) : generatedAnswer(sample, gold, choices.length);
  return { mode: isScored ? "loglikelihood" : "generate", question, answer: { ...EMPTY, questionId: id, ...measured } };
}

const EMPTY: Omit<Answer, "questionId" | "predicted" | "correct"> = Object.freeze({
  formatFailure: false,
  choiceLogprobs: [],
  text: null,
  generatedTokens: 0,
  tokenIds: null,
  elapsedMs: 0,
  normalized: null,
  cutTokens: 0,
  sharedSeam: false,
});

type Measured = Pick<Answer, "predicted" | "correct"> & Partial<Answer>;

function scoredAnswer(
  { acc, acc_norm: byLength }: Sample,
  logprobs: readonly (number | null)[],
  gold: number,
): Measured {
  const best = logprobs.some((value) => value === null)
    ? null
    : logprobs.reduce<number>((top, value, index) => (value! > logprobs[top]! ? index : top), 0);
  return {
    predicted: best,
    correct: acc === undefined ? best === gold : acc === 1,
    choiceLogprobs: [...logprobs],
    normalized: byLength === undefined ? null : { predicted: byLength === 1 ? gold : null, correct: byLength === 1 },
  };
}

function generatedAnswer(sample: Sample, gold: number, choices: number): Measured {
  const said = firstText(sample.resps);
  const filtered = firstText(sample.filtered_resps ?? []) ?? said ?? "";
  const letter = LETTERS.indexOf(/^\W*([A-Za-z])\b/.exec(filtered)?.[1]?.toUpperCase() ?? "?");
  const correct = (sample.exact_match ?? sample.acc ?? 0) === 1;
  const predicted = correct ? gold : letter >= 0 && letter < choices && letter !== gold ? letter : null;
  return { predicted, correct, formatFailure: predicted === null, text: said };
}

/** `[-1.5, false]`, or the same as texts; null where it is not a number. */
function logprobOf(value: unknown): number | null {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  const number =
    typeof first === "number" ? first : typeof first === "string" && first.trim() !== "" ? Number(first) : NaN;
  return Number.isFinite(number) ? number : null;
}

function firstText(value: readonly unknown[]): string | null {
  const [first] = value.flat(3);
  return typeof first === "string" ? first : null;
}

/** Texts where the document has them in one of the usual places; else the letters. */
function choicesOf({ choices, endings }: Sample["doc"], count: number): string[] {
  const nested = (choices as { text?: unknown } | null)?.text;
  for (const list of [choices, endings, nested]) {
    if (isTexts(list) && list.length > 1) return list;
  }
  return Array.from(LETTERS.slice(0, Math.min(MOST_CHOICES, count > 1 ? count : 4)));
}

function isTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((each) => typeof each === "string");
}

function goldOf({ target, doc }: Sample, choices: number): number | null {
  for (const value of [target, doc.answer, doc.answerKey, doc.label, doc.gold]) {
    const index = typeof value === "number" ? value : typeof value === "string" ? indexOf(value) : -1;
    if (Number.isInteger(index) && index >= 0 && index < choices) return index;
  }
  return null;
}

function indexOf(text: string): number {
  const plain = text.trim();
  return /^\d+$/.test(plain) ? Number(plain) : plain.length === 1 ? LETTERS.indexOf(plain.toUpperCase()) : -1;
}
