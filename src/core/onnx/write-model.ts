import { closeSync, existsSync, openSync, realpathSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { LabError } from "#shared/errors.ts";
import type { ByteRange } from "./external-data.ts";
import { readFully } from "./file-window.ts";
import { type FileLayout, layOut, type Placement } from "./layout.ts";
import { OutputFiles } from "./output-files.ts";
import type { ModelProto } from "./proto/onnx_pb.ts";
import {
  type Destination,
  type PlacedTask,
  SourceCutError,
  type TaskRunner,
  type TaskTimes,
  TaskWriteError,
  type TensorJob,
  type TensorPiece,
} from "./tensor-job.ts";

export type { TensorJob, TensorPiece };

/** Protobuf ends at 2^31 bytes; this leaves room for the graph. */
const INLINE_LIMIT_BYTES = 1.9e9;
const COPY_CHUNK_BYTES = 4 << 20;
/** A copy is cut into tasks of this size. */
const COPY_TASK_BYTES = 32 << 20;
/** Tasks above this are done first: one of them at the end would keep a single thread busy. */
const LARGE_TASK_BYTES = 64 << 20;
/** How long the event loop may wait for messages while a model is written. */
const BREATHE_MS = 20;

export interface WriteProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly tensorsDone: number;
  readonly tensorsTotal: number;
}

export interface WriteModelOptions {
  /** The graph to write; its weights are references relative to `sourcePath` (skeleton.ts). It is not changed. */
  readonly proto: ModelProto;
  readonly sourcePath: string;
  /** The .onnx file to write. External data, when there is some, lies beside it as `<target>_data`. */
  readonly target: string;
  readonly jobs?: readonly TensorJob[];
  /** Does copies and the jobs that have tasks, on other threads; without it everything is done here. */
  readonly runner?: TaskRunner | undefined;
  /** From this size on the weights go into an external data file. */
  readonly inlineLimitBytes?: number | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where the time went. */
export interface WriteTimes {
  /** Deciding where every byte goes. */
  readonly layoutMs: number;
  /** From the first byte to the last. */
  readonly contentMs: number;
  /** Until the files are durable and in place. */
  readonly commitMs: number;
  /** Of the runner's threads, within `contentMs`; null without one. */
  readonly threads: TaskTimes | null;
}

export interface WrittenModel {
  readonly path: string;
  /** The .onnx file and its data file, if any. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly times: WriteTimes;
}

/**
 * Writes a model in bounded memory: the graph is held, weights are copied or made piece by piece. The files appear under
 * their names when they are complete; after an error or an abort nothing is left.
 * @throws LabError DISK_FULL, OUTPUT_UNWRITABLE, CANCELLED, MODEL_CORRUPT (the source changed while it was read), and what
 * a job throws
 */
export async function writeModel(options: WriteModelOptions): Promise<WrittenModel> {
  const { proto, sourcePath, target, jobs = [], inlineLimitBytes = INLINE_LIMIT_BYTES } = options;
  const started = performance.now();
  const dataPath = `${target}_data`;
  const promised = new Map(jobs.flatMap((job) => [...job.tensors]));
  const layout = layOut(proto, sourcePath, promised, dataPath, inlineLimitBytes);
  refuseSourceAsTarget(sourcePath, layout, [target, dataPath]);
  const replaces = existsSync(target);

  const bytes = layout.modelBytes + layout.dataBytes;
  using output = new OutputFiles(dirname(target), bytes);
  const files = layout.dataBytes > 0 ? [dataPath, target] : [target];
  for (const path of files) output.add(path, path === target ? layout.modelBytes : layout.dataBytes);
  const laidOut = performance.now();
  const threads = await new Run(options, layout, output).all(jobs);
  const written = performance.now();
  output.commit();
  const times = {
    layoutMs: laidOut - started,
    contentMs: written - laidOut,
    commitMs: performance.now() - written,
    threads,
  };
  // The data file of the model that was just replaced: nothing refers to it any more.
  if (replaces && layout.dataBytes === 0) rmSync(dataPath, { force: true });
  return { path: target, files: files.reverse(), bytes, times };
}

/** One pass over everything that is to be written, with progress and a chance to stop after each piece. */
class Run {
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
    const graph = layout.parts.filter((part) => !("hole" in part));
    this.#bytesTotal = [...graph, ...layout.placements.map(({ bytes }) => ({ length: bytes }))].reduce(
      (sum, { length }) => sum + length,
      0,
    );
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
      if (!("hole" in part)) await this.#write("model", at, part);
      at += part.length;
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
    let failure: unknown = null;
    const fail = (error: unknown): void => {
      failure ??= error;
      stop.abort();
    };

    const left = new Map<string, number>();
    const tasks = [...this.#tasks(jobs, left), ...copies.flatMap((place) => this.#copyTasks(place, left))];
    const large = tasks.filter(({ work }) => "kernel" in work && work.sourceBytes > LARGE_TASK_BYTES);
    const ordered = [...large, ...tasks.filter((task) => !large.includes(task))];
    const written = (tensor: string, bytes: number): void => {
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
    if (failure !== null) throw failure;
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

  /** What a task met, as this thread would have said it. */
  #named(error: unknown): unknown {
    if (error instanceof TaskWriteError) return this.#output.refusal(error.fd, error.code, error);
    return error instanceof SourceCutError ? sourceCut(error.file, error) : error;
  }

  async #make(job: TensorJob): Promise<void> {
    const left = new Map(job.tensors);
    for await (const { tensor, offset, bytes } of job.pieces()) {
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

function refuseSourceAsTarget(sourcePath: string, layout: FileLayout, targets: readonly string[]): void {
  const sources = layout.placements.flatMap(({ source }) => (source === "job" ? [] : [source.file]));
  const real = new Set([sourcePath, ...sources].map((path) => realpathSync(path)));
  const clash = targets.find((path) => existsSync(path) && real.has(realpathSync(path)));
  if (clash === undefined) return;
  throw new LabError(
    "OUTPUT_UNWRITABLE",
    `${clash} is read while the new model is written, so it cannot be replaced by it. Choose another name or folder.`,
    { file: clash },
  );
}
