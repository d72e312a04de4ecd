import type { PlacedTask, TaskTimes } from "#core/onnx/tensor-job.ts";

/** The message that starts a thread. */
export interface ThreadWork {
  readonly tasks: readonly PlacedTask[];
  /** Shared by all threads: NEXT is the index of the first task that nobody has taken, STOP is 1 when they shall end. */
  readonly control: Int32Array<SharedArrayBuffer>;
}
export const NEXT = 0;
export const STOP = 1;

/** A thread says what it has written; after an error or the last task it ends. */
export type ThreadMessage =
  | {
      readonly type: "written";
      readonly tensor: string;
      readonly bytes: number;
      readonly report: unknown;
    }
  | { readonly type: "done"; readonly times: TaskTimes }
  | { readonly type: "failed"; readonly failure: ThreadFailure };

/** An error as plain data, so that the main thread can throw what it would have thrown itself. */
export type ThreadFailure =
  | { readonly kind: "lab"; readonly code: string; readonly message: string; readonly details: unknown }
  | { readonly kind: "write"; readonly fd: number; readonly code: string }
  | { readonly kind: "cut"; readonly file: string; readonly message: string }
  | { readonly kind: "other"; readonly message: string; readonly stack: string };
