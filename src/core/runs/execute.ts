/** Executes an experiment: plans its cells, runs each in a child of its own, stores every unit as it arrives. */
import { randomInt } from "node:crypto";
import { type ErrorEnvelope, LabError, toEnvelope } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { CellStatus, RunStatus } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import { loadPrompts } from "#core/benchmarks/prompts.ts";
import { type ModelFolder, openModelFolder, sourceVariant } from "#core/models/model-folder.ts";
import type { WriteProgress } from "#core/onnx/write-model.ts";
import type { Db } from "#core/store/database.ts";
import { failRun, finishCell, insertRun, reopenRun, setRunStatus, startCell } from "#core/store/write-run.ts";
import { readQuestionHashes, readRun } from "#core/store/read-run.ts";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { absolutePaths } from "./absolute-paths.ts";
import { Estimator } from "./estimator.ts";
import { planCells, type PlannedCell, referenceLabel } from "./plan-cells.ts";
import { type PlannedQuestions, planQuestions } from "./plan-questions.ts";
import type { CellJob, PassName } from "./protocol.ts";
import { refuseChanged } from "./refuse-changed.ts";
import { runCell } from "./run-cell.ts";
import type { Spawner } from "./spawner.ts";
import { saveMessage, stored } from "./store-message.ts";

export type RunEvent =
  | { readonly type: "making"; readonly format: FormatId; readonly progress: WriteProgress | null }
  | { readonly type: "started"; readonly runId: string; readonly labels: readonly string[]; readonly questions: number }
  | { readonly type: "cell"; readonly label: string; readonly status: CellStatus; readonly error: ErrorEnvelope | null }
  | {
      readonly type: "progress";
      readonly label: string;
      readonly pass: PassName;
      readonly done: number;
      readonly total: number;
      readonly remainingMs: number | null;
    };

export interface ExecuteOptions {
  readonly db: Db;
  readonly variantsDir: string;
  readonly spawner: Spawner;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

export interface RunOutcome {
  readonly runId: string;
  readonly status: RunStatus;
}

/** One cell on its way: where it is stored and what its child is told. */
interface CellTask {
  readonly id: string;
  readonly label: string;
  readonly job: CellJob;
}

/**
 * Runs a new experiment to its end. A failed cell does not stop the others; a cancel stores what was measured.
 * @throws LabError while planning (nothing is stored then), and STORE_* or DISK_FULL when results cannot be stored
 */
export async function executeRun(asked: Spec, options: ExecuteOptions): Promise<RunOutcome> {
  const spec = absolutePaths(asked);
  const plan = await planRun(spec, options);
  const { model, cells, questions } = plan;
  const runId = newRunId();
  const tasks = await cellTasks(runId, plan);
  const environment = await readEnvironment(options.spawner.launcher);
  stored(options.db, () => {
    insertRun(options.db, {
      id: runId,
      name: spec.name,
      startedAt: new Date().toISOString(),
      spec: { ...spec, reference: plan.reference },
      environment,
      model: {
        name: model.name,
        folder: model.dir,
        architecture: model.architecture,
        // A quantized file may store a tied head a second time; the float one tells what the model has.
        parameters: sourceVariant(model).facts.parameters,
      },
      questionSets: questions.sets,
      cells: tasks.map(({ id, label, job }, index) => {
        const { variant, sha256 } = cells[index]!;
        const { format, file, bytes, facts } = variant;
        return { id, label, format, provider: job.provider, threads: job.threads, file, sha256, bytes, facts };
      }),
    });
  });
  return runTasks(runId, tasks, plan, options);
}

/**
 * Finishes an interrupted run: cells that are not done are measured again, the others stay. A finished one stays as it is.
 * @throws LabError RUN_NOT_FOUND, or SPEC_INVALID when it goes on already, or when a file, the machine or ONNX Runtime is
 * no longer what the run began with: its cells could not be compared
 */
export async function resumeRun(runId: string, options: ExecuteOptions): Promise<RunOutcome> {
  const { run, cells } = readRun(options.db, runId);
  if (run.status === "done") return { runId, status: "done" };
  if (run.status === "running") throw new LabError("SPEC_INVALID", `The run ${runId} is being measured right now.`);
  const plan = await planRun(run.spec, options);
  const tasks = await cellTasks(runId, plan);
  const begun = { run, cells, questionHashes: readQuestionHashes(options.db, runId) };
  refuseChanged(begun, plan, await readEnvironment(options.spawner.launcher));
  const left = tasks.filter((_, index) => cells[index]?.status !== "done");
  stored(options.db, () => {
    reopenRun(options.db, runId);
  });
  return runTasks(runId, left, plan, options);
}

interface RunPlan {
  readonly spec: Spec;
  readonly model: ModelFolder;
  readonly questions: PlannedQuestions;
  readonly cells: readonly PlannedCell[];
  readonly reference: string;
}

async function planRun(spec: Spec, { db, variantsDir, signal, onEvent }: ExecuteOptions): Promise<RunPlan> {
  const model = openModelFolder(spec.model);
  const questions = await planQuestions(spec);
  const onMaking = (format: FormatId, progress: WriteProgress | null): void => {
    onEvent({ type: "making", format, progress });
  };
  const cells = await planCells(model, spec, { db, variantsDir, signal, onMaking });
  const formats = cells.map(({ label, variant }) => ({ label, format: variant.format }));
  return { spec, model, questions, cells, reference: referenceLabel(formats, spec.reference) };
}

async function cellTasks(runId: string, { spec, model, cells, questions }: RunPlan): Promise<CellTask[]> {
  const threads = await defaultThreads();
  const { generate } = spec.passes;
  const prompts = generate ? loadPrompts(generate.prompts) : [];
  return cells.map(({ label, spec: cell, variant }, index) => ({
    id: `${runId}/${index + 1}`,
    label,
    job: {
      modelDir: model.dir,
      file: variant.file,
      provider: cell.provider,
      providerOptions: cell.providerOptions,
      threads: cell.threads ?? threads,
      seed: spec.seed,
      memoryLimitBytes: spec.limits?.memoryBytes,
      forward: spec.passes.forward ?? null,
      questionJobs: questions.jobs,
      generate: generate ? { spec: generate, prompts } : null,
    },
  }));
}

/** Runs the cells; when the store gives up (the disk is full), the run at least does not look as if it still ran. */
async function runTasks(
  runId: string,
  tasks: readonly CellTask[],
  plan: RunPlan,
  options: ExecuteOptions,
): Promise<RunOutcome> {
  try {
    return await runEach(runId, tasks, plan, options);
  } catch (error) {
    try {
      failRun(options.db, runId, toEnvelope(error).message);
    } catch {
      // The store's first failure is the one to tell; the next start of the program fails the run.
    }
    throw error;
  }
}

async function runEach(
  runId: string,
  tasks: readonly CellTask[],
  { spec, questions }: RunPlan,
  { db, spawner, signal, onEvent }: ExecuteOptions,
): Promise<RunOutcome> {
  const asked = questions.sets.reduce((sum, set) => sum + set.asked.length, 0);
  onEvent({ type: "started", runId, labels: tasks.map(({ label }) => label), questions: asked });
  const estimator = new Estimator(tasks.map(({ job }) => job));
  const statuses: CellStatus[] = [];
  for (const [index, { id, label, job }] of tasks.entries()) {
    estimator.startCell(index);
    stored(db, () => {
      startCell(db, id);
    });
    onEvent({ type: "cell", label, status: "running", error: null });
    const { status, error } = await runCell({
      spawner,
      job,
      signal,
      timeoutSeconds: spec.limits?.cellSeconds,
      onMessage: (message) => {
        if (message.type === "progress") {
          const { pass, done, total } = message;
          estimator.progress(pass, done);
          onEvent({ type: "progress", label, pass, done, total, remainingMs: estimator.remainingMs() });
          return;
        }
        stored(db, () => {
          saveMessage(db, runId, id, message);
        });
      },
    });
    stored(db, () => {
      finishCell(db, id, status, error);
    });
    statuses.push(status);
    onEvent({ type: "cell", label, status, error });
    if (signal.aborted) break;
  }
  const cancelled = signal.aborted;
  const status: RunStatus = cancelled ? "cancelled" : statuses.every((each) => each === "done") ? "done" : "failed";
  stored(db, () => {
    setRunStatus(db, runId, status, new Date().toISOString());
  });
  return { runId, status };
}

/** Sorts by time and is short enough to type: `20261121-143205-k3f9`. */
function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${randomInt(36 ** 4)
    .toString(36)
    .padStart(4, "0")}`;
}
