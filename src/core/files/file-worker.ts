/**
 * Does file jobs in a child process, one after another. A template or a file that hangs is ended at its deadline, one that
 * fills the memory at its limit; windows, measurements and signals do not wait for it. The child stays warm for a while.
 */
import { totalmem } from "node:os";
import { LabError } from "#shared/errors.ts";
import { mebibytes } from "#shared/format-numbers.ts";
import { causeOfDeath } from "#core/runs/cause-of-death.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import type { Child, ExitReason, Spawner } from "#core/runs/spawner.ts";
import { detach } from "#core/system/problems.ts";
import type { FileJob, FileJobs, FileMessage } from "./file-jobs.ts";

export interface FileLimits {
  /** For each file, from when the child begins to read it. */
  readonly seconds: number;
  /** How much the child may grow over it. */
  readonly memoryBytes: number;
}

const GIBIBYTE = 2 ** 30;
/** Several times what the largest tokenizers take. */
const LIMITS: FileLimits = { seconds: 10, memoryBytes: Math.min(2 * GIBIBYTE, totalmem() / 2) };
/** Its memory should not lie there while the next run is measured. */
const IDLE_MS = 30_000;
/** For the child's start, on a machine that is busy. */
const START_MS = 30_000;
/** An answer that came while this process was busy is heard first. */
const GRACE_MS = 200;

const REMEDY = "Look into the file, or copy it anew from its source.";

interface JobOptions extends Partial<FileLimits> {
  readonly signal?: AbortSignal;
}

type Answered = Extract<FileMessage, { type: "answered" }>;

interface Running {
  readonly child: Child;
  readonly exited: Promise<ExitReason>;
  /** Hears what the child says over the job that it is at. */
  hear: (message: FileMessage) => void;
}

export class FileWorker implements AsyncDisposable {
  readonly #spawner: Spawner;
  readonly #limits: FileLimits;
  #running: Running | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  readonly #closed = new AbortController();

  /** The child starts with the first job. */
  constructor(spawner: Spawner, limits: Partial<FileLimits> = {}) {
    this.#spawner = spawner;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Whether the child is there. */
  get open(): boolean {
    return this.#running !== null;
  }

  /**
   * @throws LabError as the job's own; TIMEOUT and OUT_OF_MEMORY naming the file that it was reading, WORKER_DIED, CANCELLED
   * by the signal or when this is closed
   */
  run<N extends keyof FileJobs>(
    name: N,
    input: FileJobs[N]["input"],
    options: JobOptions = {},
  ): Promise<FileJobs[N]["output"]> {
    const job = this.#last.then(() => this.#do(name, input, options));
    this.#last = job.catch(() => undefined);
    return job as Promise<FileJobs[N]["output"]>;
  }

  /** Refuses what waits, and waits until the child is gone. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#end();
  }

  async #do(name: keyof FileJobs, input: unknown, { signal, ...limits }: JobOptions): Promise<unknown> {
    const { seconds, memoryBytes } = { ...this.#limits, ...limits };
    const cancel = AbortSignal.any([this.#closed.signal, ...(signal ? [signal] : [])]);
    refuseCancelled(cancel);
    clearTimeout(this.#idle);
    const running = this.#give({ fileJob: name, input, memoryBytes });
    const stop = (): void => {
      running.child.kill();
    };
    cancel.addEventListener("abort", stop);
    const { file, end } = await hear(running, seconds);
    cancel.removeEventListener("abort", stop);
    if (end !== "late" && "reply" in end) {
      this.#rest();
      if (end.reply.ok) return end.reply.value;
      throw new LabError(end.reply.error.code, end.reply.error.message, end.reply.error.details);
    }
    await this.#end();
    refuseCancelled(cancel);
    if (end === "late") {
      const message = `${file} took too long: it was stopped after ${seconds} s. ${REMEDY}`;
      throw new LabError("TIMEOUT", message, { file, seconds });
    }
    const { outOfMemory, message } = causeOfDeath(end, `The process that read ${file}`);
    if (!outOfMemory) throw new LabError("WORKER_DIED", message, { file });
    throw new LabError(
      "OUT_OF_MEMORY",
      `${file} takes more than ${mebibytes(memoryBytes)} MiB of memory to read, and was stopped. ${REMEDY}`,
      { file, memoryBytes },
    );
  }

  /** To the child that is there, else to a new one. */
  #give(job: FileJob): Running {
    if (this.#running) this.#running.child.send(job);
    else this.#running = this.#start(job);
    return this.#running;
  }

  #start(job: FileJob): Running {
    let child: Child;
    try {
      child = this.#spawner.start(job);
    } catch (error) {
      const message = `The process that reads files could not be started: ${(error as Error).message}. Close other programs, and try again.`;
      throw new LabError("WORKER_DIED", message, {}, { cause: error });
    }
    const running: Running = {
      child,
      exited: new Promise((resolve) => {
        child.onExit((reason) => {
          if (this.#running === running) this.#running = null;
          resolve(reason);
        });
      }),
      hear: () => undefined,
    };
    child.onMessage((message: WorkerMessage | FileMessage) => {
      running.hear(message as FileMessage);
    });
    return running;
  }

  #rest(): void {
    this.#idle = setTimeout(() => {
      detach(this.#end(), "The process that reads files could not be ended");
    }, IDLE_MS);
    this.#idle.unref();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const running = this.#running;
    this.#running = null;
    running?.child.kill();
    await running?.exited;
  }
}

/** Waits for the answer of a job that was given, or for the end of the child; each file that it reads has its own deadline. */
async function hear(
  running: Running,
  seconds: number,
): Promise<{ readonly file: string; readonly end: Answered | ExitReason | "late" }> {
  let file = "a file";
  let deadline: NodeJS.Timeout | undefined;
  const said = new Promise<Answered | "late">((resolve) => {
    const waitFor = (ms: number): void => {
      clearTimeout(deadline);
      deadline = setTimeout(resolve, ms, "late");
    };
    waitFor(START_MS);
    running.hear = (message) => {
      if (message.type === "answered") resolve(message);
      else {
        ({ file } = message);
        waitFor(seconds * 1000 + GRACE_MS);
      }
    };
  });
  const end = await Promise.race([said, running.exited]);
  clearTimeout(deadline);
  return { file, end };
}

function refuseCancelled({ aborted }: AbortSignal): void {
  if (aborted) throw new LabError("CANCELLED", "It was cancelled.");
}
