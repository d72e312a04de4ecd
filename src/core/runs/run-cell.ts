import { type ErrorEnvelope, LabError, toEnvelope } from "#shared/errors.ts";
import { explainRefusal } from "#core/system/probe-answer.ts";
import { logProblem } from "#core/system/problems.ts";
import { causeOfDeath } from "./cause-of-death.ts";
import type { CellJob, WorkerMessage } from "./protocol.ts";
import { Silence } from "./silence.ts";
import type { Child, ExitReason, Spawner } from "./spawner.ts";

export interface RunCellOptions {
  readonly spawner: Spawner;
  readonly job: CellJob;
  /** When this launch is ended; undefined for never. */
  readonly timeoutSeconds: number | undefined;
  /** The cell's limit, of which that is what is left: what the message names. */
  readonly limitSeconds?: number | undefined;
  readonly signal: AbortSignal;
  /** Called for every message but the last, in order; a throw (the disk is full) ends the cell. */
  readonly onMessage: (message: WorkerMessage) => void;
  /** Called when nothing was heard for so many seconds, again while that goes on, and with null when it is over. */
  readonly onSilence?: (seconds: number | null) => void;
}

/** The error is null when the launch is done; else it tells why it is not. What came before is already with the caller. */
export interface CellOutcome {
  readonly status: "done" | "failed" | "cancelled";
  readonly error: ErrorEnvelope | null;
  readonly canaryDrift: number | null;
}

/** Longest delay of setTimeout, 24.8 days; anything longer would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Runs one launch of a cell in a child of its own and waits for the child's end. Never rejects: a dead child is a result. */
export function runCell(options: RunCellOptions): Promise<CellOutcome> {
  const { spawner, job, signal, timeoutSeconds, limitSeconds = timeoutSeconds } = options;
  const cancelled: CellOutcome = {
    status: "cancelled",
    error: new LabError("CANCELLED", "The run was cancelled.").toEnvelope(),
    canaryDrift: null,
  };
  if (signal.aborted) return Promise.resolve(cancelled);
  let child: Child;
  try {
    child = spawner.start(job);
  } catch (error) {
    const message = `The measuring process could not be started: ${toEnvelope(error).message}`;
    return Promise.resolve(failure(new LabError("WORKER_DIED", message)));
  }
  return new Promise((resolve) => {
    let outcome: CellOutcome | null = null;
    // A child that has said its last word is killed too: a library that hangs while it is unloaded must not hold up the run.
    const end = (next: CellOutcome): void => {
      outcome ??= next;
      child.kill();
    };
    const cancel = (): void => {
      end(cancelled);
    };
    signal.addEventListener("abort", cancel, { once: true });
    const timer =
      timeoutSeconds === undefined
        ? null
        : setTimeout(
            () => {
              const message = `The cell took longer than its limit of ${limitSeconds} s (limits.cellSeconds).`;
              end(failure(new LabError("TIMEOUT", message)));
            },
            Math.min(timeoutSeconds * 1000, LONGEST_TIMEOUT_MS),
          );

    const silence = new Silence(options.onSilence ?? (() => undefined));
    child.onMessage((message) => {
      silence.heard();
      // What was measured before a kill arrived late: the cell is started afresh anyway.
      if (outcome) return;
      if (message.type === "done") end({ status: "done", error: null, canaryDrift: message.canaryDrift });
      else if (message.type === "failed") end({ status: "failed", error: message.error, canaryDrift: null });
      else {
        try {
          options.onMessage(message);
        } catch (error) {
          end(failure(error));
        }
      }
    });
    child.onExit((reason) => {
      if (timer) clearTimeout(timer);
      silence.end();
      signal.removeEventListener("abort", cancel);
      if (!outcome) logProblem(`The measuring process of ${job.file}`, deathCertificate(reason));
      resolve(outcome ? withMissingLibrary(outcome, reason.stderr) : failure(deathCertificate(reason)));
    });
  });
}

function failure(error: unknown): CellOutcome {
  return { status: "failed", error: toEnvelope(error), canaryDrift: null };
}

/** ONNX Runtime's own error says only that a provider's library did not load; which one it lacks is on stderr. */
function withMissingLibrary(outcome: CellOutcome, stderr: string): CellOutcome {
  const { error } = outcome;
  if (error?.code !== "PROVIDER_UNAVAILABLE") return outcome;
  const { status, reason } = explainRefusal("", stderr);
  if (status === "refused") return outcome;
  return { ...outcome, error: { ...error, message: `${error.message} (${reason}.)` } };
}

function deathCertificate(reason: ExitReason): LabError {
  const { outOfMemory, message } = causeOfDeath(reason, "The measuring process");
  const details = { code: reason.code, signal: reason.signal };
  return outOfMemory
    ? new LabError("OUT_OF_MEMORY", `${message} Use fewer or smaller batch sizes, or a smaller format.`, details)
    : new LabError("WORKER_DIED", message, details);
}
