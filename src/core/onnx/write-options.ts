import type { ModelProto } from "./proto/onnx.ts";
import type { TaskRunner, TensorJob } from "./tensor-job.ts";

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
  /** Called with the reports of jobs' pieces, in any order. */
  readonly onReport?: ((report: unknown) => void) | undefined;
  /** A text file that appears with the model or not at all, made when all weights are written. */
  readonly companion?: { readonly path: string; readonly text: () => string } | undefined;
  readonly signal?: AbortSignal | undefined;
}
