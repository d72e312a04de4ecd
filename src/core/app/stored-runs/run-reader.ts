/**
 * Stored runs, read, compared, exported and imported in a child process: a large one takes seconds, in which windows and
 * measurements must go on. Not in a thread: one that is ended while it is inside a native module (SQLite, the canvas) takes
 * the whole program down, and a child can be ended at any moment.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RequestArguments, RequestOutput } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { removePart } from "#core/reports/part-of.ts";
import { causeOfDeath } from "#core/runs/cause-of-death.ts";
import type { Child, ExitReason, Spawner } from "#core/runs/spawner.ts";
import { detach, logProblem } from "#core/system/problems.ts";
import type { Asked, FromReader, StoredRunRequest, StoredRunTasks, ToReader } from "./stored-run-handlers.ts";

/**
 * What a large run takes of memory should not lie there while the next one is measured. While it is read, V8's own limit bounds
 * it: a quarter of the machine's memory, 4 GiB at most. What goes above ends the child alone, and the request says so.
 */
const IDLE_MS = 5 * 60_000;
/** A child at rest ends in milliseconds when asked to, and a killed one when the system has got to it. */
const END_MS = 2000;
/** A cancelled import that stores one large run hears nothing meanwhile. */
const CANCEL_MS = 1000;

const CHILD = "The process that reads stored runs";

const IMPORT: keyof StoredRunTasks = "importRuns";

/** Starts the reader's child (run-reader-child.ts). */
export type ReaderSpawner = Spawner<ToReader, FromReader>;

interface Waiting {
  readonly name: string;
  readonly input: unknown;
  /** The file that is being written; null for what only reads. */
  readonly target: string | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly child: Child<ToReader, FromReader>;
  readonly exited: Promise<ExitReason>;
}

export class RunReader {
  readonly #store: Extract<ToReader, { readonly open: string }>;
  readonly #spawner: ReaderSpawner;
  readonly #idleMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #running: Running | null = null;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  /** The child starts with the first request and ends after a while without any. */
  constructor(file: string, spawner: ReaderSpawner, idleMs = IDLE_MS, readOnly = false) {
    this.#store = { open: file, readOnly };
    this.#spawner = spawner;
    this.#idleMs = idleMs;
  }

  /** Whether the child is there, and with it what it keeps. */
  get open(): boolean {
    return this.#running !== null;
  }

  /**
   * @throws LabError as the request's own; WORKER_DIED when the child could not be started or ended over it (the next
   * request starts another), CANCELLED when this was closed
   */
  ask<N extends StoredRunRequest>(name: N, input: RequestArguments<N>): Promise<RequestOutput<N>> {
    return this.#send(name, input) as Promise<RequestOutput<N>>;
  }

  /** Writes a file. LabError as writeExport and writeBackup have them, and those of `ask`. */
  run<N extends keyof StoredRunTasks>(name: N, task: StoredRunTasks[N]["task"]): Promise<StoredRunTasks[N]["done"]> {
    return this.#send(name, task, targetOf(task)) as Promise<StoredRunTasks[N]["done"]>;
  }

  #send(name: string, input: unknown, target: string | null = null): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closedError();
      const { child } = (this.#running ??= this.#start());
      const id = ++this.#lastId;
      child.send({ id, name, input } as Asked);
      clearTimeout(this.#idle);
      this.#waiting.set(id, { name, input, target, resolve, reject });
    });
  }

  /** It was changed, or goes on. */
  forget(id: string): void {
    this.#running?.child.send({ forget: id });
  }

  /**
   * The run that is being stored is the last; where it takes long, the child is ended in the middle of it, and nothing of it is
   * stored. What else was asked is asked again of another child.
   */
  cancelImport(): void {
    const running = this.#running;
    const imports = [...this.#waiting.values()].filter(({ name }) => name === IMPORT);
    if (!running || imports.length === 0) return;
    running.child.send({ cancelImport: true });
    const late = setTimeout(() => {
      const waiting = [...this.#waiting.values()];
      if (this.#running !== running || !imports.some((each) => waiting.includes(each))) return;
      for (const [id, { name }] of this.#waiting) if (name !== IMPORT) this.#waiting.delete(id);
      const restarted = this.#end(cancelledError).then(() => {
        for (const { name, input, target, resolve, reject } of waiting) {
          if (name !== IMPORT) this.#send(name, input, target).then(resolve, reject);
        }
      });
      detach(restarted, `${CHILD} could not be ended`);
    }, CANCEL_MS);
    late.unref();
  }

  /** Refuses what waits, and waits until the child is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end(closedError);
  }

  #start(): Running {
    const child = this.#spawn();
    const running = {
      child,
      exited: new Promise<ExitReason>((resolve) => {
        child.onExit(resolve);
      }),
    };
    child.onMessage(({ id, reply }) => {
      const waiting = this.#waiting.get(id);
      // Said before it was ended, and heard after.
      if (!waiting) return;
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest();
      if (reply.ok) waiting.resolve(reply.value);
      else waiting.reject(new LabError(reply.error.code, reply.error.message, reply.error.details));
    });
    const end = running.exited.then(async (reason) => {
      if (this.#running !== running) return;
      logProblem(CHILD, new Error(reason.stderr === "" ? "ended without a word" : reason.stderr));
      await this.#end(() => deathOf(reason));
    });
    detach(end, `${CHILD} could not be ended`);
    return running;
  }

  #spawn(): Running["child"] {
    try {
      return this.#spawner.start(this.#store);
    } catch (error) {
      const message = `${CHILD} could not be started: ${(error as Error).message}. Close other programs, and try again.`;
      throw new LabError("WORKER_DIED", message, {}, { cause: error });
    }
  }

  /** Nothing is asked: after a while the child's memory is given back. */
  #rest(): void {
    this.#idle = setTimeout(() => {
      detach(this.#end(closedError), `${CHILD} could not be ended`);
    }, this.#idleMs);
    this.#idle.unref();
  }

  async #end(error: () => Error): Promise<void> {
    const running = this.#running;
    this.#running = null;
    clearTimeout(this.#idle);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    if (running) {
      if (waiting.length === 0) running.child.send({ end: true });
      else running.child.kill();
      // Now too, since a program that quits waits for nothing.
      removeParts(waiting);
      await ended(running);
    }
    removeParts(waiting);
    for (const { reject } of waiting) reject(error());
  }
}

/** Waits for the child's end, and makes one that does not hear. */
async function ended({ child, exited }: Running): Promise<void> {
  const waited = new AbortController();
  const late = sleep(END_MS, "late", { signal: waited.signal }).catch(() => undefined);
  const first = await Promise.race([exited, late]);
  waited.abort();
  if (first !== "late") return;
  child.kill();
  await Promise.race([exited, sleep(END_MS, undefined, { ref: false })]);
}

function removeParts(waiting: readonly Waiting[]): void {
  for (const { target } of waiting) if (target !== null) removePart(target);
}

function targetOf(task: StoredRunTasks[keyof StoredRunTasks]["task"]): string | null {
  if ("backup" in task) return task.backup;
  return "path" in task ? task.path : null;
}

function cancelledError(): LabError {
  return new LabError("CANCELLED", "The import was cancelled. Runs that it had stored before are kept.");
}

function closedError(): LabError {
  return new LabError("CANCELLED", "The lab was closed.");
}

function deathOf(reason: ExitReason): LabError {
  const { outOfMemory, message } = causeOfDeath(reason, CHILD);
  const remedy = outOfMemory ? " Ask for fewer runs or cells at once." : "";
  return new LabError("WORKER_DIED", message + remedy, { code: reason.code, signal: reason.signal });
}
