import { closeSync, openSync, writeSync } from "node:fs";
import { readFully } from "#core/onnx/file-window.ts";
import {
  type Destination,
  type PlacedTask,
  SourceCutError,
  type TaskTimes,
  TaskWriteError,
  type TensorPiece,
} from "#core/onnx/tensor-job.ts";
import { reading } from "#core/onnx/tensor-source.ts";
import { runTask } from "./thread-tasks.ts";
import { NEXT, STOP, type ThreadWork } from "./thread-messages.ts";

const COPY_CHUNK_BYTES = 4 << 20;

/**
 * Takes tasks until there are none or somebody says stop. Runs on any thread; several share one list.
 * @throws what a kernel throws; TaskWriteError, SourceCutError
 */
export function runTasks(
  { tasks, control }: ThreadWork,
  onWritten: (tensor: string, bytes: number, report: unknown) => void,
): TaskTimes {
  const start = performance.now();
  const readBefore = reading.ms;
  let writeMs = 0;
  const times = (): TaskTimes => {
    const readMs = reading.ms - readBefore;
    return { readMs, writeMs, computeMs: performance.now() - start - readMs - writeMs };
  };
  for (;;) {
    const task = tasks[Atomics.add(control, NEXT, 1)];
    if (!task) return times();
    for (const { tensor, offset, bytes, report } of piecesOf(task)) {
      if (Atomics.load(control, STOP) === 1) return times();
      const place = task.places.get(tensor);
      if (!place || offset + bytes.length > place.bytes) {
        throw new Error(`${bytes.length} bytes at ${offset} are not expected for "${tensor}"`);
      }
      const before = performance.now();
      write(place, bytes, offset);
      writeMs += performance.now() - before;
      onWritten(tensor, bytes.length, report);
    }
  }
}

function piecesOf({ work, places }: PlacedTask): Iterable<TensorPiece> {
  if (!("copy" in work)) return runTask(work);
  const [tensor] = places.keys();
  return copies(tensor!, work.copy);
}

let copyChunk: Uint8Array | null = null;

function* copies(tensor: string, range: { file: string; offset: number; length: number }): Generator<TensorPiece> {
  const chunk = (copyChunk ??= new Uint8Array(COPY_CHUNK_BYTES));
  const fd = openSync(range.file, "r");
  try {
    for (let done = 0; done < range.length; done += chunk.length) {
      const bytes = chunk.subarray(0, Math.min(chunk.length, range.length - done));
      const start = performance.now();
      try {
        readFully(fd, bytes, range.offset + done);
      } catch (error) {
        throw error instanceof RangeError ? new SourceCutError(range.file, error) : error;
      }
      reading.ms += performance.now() - start;
      yield { tensor, offset: done, bytes };
    }
  } finally {
    closeSync(fd);
  }
}

function write({ fd, offset: start }: Destination, bytes: Uint8Array, offset: number): void {
  try {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(fd, bytes, done, bytes.length - done, start + offset + done);
    }
  } catch (error) {
    throw new TaskWriteError(fd, error instanceof Error && "code" in error ? String(error.code) : "");
  }
}
