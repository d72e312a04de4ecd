import { closeSync, existsSync, openSync, realpathSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { LabError } from "#shared/errors.ts";
import type { ByteRange } from "./external-data.ts";
import { readFully } from "./file-window.ts";
import { type FileLayout, layOut, type Placement } from "./layout.ts";
import { OutputFiles } from "./output-files.ts";
import type { ModelProto } from "./proto/onnx_pb.ts";

/** Protobuf ends at 2^31 bytes; this leaves room for the graph. */
const INLINE_LIMIT_BYTES = 1.9e9;
const COPY_CHUNK_BYTES = 4 << 20;
/** How long the event loop may wait for messages while a model is written. */
const BREATHE_MS = 20;

/** Some bytes of a new tensor, by their place in it. They are written before the next piece is asked for. */
export interface TensorPiece {
  readonly tensor: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Makes the data of one or more new tensors (codes and scales, say) from one pass over its source. */
export interface TensorJob {
  /** Size in bytes of each tensor it delivers; the tensors are initializers of the main graph. */
  readonly tensors: ReadonlyMap<string, number>;
  /** All bytes of all its tensors, each once, in any order. */
  pieces(): Iterable<TensorPiece> | AsyncIterable<TensorPiece>;
}

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
  /** From this size on the weights go into an external data file. */
  readonly inlineLimitBytes?: number | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenModel {
  readonly path: string;
  /** The .onnx file and its data file, if any. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Writes a model in bounded memory: the graph is held, weights are copied or made piece by piece. The files appear under
 * their names when they are complete; after an error or an abort nothing is left.
 * @throws LabError DISK_FULL, OUTPUT_UNWRITABLE, CANCELLED, MODEL_CORRUPT (the source changed while it was read), and what
 * a job throws
 */
export async function writeModel(options: WriteModelOptions): Promise<WrittenModel> {
  const { proto, sourcePath, target, jobs = [], inlineLimitBytes = INLINE_LIMIT_BYTES } = options;
  const dataPath = `${target}_data`;
  const promised = new Map(jobs.flatMap((job) => [...job.tensors]));
  const layout = layOut(proto, sourcePath, promised, dataPath, inlineLimitBytes);
  refuseSourceAsTarget(sourcePath, layout, [target, dataPath]);
  const replaces = existsSync(target);

  const bytes = layout.modelBytes + layout.dataBytes;
  using output = new OutputFiles(dirname(target), bytes);
  const files = layout.dataBytes > 0 ? [dataPath, target] : [target];
  for (const path of files) output.add(path, path === target ? layout.modelBytes : layout.dataBytes);
  await new Run(options, layout, output).all(jobs);
  output.commit();
  // The data file of the model that was just replaced: nothing refers to it any more.
  if (replaces && layout.dataBytes === 0) rmSync(dataPath, { force: true });
  return { path: target, files: files.reverse(), bytes };
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

  async all(jobs: readonly TensorJob[]): Promise<void> {
    let at = 0;
    for (const part of this.#layout.parts) {
      if (!("hole" in part)) await this.#write("model", at, part);
      at += part.length;
    }
    for (const job of jobs) await this.#make(job);
    const chunk = new Uint8Array(COPY_CHUNK_BYTES);
    for (const place of this.#layout.placements) {
      if (place.source !== "job") await this.#copy(place, place.source, chunk);
    }
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
    const { signal, onProgress } = this.#options;
    if (performance.now() - this.#breathed > BREATHE_MS) {
      await setImmediate();
      this.#breathed = performance.now();
    }
    if (signal?.aborted) {
      throw new LabError(
        "CANCELLED",
        `${this.#options.target} was not written: cancelled.`,
        {},
        { cause: signal.reason },
      );
    }
    const { dataBytes, placements } = this.#layout;
    this.#output.write(file === "data" || dataBytes === 0 ? 0 : 1, bytes, position);
    this.#bytesDone += bytes.length;
    onProgress?.({
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
      tensorsDone: this.#tensorsDone,
      tensorsTotal: placements.length,
    });
  }
}

function readSource(fd: number, bytes: Uint8Array, source: ByteRange, offset: number): void {
  try {
    readFully(fd, bytes, source.offset + offset);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LabError(
      "MODEL_CORRUPT",
      `${source.file} became shorter while it was read. Download it again.`,
      { file: source.file },
      { cause: error },
    );
  }
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
