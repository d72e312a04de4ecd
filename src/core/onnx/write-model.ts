import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "#shared/errors.ts";
import { type FileLayout, layOut } from "./layout.ts";
import { OutputFiles, removeIfPresent } from "./output-files.ts";
import type { TaskTimes } from "./tensor-job.ts";
import { ContentWriter } from "./write-content.ts";
import type { WriteModelOptions } from "./write-options.ts";

/** Protobuf ends at 2^31 bytes; this leaves room for the graph. */
export const INLINE_LIMIT_BYTES = 1.9e9;

/** Where the time went. */
export interface WriteTimes {
  /** Deciding where every byte goes. */
  readonly layoutMs: number;
  /** From the first byte to the last. */
  readonly contentMs: number;
  /** Until the files are durable and in place. */
  readonly commitMs: number;
  /** Times of the runner's threads, within `contentMs`; null without a runner. */
  readonly threads: TaskTimes | null;
}

interface WrittenModel {
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
  const threads = await new ContentWriter(options, layout, output).all(jobs);
  const written = performance.now();
  if (options.companion) output.addWhole(options.companion.path, Buffer.from(options.companion.text()));
  output.commit();
  const times = {
    layoutMs: laidOut - started,
    contentMs: written - laidOut,
    commitMs: performance.now() - written,
    threads,
  };
  // The data file of the model that was just replaced: nothing refers to it any more.
  if (replaces && layout.dataBytes === 0) removeIfPresent(dataPath);
  return { path: target, files: files.reverse(), bytes, times };
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
