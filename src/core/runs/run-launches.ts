/** The processes of a run, one after the other: each is started, heard, stored and ended. */
import type { ErrorEnvelope } from "#shared/errors.ts";
import type { CellStatus, RunStatus } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import {
  finishCell,
  finishLaunch,
  type LaunchKey,
  noteAlongside,
  setRunStatus,
  startLaunch,
} from "#core/store/write-run.ts";
import { Estimator } from "./estimator.ts";
import type { LaunchTask } from "./launch-jobs.ts";
import type { LaunchCosts } from "./predict.ts";
import type { PassName, WorkerMessage } from "./protocol.ts";
import { withWritten } from "./replay-job.ts";
import { type CellOutcome, runCell, type RunCellOptions } from "./run-cell.ts";
import { cellId } from "./run-ids.ts";
import type { ExecuteOptions } from "./run-options.ts";
import { saveMessage } from "./store-message.ts";
import type { WriteQueue } from "./write-queue.ts";

interface LaunchesInput {
  readonly runId: string;
  /** What is still to be run, in order. */
  readonly left: readonly LaunchTask[];
  /** Predicted costs of each task that is left. */
  readonly costs: readonly LaunchCosts[];
  /** Of all cells of the run, by index. */
  readonly labels: readonly string[];
  readonly spec: Spec;
  readonly writes: WriteQueue;
}

/** One cell while its launches come and go. */
interface CellState {
  started: boolean;
  /** Launches that are still to come. */
  left: number;
  elapsedMs: number;
  end: { readonly status: CellStatus; readonly error: ErrorEnvelope | null } | null;
}

/** The pass that a stored message belongs to. */
const PASS_OF: Readonly<Partial<Record<WorkerMessage["type"], PassName>>> = Object.freeze({
  loaded: "load",
  forward: "forward",
  decode: "decode",
  questions: "questions",
  texts: "texts",
  generation: "generate",
  replay: "replay",
});

const UNKNOWN = "perhaps some (the folder in which programs say so cannot be used)";

/** @returns the run's status; it and every cell's are stored */
export async function runLaunches(input: LaunchesInput, options: ExecuteOptions): Promise<RunStatus> {
  const { runId, left, costs, labels, spec, writes } = input;
  const { db, signal, onEvent } = options;
  const estimator = new Estimator(costs);
  const states = new Map<number, CellState>();
  for (const { cell } of left) {
    const state = states.get(cell) ?? { started: false, left: 0, elapsedMs: 0, end: null };
    states.set(cell, { ...state, left: state.left + 1 });
  }

  for (const [index, task] of left.entries()) {
    const state = states.get(task.cell)!;
    const label = labels[task.cell]!;
    if (signal.aborted) break;
    if (state.end) continue;
    estimator.startLaunch(index);
    if (!state.started) onEvent({ type: "cell", label, status: "running", error: null });
    state.started = true;
    const { kind, launch } = task;
    onEvent({ type: "launch", label, kind, launch, done: index, total: left.length });
    const start = performance.now();
    const outcome = await runLaunch(task, label, timeLimit(spec, state), estimator, input, options);
    state.elapsedMs += performance.now() - start;
    state.left -= 1;
    if (outcome.status !== "done") state.end = { status: outcome.status, error: outcome.error };
    else if (state.left === 0) state.end = { status: "done", error: null };
    const { end } = state;
    if (!end) continue;
    await writes.stored(() => {
      finishCell(db, cellId(runId, task.cell), end.status, end.error);
    });
    onEvent({ type: "cell", label, ...end });
  }
  const status = runStatus([...states.values()], signal.aborted);
  const beside = options.place?.beside() ?? (options.place ? [UNKNOWN] : []);
  await writes.stored(() => {
    if (beside.length > 0) noteAlongside(db, runId, beside);
    if (signal.aborted) cancelBegun(states, runId, options);
    setRunStatus(db, runId, status, new Date().toISOString());
  });
  return status;
}

/** Cells between two of their launches when the run was cancelled: begun, and not finished. */
function cancelBegun(states: ReadonlyMap<number, CellState>, runId: string, { db }: ExecuteOptions): void {
  for (const [cell, { started, end }] of states) {
    if (!started || end) continue;
    finishCell(db, cellId(runId, cell), "cancelled", {
      code: "CANCELLED",
      message: "The run was cancelled.",
      details: {},
    });
  }
}

function runStatus(states: readonly CellState[], aborted: boolean): RunStatus {
  const ends = states.map(({ end }) => end?.status);
  if (aborted || ends.includes("cancelled")) return "cancelled";
  return ends.every((status) => status === "done") ? "done" : "failed";
}

/** limits.cellSeconds is for all launches of a cell together: each has what the earlier ones left. */
function timeLimit(
  { limits }: Spec,
  { elapsedMs }: CellState,
): Pick<RunCellOptions, "timeoutSeconds" | "limitSeconds"> {
  const limitSeconds = limits?.cellSeconds;
  if (limitSeconds === undefined) return { limitSeconds, timeoutSeconds: undefined };
  return { limitSeconds, timeoutSeconds: Math.max(0.001, limitSeconds - elapsedMs / 1000) };
}

async function runLaunch(
  task: LaunchTask,
  label: string,
  limit: Pick<RunCellOptions, "timeoutSeconds" | "limitSeconds">,
  estimator: Estimator,
  { runId, writes }: LaunchesInput,
  { db, spawner, signal, cellSignal, onEvent, place }: ExecuteOptions,
): Promise<CellOutcome> {
  const { kind, launch, batchSize, order, job } = task;
  const key: LaunchKey = { cellId: cellId(runId, task.cell), kind, launch, batchSize };
  await writes.stored(() => {
    startLaunch(db, key, order);
  });
  const own = cellSignal?.(label);
  const start = performance.now();
  const outcome = await runCell({
    spawner,
    job: withWritten(db, key.cellId, job),
    signal: own ? AbortSignal.any([signal, own]) : signal,
    ...limit,
    onSilence: (seconds) => {
      onEvent({ type: "silent", label, seconds });
    },
    onMessage: (message) => {
      if (message.type === "progress") {
        const { pass, done, total } = message;
        estimator.progress(pass, done);
        onEvent({ type: "progress", label, pass, done, total, remainingMs: estimator.remainingMs() });
        return;
      }
      writes.add(() => {
        saveMessage(db, runId, key, message);
        if (message.type === "samples") onEvent({ type: "samples", label, kind, samples: message.samples });
        const pass = PASS_OF[message.type];
        if (pass) onEvent({ type: "stored", label, pass, message });
      });
    },
  });
  const elapsedMs = performance.now() - start;
  // Who began since is seen now; what ended before then was no longer than a launch.
  place?.beside();
  await writes.stored(() => {
    const { status, canaryDrift } = outcome;
    finishLaunch(db, key, { status, elapsedMs, canaryDrift });
  });
  return outcome;
}
