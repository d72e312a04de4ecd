import type { TensorJob, TensorPiece, TensorTask } from "#core/onnx/tensor-job.ts";
import { runTask, type TaskInputs, type TaskName } from "./thread-tasks.ts";
import type { RowRange } from "../weights/weight-matrix.ts";

/** Float32 weights of one task: far more work than handing it out, and little enough for threads to end together. */
const TASK_BYTES = 32 << 20;

/** One part of a job. It is sent to another thread, so it is plain data. */
export interface Part<Name extends TaskName> {
  readonly input: TaskInputs[Name];
  /** Bytes of the source that it reads, about. */
  readonly sourceBytes: number;
}

/**
 * A job whose parts run on any thread, or one after the other on this one.
 * @param tensors bytes of each tensor that all parts together deliver
 */
export function threadedJob<Name extends TaskName>(
  tensors: ReadonlyMap<string, number>,
  name: Name,
  parts: readonly Part<Name>[],
): TensorJob {
  return jobOf(
    tensors,
    parts.map((part) => ({ name, ...part })),
  );
}

export function jobOf(tensors: ReadonlyMap<string, number>, tasks: readonly TensorTask[]): TensorJob {
  return {
    tensors,
    tasks,
    *pieces(): Generator<TensorPiece> {
      for (const task of tasks) yield* runTask(task);
    },
  };
}

/**
 * Cuts `count` rows into ranges of about the same work.
 * @param rowLength weights in a row
 * @param multiple every range but the last has a multiple of so many rows
 */
export function rowRanges(count: number, rowLength: number, multiple = 64): RowRange[] {
  const most = Math.floor(TASK_BYTES / (rowLength * 4));
  const rows = Math.max(multiple, most - (most % multiple));
  return Array.from({ length: Math.ceil(count / rows) }, (_, index) => ({
    first: index * rows,
    count: Math.min(rows, count - index * rows),
  }));
}
