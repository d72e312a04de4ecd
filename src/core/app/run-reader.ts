/** Stored runs, read, compared and exported in a thread: a large one takes seconds, in which windows and measurements must go on. */
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { RequestArguments, RequestOutput } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { partOf } from "#core/reports/part-of.ts";
import { appRoot } from "#core/system/app-version.ts";
import type { FromReader, StoredRunRequest, StoredRunTasks, ToReader } from "./stored-run-handlers.ts";

/** What a large run takes of memory should not lie there while the next one is measured. */
const IDLE_MS = 5 * 60_000;
/** A thread at rest ends in milliseconds when asked to. */
const END_MS = 2000;

interface Waiting {
  /** The file that is being written; null for what only reads. */
  readonly target: string | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class RunReader {
  readonly #file: string;
  readonly #idleMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param file of the store. The thread starts with the first request and ends after a while without any. */
  constructor(file: string, idleMs = IDLE_MS) {
    this.#file = file;
    this.#idleMs = idleMs;
  }

  /** Whether the thread is there, and with it what it keeps. */
  get open(): boolean {
    return this.#thread !== null;
  }

  /** @throws LabError as the request's own; WORKER_DIED when the thread ended over it, CANCELLED when this was closed */
  ask<N extends StoredRunRequest>(name: N, input: RequestArguments<N>): Promise<RequestOutput<N>> {
    return this.#send(name, input) as Promise<RequestOutput<N>>;
  }

  /** Writes a file. LabError as writeExport and writeBackup have them, and those of `ask`. */
  run<N extends keyof StoredRunTasks>(name: N, task: StoredRunTasks[N]["task"]): Promise<StoredRunTasks[N]["done"]> {
    return this.#send(name, task, targetOf(task)) as Promise<StoredRunTasks[N]["done"]>;
  }

  #send(name: string, input: unknown, target: string | null = null): Promise<unknown> {
    if (this.#closed) return Promise.reject(closedError());
    const thread = (this.#thread ??= this.#start());
    const id = ++this.#lastId;
    clearTimeout(this.#idle);
    thread.ref();
    thread.postMessage({ id, name, input });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, target });
    });
  }

  /** It was changed, or goes on. */
  forget(id: string): void {
    this.#thread?.postMessage({ forget: id } satisfies ToReader);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end(closedError());
  }

  #start(): Worker {
    const thread = new Worker(threadFile(), { workerData: this.#file, execArgv: [], stdin: false });
    thread.on("message", ({ id, reply }: FromReader) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest(thread);
      if (reply.ok) waiting?.resolve(reply.value);
      else waiting?.reject(new LabError(reply.error.code, reply.error.message, reply.error.details));
    });
    // A run too large for the memory ends the thread, not the program.
    thread.on("error", (error) => {
      if (this.#thread !== thread) return;
      const message = `Reading the run failed: ${(error as Error).message}.`;
      void this.#end(new LabError("WORKER_DIED", message, {}, { cause: error }));
    });
    return thread;
  }

  /** Nothing is asked: the thread keeps neither the program alive nor, after a while, its memory. */
  #rest(thread: Worker): void {
    thread.unref();
    this.#idle = setTimeout(() => void this.#end(closedError()), this.#idleMs);
    this.#idle.unref();
  }

  async #end(error: Error): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    clearTimeout(this.#idle);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
    // Now, since a program that quits waits for nothing; and when the thread is at rest, since it may have begun another.
    removeParts(waiting);
    // Native modules (SQLite, the canvas) unload best when nothing is cut off in the middle.
    if (thread && waiting.length === 0) await endByItself(thread);
    await thread?.terminate();
    removeParts(waiting);
  }
}

async function endByItself(thread: Worker): Promise<void> {
  const waited = new AbortController();
  thread.ref();
  const ended = once(thread, "exit", { signal: waited.signal }).catch(() => undefined);
  thread.postMessage({ end: true } satisfies ToReader);
  await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
  waited.abort();
}

/** What an ended thread had begun to write, beside its place. */
function removeParts(waiting: readonly Waiting[]): void {
  for (const { target } of waiting) {
    try {
      if (target !== null) rmSync(partOf(target), { force: true });
    } catch {
      // A folder that is gone or not ours any more: nobody can do anything about it here.
    }
  }
}

function targetOf(task: StoredRunTasks[keyof StoredRunTasks]["task"]): string | null {
  if ("backup" in task) return task.backup;
  return "path" in task ? task.path : null;
}

function closedError(): LabError {
  return new LabError("CANCELLED", "The lab was closed.");
}

/** The entry beside this file in the sources, which Node 24 runs as they are; the built one where this file is built. */
function threadFile(): string {
  const source = join(import.meta.dirname, "run-reader-thread.ts");
  return existsSync(source) ? source : join(appRoot(), "out", "main", "run-reader-thread.js");
}
