import { LabError } from "#shared/errors.ts";
import type { ProbeFormat } from "#shared/providers/probe.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import type { ExitReason, Spawner } from "#core/runs/spawner.ts";
import type { ProbeAnswer } from "./probe-answer.ts";
import type { ProbeJob, ProbeMessage } from "./probe-protocol.ts";

interface ProbeChildrenOptions {
  readonly spawner: Spawner;
  readonly job: ProbeJob;
  /** Time that one format may take, loading the provider's libraries included. */
  readonly secondsPerFormat: number;
  readonly signal: AbortSignal;
}

export interface ProbeAnswers {
  readonly answers: ReadonlyMap<ProbeFormat, ProbeAnswer>;
  readonly stderr: string;
}

/**
 * Tries every task in a child process. A child that dies loses the format it was at; another goes on with the next. After a
 * time-out nothing more is tried: a device that hangs would do so for every format.
 */
export async function probeInChildren(options: ProbeChildrenOptions): Promise<ProbeAnswers> {
  const answers = new Map<ProbeFormat, ProbeAnswer>();
  let stderr = "";
  for (;;) {
    const left = options.job.tasks.filter(({ format }) => !answers.has(format));
    const [next] = left;
    if (!next) return { answers, stderr };
    const end = await oneChild({ ...options, job: { ...options.job, tasks: left } }, answers);
    stderr += end.stderr;
    if (left.every(({ format }) => answers.has(format))) return { answers, stderr };
    const stuck = left.find(({ format }) => !answers.has(format))!;
    if (end.timedOut) {
      const reason = `no answer within ${options.secondsPerFormat} s`;
      answers.set(stuck.format, { status: "timed out", reason });
      for (const { format } of left) {
        if (!answers.has(format)) {
          answers.set(format, { status: "not tried", reason: `${stuck.format} gave ${reason}` });
        }
      }
    } else {
      answers.set(stuck.format, { status: "crashed", reason: lastWords(end) });
    }
  }
}

interface ChildEnd extends ExitReason {
  readonly timedOut: boolean;
}

/** One child until it ends; each of its answers goes into `answers`. */
function oneChild(options: ProbeChildrenOptions, answers: Map<ProbeFormat, ProbeAnswer>): Promise<ChildEnd> {
  const { spawner, job, secondsPerFormat, signal } = options;
  if (signal.aborted) return Promise.reject(cancelled());
  const child = spawner.start(job);
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const cancel = (): void => {
      child.kill();
    };
    signal.addEventListener("abort", cancel, { once: true });
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill();
    }, secondsPerFormat * 1000);
    child.onMessage((message: WorkerMessage | ProbeMessage) => {
      if (message.type !== "probed") return;
      const { format, result } = message;
      answers.set(format, "error" in result ? { refusal: result.error.message } : { output: result });
      timer.refresh();
      // A driver that hangs while it is unloaded must not hold up the next provider.
      if (job.tasks.every((task) => answers.has(task.format))) child.kill();
    });
    child.onExit((reason) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      if (signal.aborted) reject(cancelled());
      else resolve({ ...reason, timedOut });
    });
  });
}

function cancelled(): LabError {
  return new LabError("CANCELLED", "Probing was cancelled.");
}

/** Lines of a JavaScript crash that hold no reason: the stack, a caret, Node's version. */
const NO_REASON = /^\s+at |^\s*\^*\s*$|^Node\.js v|^\s*}?$/;

function lastWords({ code, signal, stderr }: ExitReason): string {
  const how = signal === null ? `ended with exit code ${code ?? "unknown"}` : `was ended by ${signal}`;
  const line = stderr.split("\n").findLast((each) => !NO_REASON.test(each));
  return `the process ${how}${line === undefined ? "" : `; it wrote: ${line.trim()}`}`;
}
