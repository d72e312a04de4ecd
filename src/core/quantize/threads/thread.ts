/** Entry of a quantizer's thread (thread-pool.ts): does tasks from a shared list and writes what they give. */
import { parentPort } from "node:worker_threads";
import { LabError } from "#shared/errors.ts";
import { SourceCutError, TaskWriteError } from "#core/onnx/tensor-job.ts";
import { runTasks } from "./run-tasks.ts";
import { STOP, type ThreadFailure, type ThreadMessage, type ThreadWork } from "./thread-messages.ts";

const port = parentPort!;
const say = (message: ThreadMessage): void => {
  port.postMessage(message);
};

port.once("message", (work: ThreadWork) => {
  try {
    const times = runTasks(work, (tensor, bytes, report) => {
      say({ type: "written", tensor, bytes, report });
    });
    say({ type: "done", times });
  } catch (error) {
    Atomics.store(work.control, STOP, 1);
    say({ type: "failed", failure: failureOf(error) });
  }
  port.close();
});

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof LabError) {
    return { kind: "lab", code: error.code, message: error.message, details: error.details };
  }
  if (error instanceof TaskWriteError) return { kind: "write", fd: error.fd, code: error.code };
  if (error instanceof SourceCutError) return { kind: "cut", file: error.file, message: error.message };
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { kind: "other", message, stack };
}
