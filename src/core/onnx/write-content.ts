import { closeSync, openSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { LabError } from "#shared/errors.ts";
import type { ByteRange } from "./external-data.ts";
import { readFully } from "./file-window.ts";
import { type FileLayout, partBytes, type Placement } from "./layout.ts";
import type { OutputFiles } from "./output-files.ts";
import {
  type Destination,
  type PlacedTask,
  SourceCutError,
  type TaskRunner,
  type TaskTimes,
  TaskWriteError,
  type TensorJob,
} from "./tensor-job.ts";
import type { WriteModelOptions } from "./write-options.ts";

const COPY_CHUNK_BYTES = 1 << 20;
/** A copy is cut into tasks of this size. */
const COPY_TASK_BYTES = 32 << 20;
/** Tasks above this are done first: one of them at the end would keep a single thread busy. */
const LARGE_TASK_BYTES = 64 << 20;
/** How long the event loop may wait for messages while a model is written: less than people notice. */
const BREATHE_MS = 50;

/** One pass over everything that is to be written, with progress and a chance to stop after each piece. */
export class ContentWriter {
  readonly #options: WriteModelOptions;
  readonly #layout: FileLayout;
  readonly #output: OutputFiles;
  readonly #places: ReadonlyMap<string, Placement>;
  readonly #bytesTotal: number;
  #bytesDone = 0;
  #tensorsDone = 0;
  #breathed = performance.now();

  constructor(options: WriteModelOptions, layout: FileLayout, output: OutputFiles) {
    this.#options = options;
    this.#layout = layout;
    this.#output = output;
    const made = layout.placements.filter(({ source }) => source === "job");
    this.#places = new Map(made.map((place) => [place.name, place]));
    const graph = layout.parts.filter((part) => part instanceof Uint8Array);
    this.#bytesTotal = [...graph, ...layout.placements].reduce((sum, part) => sum + partBytes(part), 0);
  }

  async all(jobs: readonly TensorJob[]): Promise<TaskTimes | null> {
    const { runner } = this.#options;
    const copies = this.#layout.placements.filter(({ source }) => source !== "job");
    if (runner) return await this.#share(jobs, copies, runner);
    await this.#here(jobs, copies);
    return null;
  }

  /** Everything on this thread, in the order of the file. */
  async #here(jobs: readonly TensorJob[], copies: readonly Placement[]): Promise<void> {
    let at = 0;
    for (const part of this.#layout.parts) {
      if (part instanceof Uint8Array) await this.#write("model", at, part);
      at += partBytes(part);
    }
    for (const job of jobs) await this.#make(job);
    const chunk = new Uint8Array(COPY_CHUNK_BYTES);
    for (const place of copies) await this.#copy(place, place.source as ByteRange, chunk);
  }

  /** Tasks on the runner's threads, and at the same time what only runs here. The first error stops both. */
  async #share(
    jobs: readonly TensorJob[],
    copies: readonly Placement[],
    runner: TaskRunner,
  ): Promise<TaskTimes | null> {
    const stop = new AbortController();
    const { signal } = this.#options;
    const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const failures: Error[] = [];
    const fail = (error: unknown): void => {
      failures.push(asError(error));
      stop.abort();
    };

    const left = new Map<string, number>();
    const tasks = [...this.#tasks(jobs, left), ...copies.flatMap((place) => this.#copyTasks(place, left))];
    const large = tasks.filter(({ work }) => "name" in work && work.sourceBytes > LARGE_TASK_BYTES);
    const ordered = [...large, ...tasks.filter((task) => !large.includes(task))];
    const written = (tensor: string, bytes: number, report: unknown): void => {
      if (report !== undefined) this.#options.onReport?.(report);
      const rest = left.get(tensor)! - bytes;
      left.set(tensor, rest);
      if (rest === 0) this.#tensorsDone++;
      this.#progress(bytes);
    };
    const others = jobs.filter(({ tasks }) => !tasks);
    const [times] = await Promise.all([
      runner.run(ordered, written, both).catch((error: unknown) => {
        fail(this.#named(error));
        return null;
      }),
      this.#here(others, []).catch(fail),
    ]);
    this.#refuseAborted();
    if (failures[0]) throw failures[0];
    for (const [tensor, rest] of left) if (rest !== 0) throw new Error(`"${tensor}" lacks ${rest} bytes`);
    return times;
  }

  *#tasks(jobs: readonly TensorJob[], left: Map<string, number>): Generator<PlacedTask> {
    for (const job of jobs) {
      if (!job.tasks) continue;
      const places = new Map<string, Destination>();
      for (const [tensor, bytes] of job.tensors) {
        places.set(tensor, this.#destination(this.#places.get(tensor)!));
        left.set(tensor, bytes);
      }
      for (const work of job.tasks) yield { work, places };
    }
  }

  #copyTasks(place: Placement, left: Map<string, number>): PlacedTask[] {
    const { fd, offset } = this.#destination(place);
    const { file, offset: from } = place.source as ByteRange;
    // Names need not be unique across graphs.
    const name = `${left.size} ${place.name}`;
    left.set(name, place.bytes);
    const tasks: PlacedTask[] = [];
    for (let done = 0; done < place.bytes; done += COPY_TASK_BYTES) {
      const length = Math.min(COPY_TASK_BYTES, place.bytes - done);
      const places = new Map([[name, { fd, offset: offset + done, bytes: length }]]);
      tasks.push({ work: { copy: { file, offset: from + done, length } }, places });
    }
    return tasks;
  }

  #destination({ file, offset, bytes }: Placement): Destination {
    return { fd: this.#output.descriptor(this.#fileIndex(file)), offset, bytes };
  }

  #fileIndex(file: Placement["file"]): number {
    return file === "data" || this.#layout.dataBytes === 0 ? 0 : 1;
  }

  /** Turns a task's error into the one that this thread would have thrown. */
  #named(error: unknown): unknown {
    if (error instanceof TaskWriteError) return this.#output.refusal(error.fd, error.code, error);
    return error instanceof SourceCutError ? sourceCut(error.file, error) : error;
  }

  async #make(job: TensorJob): Promise<void> {
    const left = new Map(job.tensors);
    for await (const { tensor, offset, bytes, report } of job.pieces()) {
      if (report !== undefined) this.#options.onReport?.(report);
      const place = this.#places.get(tensor);
      const rest = (left.get(tensor) ?? 0) - bytes.length;
      if (!place || rest < 0 || offset + bytes.length > place.bytes) {
        throw new Error(`${bytes.length} bytes at ${offset} are not expected for "${tensor}"`);
      }
      left.set(tensor, rest);
      if (rest === 0) this.#tensorsDone++;
      await this.#write(place.file, place.offset + offset, bytes);
    }
    for (const [tensor, rest] of left) if (rest !== 0) throw new Error(`"${tensor}" lacks ${rest} bytes`);
  }

  async #copy(place: Placement, source: ByteRange, chunk: Uint8Array): Promise<void> {
    const fd = openSync(source.file, "r");
    try {
      for (let done = 0; done < place.bytes;) {
        const bytes = chunk.subarray(0, Math.min(chunk.length, place.bytes - done));
        readSource(fd, bytes, source, done);
        done += bytes.length;
        if (done === place.bytes) this.#tensorsDone++;
        await this.#write(place.file, place.offset + done - bytes.length, bytes);
      }
    } finally {
      closeSync(fd);
    }
  }

  async #write(file: Placement["file"], position: number, bytes: Uint8Array): Promise<void> {
    if (performance.now() - this.#breathed > BREATHE_MS) {
      await setImmediate();
      this.#breathed = performance.now();
    }
    this.#refuseAborted();
    this.#output.write(this.#fileIndex(file), bytes, position);
    this.#progress(bytes.length);
  }

  #refuseAborted(): void {
    const { signal, target } = this.#options;
    if (!signal?.aborted) return;
    throw new LabError("CANCELLED", `${target} was not written: cancelled.`, {}, { cause: signal.reason });
  }

  #progress(bytes: number): void {
    this.#bytesDone += bytes;
    this.#options.onProgress?.({
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
      tensorsDone: this.#tensorsDone,
      tensorsTotal: this.#layout.placements.length,
    });
  }
}

function readSource(fd: number, bytes: Uint8Array, source: ByteRange, offset: number): void {
  try {
    readFully(fd, bytes, source.offset + offset);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw sourceCut(source.file, error);
  }
}

function sourceCut(file: string, cause: unknown): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `${file} became shorter while it was read. Download it again.`,
    { file },
    { cause },
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
