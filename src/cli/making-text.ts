import { duration, grouped, megabytes } from "#shared/format-numbers.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";

/** Below this the rate says more of start-up than of the work. */
const SETTLED_MS = 500;

/** `: 120 of 199 MB, 34 of 212 tensors, 310 MB/s, about 1 s left`; nothing before there is anything to say. */
export function makingText(progress: WriteProgress | null, elapsedMs: number): string {
  if (!progress || progress.bytesTotal === 0) return "";
  const { bytesDone, bytesTotal, tensorsDone, tensorsTotal } = progress;
  const done =
    `: ${megabytes(bytesDone)} of ${megabytes(bytesTotal)} MB, ` +
    `${grouped(tensorsDone)} of ${grouped(tensorsTotal)} tensors`;
  if (elapsedMs < SETTLED_MS || bytesDone === 0) return done;
  const bytesPerMs = bytesDone / elapsedMs;
  return `${done}, ${megabytes(bytesPerMs * 1000)} MB/s, about ${duration((bytesTotal - bytesDone) / bytesPerMs)} left`;
}
