import type { ByteRange } from "./external-data.ts";

/** Some bytes of a new tensor, by their place in it. They are written before the next piece is asked for. */
export interface TensorPiece {
  readonly tensor: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Plain data about these bytes for whoever gave the job, handed on as it is. */
  readonly report?: unknown;
}

/** Makes the data of one or more new tensors (codes and scales, say) from one pass over its source. */
export interface TensorJob {
  /** Size in bytes of each tensor it delivers; the tensors are initializers of the main graph. */
  readonly tensors: ReadonlyMap<string, number>;
  /** All bytes of all its tensors, each once, in any order. */
  pieces(): Iterable<TensorPiece> | AsyncIterable<TensorPiece>;
  /** The same work as plain data, cut into parts that may run at the same time. */
  readonly tasks?: readonly TensorTask[] | undefined;
}

/** A part of a job that another thread can do: structured-clonable. */
export interface TensorTask {
  /** Name of a generator in the runner's table. */
  readonly name: string;
  readonly input: unknown;
  /** Bytes of its source, about. */
  readonly sourceBytes: number;
}

/** Where a tensor's bytes go. */
export interface Destination {
  /** An open file of this process. */
  readonly fd: number;
  readonly offset: number;
  readonly bytes: number;
}

/** A task with the places of the tensors that it delivers, or bytes to copy to the only place. */
export interface PlacedTask {
  readonly work: TensorTask | { readonly copy: ByteRange };
  readonly places: ReadonlyMap<string, Destination>;
}

/** Where threads spent their time, summed over them. */
export interface TaskTimes {
  readonly readMs: number;
  readonly writeMs: number;
  /** Everything else from a thread's first task to its last. */
  readonly computeMs: number;
}

export interface TaskRunner {
  /**
   * Does all tasks, in any order, and writes what they deliver. Settles when nothing runs any more, also after an error.
   * @param onWritten called on this thread as bytes of a tensor are in their file
   */
  run(
    tasks: readonly PlacedTask[],
    onWritten: (tensor: string, bytes: number, report: unknown) => void,
    signal: AbortSignal,
  ): Promise<TaskTimes>;
}

/** A file system's refusal while a task wrote: the writer knows which file it was and what to advise. */
export class TaskWriteError extends Error {
  readonly fd: number;
  readonly code: string;

  constructor(fd: number, code: string) {
    super(`write failed: ${code}`);
    this.fd = fd;
    this.code = code;
  }
}

/** The source of a copy ended early. */
export class SourceCutError extends Error {
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file} became shorter`, { cause });
    this.file = file;
  }
}
