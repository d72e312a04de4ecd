/** lm-evaluation-harness's files: `samples_*.jsonl` are the tasks of one run, `results_*.json` beside them tells about them. */
import { createHash } from "node:crypto";
import { LabError } from "#shared/errors.ts";
import { type LmEvalTask, readLmEvalSamples } from "#shared/exports/lm-eval-read.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";
import { lmEvalRun } from "./foreign-run.ts";
import { momentOf } from "./group-lm-eval.ts";
import { type ImportOptions, type ReadSource, textOf } from "./import-source.ts";
import {
  cellOf,
  type LmEvalResults,
  modelArguments,
  readLmEvalResults,
  samplingOf,
  shotsOf,
  tasksOf,
} from "./lm-eval-results.ts";

interface LmEvalFiles {
  readonly samples: readonly ReadSource[];
  readonly results: ReadSource | null;
}

/** @throws LabError BAD_REQUEST or QUESTIONS_INVALID naming the file and what is wrong with it */
export function readLmEval(files: LmEvalFiles, options: ImportOptions): WholeRun {
  const samples = files.samples.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const [first] = samples;
  if (!first) {
    throw new LabError(
      "BAD_REQUEST",
      `${files.results!.path} holds sums only. Name the samples_*.jsonl of the same run too (lm-eval --log_samples; their names end with the same time).`,
    );
  }
  const results = files.results && readLmEvalResults(files.results);
  const { tasks, leftOut } = readTasks(samples, results);
  refuseOthers(tasks, tasksOf(results), files.results?.path ?? "");
  const hash = createHash("sha256");
  for (const { bytes } of samples) hash.update(bytes);
  const { shots, notes } = shotsOf(
    results,
    tasks.map(({ name }) => name),
  );
  return lmEvalRun({
    fileName: first.name,
    model: options.model ?? modelOf(results) ?? first.folder ?? "unknown model",
    cell: options.cell ?? cellOf(results, first.path),
    tasks,
    startedAt: startOf(results, first),
    seconds: results?.total_evaluation_time_seconds ?? null,
    shots,
    sampling: samplingOf(results, tasks.find(({ mode }) => mode === "generate")?.name),
    sha256: hash.digest("hex"),
    leftOut,
    notes,
  });
}

function modelOf(results: LmEvalResults | null): string | undefined {
  const names = results ? [results.model_name, modelArguments(results).get("pretrained")] : [];
  return names.find((name) => name !== undefined && name !== "");
}

/** The moment in a file's name is the local time of a machine that is not known, and taken as it stands. */
function startOf(results: LmEvalResults | null, first: ReadSource): string {
  if (results?.date !== undefined) return new Date(results.date * 1000).toISOString();
  const [, day, hours, minutes, seconds] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)/.exec(momentOf(first)) ?? [];
  const named = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(named) ? first.modifiedAt : new Date(named).toISOString();
}

interface Tasks {
  readonly tasks: readonly LmEvalTask[];
  /** Of tasks that are none of right and wrong choices. */
  readonly leftOut: readonly string[];
}

function readTasks(samples: readonly ReadSource[], results: LmEvalResults | null): Tasks {
  const tasks: LmEvalTask[] = [];
  const refused: { readonly task: string; readonly error: LabError }[] = [];
  const files = new Map<string, string>();
  for (const sample of samples) {
    const start = tasks.reduce((sum, { questions }) => sum + questions.length, 0);
    try {
      const task = readLmEvalSamples(textOf(sample), sample.name, { start, tasks: tasksOf(results) });
      refuseTwice(task.name, sample.path, files);
      tasks.push(task);
    } catch (error) {
      const task = error instanceof LabError ? error.details.task : undefined;
      if (typeof task !== "string") throw error;
      refuseTwice(task, sample.path, files);
      refused.push({ task, error: error as LabError });
    }
  }
  if (tasks.length === 0) throw refused[0]!.error;
  return { tasks, leftOut: refused.map(({ task, error }) => `the task ${task}: ${error.message}`) };
}

/** Sums of other tasks would give the samples another run's model. */
function refuseOthers(tasks: readonly LmEvalTask[], known: readonly string[], path: string): void {
  const other = tasks.find(({ name }) => !known.includes(name));
  if (!other || known.length === 0) return;
  throw new LabError(
    "BAD_REQUEST",
    `${path} does not tell of the task ${other.name} (of ${known.join(", ")}): it is of another run. Import the samples without it.`,
  );
}

/** A task twice is two runs, of two models or of one; which files belong together is not for us to say. */
function refuseTwice(task: string, path: string, files: Map<string, string>): void {
  const before = files.get(task);
  files.set(task, path);
  if (before === undefined) return;
  throw new LabError(
    "BAD_REQUEST",
    `The task ${task} is there twice: ${before} and ${path}. Import the files of one run at a time.`,
  );
}
