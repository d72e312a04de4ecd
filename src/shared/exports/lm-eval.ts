/**
 * A cell's answers as lm-evaluation-harness logs them: `results_*.json` and `samples_*.jsonl`, one pair a cell. Field names are
 * those of its 0.4 series; what the harness has and a run has not (prompts, its own git hash) is left out and not made up.
 */
import { type BenchmarkResult, type CellResult, isValidAnswer, type Results } from "../results.ts";
import type { BenchmarkMode } from "../spec.ts";
import type { ExportedQuestion } from "./questions-jsonl.ts";
import { elapsedMs } from "../format-numbers.ts";

interface LmEvalFiles {
  readonly cell: string;
  readonly resultsName: string;
  readonly results: string;
  readonly samples: readonly { readonly name: string; readonly text: string }[];
}

type Run = Pick<Results, "run" | "model" | "questionSet">;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const METRIC: Readonly<Record<BenchmarkMode, string>> = Object.freeze({
  loglikelihood: "acc",
  generate: "exact_match",
});

/**
 * Nothing for a cell that answered no question.
 * @param hash SHA-256 as hexadecimal text, which this pure module cannot compute itself
 */
export function lmEvalFiles(
  run: Run,
  cell: CellResult,
  questions: ReadonlyMap<string, ExportedQuestion>,
  hash: (text: string) => string,
): LmEvalFiles | null {
  if (cell.benchmark.length === 0) return null;
  const date = run.run.startedAt.replace("Z", "").replaceAll(/[^\w.-]/g, "-");
  const tasks = cell.benchmark.map((result) => ({ name: taskName(run, result.mode), result }));
  return {
    cell: cell.label,
    resultsName: `results_${date}.json`,
    results: `${JSON.stringify(resultsDocument(run, cell, tasks), null, 2)}\n`,
    samples: tasks.map(({ name, result }) => ({
      name: `samples_${name}_${date}.jsonl`,
      text: result.answers
        .map((answer) => `${JSON.stringify(sample(result.mode, answer, questions, hash))}\n`)
        .join(""),
    })),
  };
}

function taskName({ questionSet }: Run, mode: BenchmarkMode): string {
  const name = (questionSet?.name ?? "questions").replaceAll(/[^\w.-]+/g, "_");
  return mode === "generate" ? `${name}_generative` : name;
}

interface Task {
  readonly name: string;
  readonly result: BenchmarkResult;
}

function resultsDocument({ run, model, questionSet }: Run, cell: CellResult, tasks: readonly Task[]): unknown {
  const { spec, environment } = run;
  const byTask = (value: (task: Task) => unknown): Record<string, unknown> =>
    Object.fromEntries(tasks.map((task) => [task.name, value(task)]));
  const tookMs = elapsedMs(run.startedAt, run.finishedAt);
  const shots = spec.passes.benchmark?.shots ?? 0;
  return {
    results: byTask(({ name, result }) => ({ alias: name, ...scores(result) })),
    group_subtasks: {},
    configs: byTask(({ name, result }) => ({
      task: name,
      dataset_name: questionSet?.name ?? null,
      output_type: result.mode === "generate" ? "generate_until" : "multiple_choice",
      num_fewshot: shots,
      metadata: { version: 1, sha256: questionSet?.sha256 ?? null },
    })),
    versions: byTask(() => 1),
    "n-shot": byTask(() => shots),
    higher_is_better: byTask(({ result }) => ({ [METRIC[result.mode]]: true })),
    "n-samples": byTask(({ result }) => ({ original: questionSet?.count ?? null, effective: result.answers.length })),
    config: {
      model: "quantscope",
      model_args: `pretrained=${model.name},format=${cell.format},provider=${cell.provider}`,
      batch_size: 1,
      device: cell.provider,
      limit: spec.sample?.limit ?? null,
      random_seed: spec.seed,
      gen_kwargs:
        spec.passes.benchmark === undefined
          ? null
          : { temperature: spec.passes.benchmark.temperature, top_p: spec.passes.benchmark.topP },
    },
    date: Date.parse(run.startedAt) / 1000,
    model_source: "quantscope",
    model_name: model.name,
    total_evaluation_time_seconds: tookMs === null ? null : String(tookMs / 1000),
    quantscope: {
      runId: run.id,
      cell: cell.label,
      format: cell.format,
      provider: cell.provider,
      sha256: cell.sha256,
      onnxruntime: environment.runtime.onnxruntime,
    },
  };
}

/** Mean and standard error (sample deviation over the root of n), of answers that count. */
function scores({ mode, answers }: BenchmarkResult): Record<string, number | null> {
  const valid = answers.filter(isValidAnswer);
  const of = (name: string, right: readonly boolean[]): Record<string, number | null> => {
    const share = right.length === 0 ? null : right.filter(Boolean).length / right.length;
    const error = share === null || right.length < 2 ? null : Math.sqrt((share * (1 - share)) / (right.length - 1));
    return { [`${name},none`]: share, [`${name}_stderr,none`]: error };
  };
  const normalized = valid.flatMap((answer) => (answer.normalized ? [answer.normalized.correct] : []));
  return {
    ...of(
      METRIC[mode],
      valid.map(({ correct }) => correct),
    ),
    ...(normalized.length > 0 ? of("acc_norm", normalized) : {}),
  };
}

function sample(
  mode: BenchmarkMode,
  answer: BenchmarkResult["answers"][number],
  questions: ReadonlyMap<string, ExportedQuestion>,
  hash: (text: string) => string,
): unknown {
  const question = questions.get(answer.questionId);
  const { subject = null, choices = [], answer: gold = null } = question ?? {};
  const doc = { question: question?.question ?? null, subject, choices, answer: gold };
  const target = gold === null ? "" : mode === "generate" ? (LETTERS[gold] ?? "") : String(gold);
  // The harness writes everything but a document as text; "False": the choice is not what greedy decoding would say.
  const scored = answer.choiceLogprobs.map((value, index) => [
    value === null ? "nan" : String(value),
    index === answer.predicted ? "True" : "False",
  ]);
  const letter = answer.predicted === null ? "[invalid]" : (LETTERS[answer.predicted] ?? "[invalid]");
  return {
    doc_id: Number(answer.questionId.slice(1)) - 1,
    doc,
    target,
    arguments: {},
    resps: mode === "generate" ? [[answer.text ?? ""]] : scored.map((each) => [each]),
    filtered_resps: mode === "generate" ? [letter] : scored,
    filter: "none",
    metrics: [METRIC[mode], ...(answer.normalized ? ["acc_norm"] : [])],
    doc_hash: hash(JSON.stringify(doc)),
    target_hash: hash(target),
    [METRIC[mode]]: Number(answer.correct),
    ...(answer.normalized ? { acc_norm: Number(answer.normalized.correct) } : {}),
  };
}
