import { LabError, type ErrorEnvelope } from "#shared/errors.ts";
import type { CellJob, WorkerMessage } from "./protocol.ts";
import type { ExitReason, Spawner } from "./spawner.ts";

export interface RunCellOptions {
  readonly spawner: Spawner;
  readonly job: CellJob;
  readonly timeoutSeconds: number | undefined;
  readonly signal: AbortSignal;
  /** Called for every message, in order; a throw (the disk is full) ends the cell. */
  readonly onMessage: (message: WorkerMessage) => void;
}

/** Null when the cell is done; else why it is not. What came before is already with the caller. */
export type CellOutcome = { readonly status: "done" | "failed" | "cancelled"; readonly error: ErrorEnvelope | null };

/** Runs one cell in a child of its own and waits for the child's end. Never rejects: a dead child is a result. */
export function runCell(options: RunCellOptions): Promise<CellOutcome> {
  const { spawner, job, signal, timeoutSeconds } = options;
  return new Promise((resolve) => {
    const child = spawner.start(job);
    let outcome: CellOutcome | null = null;
    const end = (next: CellOutcome): void => {
      outcome ??= next;
      child.kill();
    };
    const cancel = (): void => {
      end({ status: "cancelled", error: new LabError("CANCELLED", "The run was cancelled.").toEnvelope() });
    };
    signal.addEventListener("abort", cancel, { once: true });
    const timer =
      timeoutSeconds === undefined
        ? null
        : setTimeout(() => {
            const message = `The cell took longer than its limit of ${timeoutSeconds} s (limits.cellSeconds).`;
            end({ status: "failed", error: new LabError("TIMEOUT", message).toEnvelope() });
          }, timeoutSeconds * 1000);

    child.onMessage((message) => {
      // What was measured before a kill arrived late: the cell is started afresh anyway.
      if (outcome) return;
      if (message.type === "done") outcome = { status: "done", error: null };
      else if (message.type === "failed") outcome = { status: "failed", error: message.error };
      else {
        try {
          options.onMessage(message);
        } catch (error) {
          end({ status: "failed", error: (error as LabError).toEnvelope?.() ?? internal(error) });
        }
      }
    });
    child.onExit((reason) => {
      if (timer) clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      resolve(outcome ?? { status: "failed", error: deathCertificate(reason) });
    });
    if (signal.aborted) cancel();
  });
}

function internal(error: unknown): ErrorEnvelope {
  return new LabError("INTERNAL", error instanceof Error ? error.message : String(error)).toEnvelope();
}

/** Why a child died that said nothing, as far as its exit tells. */
function deathCertificate({ code, signal, stderr }: ExitReason): ErrorEnvelope {
  const lastWords = stderr === "" ? "" : ` It wrote: ${stderr.split("\n").slice(-5).join(" ")}`;
  if (/bad_alloc|out of memory|allocation failed/i.test(stderr)) {
    const message = `The measuring process ran out of memory.${lastWords} Use fewer or smaller batch sizes, or a smaller format.`;
    return new LabError("OUT_OF_MEMORY", message, { code, signal }).toEnvelope();
  }
  const how = signal ? `was killed (${signal})` : `ended with exit code ${code ?? "unknown"}`;
  const guess =
    signal === "SIGKILL" ? " When nobody killed it, the system did, most often because memory ran out." : "";
  return new LabError("WORKER_DIED", `The measuring process ${how}.${guess}${lastWords}`, {
    code,
    signal,
  }).toEnvelope();
}
