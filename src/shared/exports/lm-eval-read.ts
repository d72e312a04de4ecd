/** Answers out of lm-evaluation-harness's logged samples, of this or of other programs' runs. */
import { LabError } from "../errors.ts";
import type { Answer } from "../results.ts";
import type { BenchmarkMode } from "../spec.ts";
import { plural } from "../format-numbers.ts";
import { type LmEvalChoices, choicesOf } from "./lm-eval-choices.ts";
import { choiceSaid, goldOf, hasSeveralTargets } from "./lm-eval-gold.ts";
import {
  continuationsOf,
  firstText,
  loggedGold,
  metricsOf,
  promptOf,
  type PlacedSample,
  readSamples,
  rightOf,
  type Sample,
  scoresOf,
} from "./lm-eval-sample.ts";
import type { ExportedQuestion } from "./questions-jsonl.ts";

export interface LmEvalTask {
  readonly name: string;
  readonly mode: BenchmarkMode;
  /** In the order of the documents. Ids count from 1 over all tasks that are read together. */
  readonly questions: readonly ExportedQuestion[];
  readonly answers: readonly Answer[];
  /** What of the file is not in these. */
  readonly leftOut: readonly string[];
  /** What is to be known of the numbers. */
  readonly notes: readonly string[];
}

interface Reading {
  /** Questions that were read before: the first here is `q${start + 1}`. */
  readonly start?: number;
  /** Names of tasks where they are known, to tell the name of this one by. */
  readonly tasks?: readonly string[];
}

/**
 * One `samples_<task>_<date>.jsonl`.
 * @throws LabError QUESTIONS_INVALID naming file, line and field; with `details.task` where the file is whole and its task is none of
 * right and wrong choices
 */
export function readLmEvalSamples(text: string, file: string, { start = 0, tasks = [] }: Reading = {}): LmEvalTask {
  const samples = readSamples(text, file);
  if (samples.length === 0) throw new LabError("QUESTIONS_INVALID", `${file} holds no samples.`, { file });
  const name = taskOf(file, tasks);
  // One document may be there once for each filter: the first filter is the plain one.
  const filters = [...new Set(samples.map(({ sample }) => sample.filter))];
  const first = samples.filter(({ sample }) => sample.filter === filters[0]);
  refuseRepeated(first);
  const rows = first.sort((a, b) => a.sample.doc_id - b.sample.doc_id).map((placed) => readRow(placed, name));
  const mode = rows[0]!.scores ? "loglikelihood" : "generate";
  const other = rows.find(({ scores }) => (scores ? "loglikelihood" : "generate") !== mode);
  if (other) throw noChoices(`${other.where}: texts and log-likelihoods in one file`, name);
  const gold = goldOf(rows);
  if ("unknown" in gold) {
    const { where, choices } = rows[gold.unknown]!;
    throw noChoices(`${where}: neither target nor doc.answer names one of ${choices.texts.length} choices`, name);
  }
  const ids = rows.map((_, index) => `q${start + index + 1}`);
  return {
    name,
    mode,
    questions: rows.map((row, index) => questionOf(row, ids[index]!, name, gold.indexes[index]!)),
    answers: rows.map((row, index) => ({ ...EMPTY, questionId: ids[index]!, ...answerOf(row, gold.indexes[index]!) })),
    leftOut: [...otherFilters(name, filters), ...otherMetrics(name, first, mode)],
    notes: notesOf(name, rows, gold.disagreeing),
  };
}

/** `samples_mmlu_virology_2026-08-01T12-00-00.123456.jsonl` -> `mmlu_virology`. */
function taskOf(file: string, tasks: readonly string[]): string {
  const base = file
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.jsonl?$/i, "");
  const name = base.replace(/^samples_/, "").replace(/_\d{4}-\d\d-\d\dT[\d.-]+$/, "") || base;
  // Versions before February 2024 write the model's arguments in front of the task.
  const [only, ...others] = tasks;
  if (only !== undefined && others.length === 0 && !base.startsWith("samples_")) return only;
  const known = tasks.filter((task) => name === task || name.endsWith(`_${task}`));
  return known.sort((a, b) => b.length - a.length)[0] ?? name;
}

/** Two runs of a task in one file are no run. */
function refuseRepeated(samples: readonly PlacedSample[]): void {
  const seen = new Map<number, string>();
  for (const { sample, where } of samples) {
    const before = seen.get(sample.doc_id);
    if (before !== undefined) {
      const message = `${where}: the document ${sample.doc_id} is there a second time (first: ${before}). Keep one run of the task a file.`;
      throw new LabError("QUESTIONS_INVALID", message);
    }
    seen.set(sample.doc_id, where);
  }
}

function noChoices(why: string, task: string): LabError {
  return new LabError("QUESTIONS_INVALID", `${why}. Tasks are read whose questions have one right choice.`, { task });
}

interface Row {
  readonly sample: Sample;
  readonly where: string;
  readonly doc: Sample["doc"];
  readonly target: unknown;
  /** Null where the answer is a text. */
  readonly scores: readonly (number | null)[] | null;
  readonly choices: LmEvalChoices;
  readonly logged: number | null;
  readonly chosen: number | null;
  readonly right: boolean | null;
}

function readRow({ sample, where }: PlacedSample, task: string): Row {
  const { doc, target } = sample;
  const scores = choiceScores(sample);
  if (scores?.length === 1) throw noChoices(`${where}: one log-likelihood, and no choices to choose from`, task);
  if (scores && hasSeveralTargets(target)) throw noChoices(`${where}: target names several right choices`, task);
  const right = scores ? scoredRight(sample, where, task) : saidRight(sample, where, task);
  const choices = choicesOf(doc, scores?.length ?? null, scores ? continuationsOf(sample) : [], promptOf(sample));
  if (!choices) throw noChoices(`${where}: the document has no choices: any text may be the answer`, task);
  if (choices.marked.length > 1) throw noChoices(`${where}: the document marks several choices as right`, task);
  const chosen = scores ? largest(scores) : right ? choiceSaid(saidIn(sample), choices) : null;
  return { sample, where, doc, target, scores, choices, logged: loggedGold(sample), chosen, right };
}

/** With mutual information, the choices without their prompt follow the choices. */
function choiceScores(sample: Sample): (number | null)[] | null {
  const scores = scoresOf(sample);
  return scores && metricsOf(sample).includes("acc_mutual_info") ? scores.slice(0, scores.length / 2) : scores;
}

/** Metrics of the harness's own way with choices: where one of them is there, the largest log-likelihood is what counts. */
const OF_CHOICES = ["acc_norm", "acc_bytes", "acc_mutual_info", "f1", "mcc", "brier_score", "likelihood"];

function scoredRight(sample: Sample, where: string, task: string): boolean | null {
  const right = rightOf(sample.acc);
  if (right === null) throw notRightOrWrong("acc", sample.acc, where, task);
  if (right !== undefined) return right;
  const metrics = metricsOf(sample);
  const isOfChoices = OF_CHOICES.some(
    (metric) => metrics.includes(metric) && (metric.startsWith("acc") || Array.isArray(sample[metric])),
  );
  if (metrics.length === 0 || isOfChoices) return null;
  throw noChoices(`${where}: its metrics (${metrics.join(", ")}) do not say which choice is right`, task);
}

function saidRight(sample: Sample, where: string, task: string): boolean {
  const metric = sample.exact_match === undefined ? "acc" : "exact_match";
  const right = rightOf(sample[metric]);
  if (right === null) throw notRightOrWrong(metric, sample[metric], where, task);
  if (right !== undefined) return right;
  const metrics = metricsOf(sample).join(", ") || "none";
  throw noChoices(`${where}: its metrics (${metrics}) do not say whether the answer is right`, task);
}

function notRightOrWrong(metric: string, value: unknown, where: string, task: string): LabError {
  return noChoices(
    `${where}: ${metric} is ${JSON.stringify(value).slice(0, 80)}, which is neither right (1) nor wrong (0)`,
    task,
  );
}

function saidIn({ filtered_resps: filtered = [], resps }: Sample): string {
  return firstText(filtered) ?? firstText(resps) ?? "";
}

/** Of equal ones the first; null where one is NaN. */
function largest(scores: readonly (number | null)[]): number | null {
  if (scores.includes(null)) return null;
  return scores.reduce<number>((top, value, index) => (value! > scores[top]! ? index : top), 0);
}

function questionOf({ doc, choices }: Row, id: string, task: string, answer: number): ExportedQuestion {
  const named = [doc.subject, doc.category].find((value): value is string => typeof value === "string");
  return {
    id,
    subject: named ?? task.replace(/^mmlu_/, "").replaceAll("_", " "),
    question: wordsOf(doc),
    choices: choices.texts,
    answer,
  };
}

function wordsOf(doc: Sample["doc"]): string {
  const { premise, question } = doc;
  // COPA's question is "cause" or "effect".
  if (typeof premise === "string" && typeof question === "string") return `${premise} (${question})`;
  const { query, ctx, input, question_stem: stem, Question, Problem, goal, sentence } = doc;
  const fields = [question, query, ctx, input, stem, Question, Problem, goal, sentence];
  return fields.find((value): value is string => typeof value === "string") ?? JSON.stringify(doc);
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

function answerOf(row: Row, gold: number): Measured {
  const { sample, scores, choices, chosen, right } = row;
  if (!scores) {
    const text = firstText(sample.resps);
    const said = choiceSaid(saidIn(sample), choices);
    const predicted = right === true ? gold : said === gold ? null : said;
    return { predicted, correct: right === true, formatFailure: predicted === null, text };
  }
  return {
    predicted: chosen,
    // What was computed from NaN is no answer, whatever the harness makes of it.
    correct: chosen !== null && (right ?? chosen === gold),
    choiceLogprobs: [...scores],
    normalized: normalizedOf(row, gold),
  };
}

/** The harness logs whether acc_norm's choice is right; which one it is follows from the lengths of what was scored. */
function normalizedOf({ sample, scores, choices }: Row, gold: number): Answer["normalized"] {
  const correct = rightOf(sample.acc_norm);
  if (correct === undefined || correct === null || scores!.includes(null)) return null;
  if (correct) return { predicted: gold, correct };
  if (choices.texts.length === 2) return { predicted: 1 - gold, correct };
  const continuations = continuationsOf(sample);
  if (continuations.length !== scores!.length) return { predicted: null, correct };
  const lengths = continuations.map((text) => Array.from(text.replace(/^ /, "")).length);
  const chosen = largest(scores!.map((score, index) => score! / lengths[index]!));
  return { predicted: chosen === gold ? null : chosen, correct };
}

function otherFilters(task: string, filters: readonly (string | undefined)[]): string[] {
  const [first = "none", ...others] = filters;
  return others.length === 0 ? [] : [`answers of ${task} by the filters ${others.join(", ")} (${first} is read)`];
}

function otherMetrics(task: string, samples: readonly PlacedSample[], mode: BenchmarkMode): string[] {
  const isShare = samples.some(({ sample }) => rightOf(sample.acc_norm) === null);
  const read = mode === "generate" ? ["exact_match", "acc"] : ["acc", ...(isShare ? [] : ["acc_norm"])];
  const others = new Set(samples.flatMap(({ sample }) => metricsOf(sample)).filter((metric) => !read.includes(metric)));
  return others.size === 0 ? [] : [`the metrics ${[...others].join(", ")} of ${task}`];
}

function notesOf(task: string, rows: readonly Row[], disagreeing: number): string[] {
  const lettered = rows.filter(({ choices }) => choices.areLetters).length;
  const derived = rows.filter(({ right }) => right === null).length;
  return [
    ...(lettered > 0
      ? [`${task}: the file has no texts of choices of ${plural(lettered, "question")}: letters stand for them`]
      : []),
    ...(derived > 0
      ? [
          `${task}: acc of ${plural(derived, "question")} is not in the file and was worked out from the log-likelihoods`,
        ]
      : []),
    ...(disagreeing > 0
      ? [
          `${task}: in ${plural(disagreeing, "question")} the harness's count contradicts the answer that was chosen; its count is taken`,
        ]
      : []),
  ];
}
