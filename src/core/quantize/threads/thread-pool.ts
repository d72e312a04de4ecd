import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { LabError, type ErrorCode } from "#shared/errors.ts";
import {
  type PlacedTask,
  SourceCutError,
  type TaskRunner,
  type TaskTimes,
  TaskWriteError,
} from "#core/onnx/tensor-job.ts";
import { appRoot } from "#core/system/app-version.ts";
import { detach } from "#core/system/problems.ts";
import { STOP, type ThreadFailure, type ThreadMessage, type ThreadWork } from "./thread-messages.ts";

/** Each thread holds slabs and a heap of its own; more than these wait for memory and disk, not for processors. */
const MOST_THREADS = 8;

export function defaultThreads(): number {
  return Math.min(MOST_THREADS, availableParallelism());
}

/** Threads that start at once, so that they are ready when the plan is. Dispose ends those that never got work. */
export class ThreadPool implements TaskRunner, Disposable {
  readonly #threads: readonly Worker[];
  readonly #ended: readonly Promise<void>[];
  /** The error that kept a thread from starting. */
  #broken: Error | null = null;

  constructor(count: number) {
    this.#threads = Array.from({ length: count }, () => new Worker(threadFile(), { execArgv: [], stdin: false }));
    this.#ended = this.#threads.map(
      (thread) =>
        new Promise((resolve) => {
          thread.once("exit", () => {
            resolve();
          });
        }),
    );
    // Not heard, it would end the program.
    for (const thread of this.#threads) {
      thread.on("error", (error) => {
        this.#broken ??= error as Error;
      });
    }
  }

  async run(
    tasks: readonly PlacedTask[],
    onWritten: (tensor: string, bytes: number, report: unknown) => void,
    signal: AbortSignal,
  ): Promise<TaskTimes> {
    const control = new Int32Array(new SharedArrayBuffer(8));
    const stop = (): void => {
      Atomics.store(control, STOP, 1);
    };
    const times = { readMs: 0, writeMs: 0, computeMs: 0 };
    let failure: Error | null = null;
    const fail = (error: Error): void => {
      failure ??= error;
      stop();
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    for (const thread of this.#threads) {
      thread.on("message", (message: ThreadMessage) => {
        if (message.type === "failed") fail(revive(message.failure));
        else if (message.type === "written") {
          try {
            onWritten(message.tensor, message.bytes, message.report);
          } catch (error) {
            fail(error as Error);
          }
        } else for (const key of Object.keys(times) as (keyof TaskTimes)[]) times[key] += message.times[key];
      });
      thread.on("error", (error) => {
        fail(error as Error);
      });
      thread.postMessage({ tasks, control } satisfies ThreadWork);
    }
    // The files may be closed only when nobody writes to them any more.
    await Promise.all(this.#ended);
    signal.removeEventListener("abort", stop);
    failure ??= this.#broken;
    if (failure !== null) throw failure;
    return times;
  }

  /**
   * A thread that is terminated inside a native module takes the whole program down. These load none: whatever they import is
   * JavaScript and WebAssembly, which a test of thread.ts proves. Native work belongs into a child (runs/spawner.ts).
   */
  [Symbol.dispose](): void {
    for (const thread of this.#threads) detach(thread.terminate(), "A thread could not be ended");
  }
}

function revive(failure: ThreadFailure): Error {
  switch (failure.kind) {
    case "lab":
      return new LabError(failure.code as ErrorCode, failure.message, failure.details as Record<string, unknown>);
    case "write":
      return new TaskWriteError(failure.fd, failure.code);
    case "cut":
      return new SourceCutError(failure.file, new RangeError(failure.message));
    case "other": {
      const error = new Error(failure.message);
      error.stack = failure.stack;
      return error;
    }
  }
}

/** The entry beside this file in the sources, which Node 24 runs as they are; the built one where this file is built. */
function threadFile(): string {
  const source = join(import.meta.dirname, "thread.ts");
  return existsSync(source) ? source : join(appRoot(), "out", "main", "quantize-thread.js");
}
