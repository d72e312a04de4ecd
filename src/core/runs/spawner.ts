import { fork } from "node:child_process";
import type { ProbeJob } from "#core/system/probe-protocol.ts";
import type { CellJob, WorkerMessage } from "./protocol.ts";

/** What a child can be asked for: to measure a cell, or to try a provider (system/provider-probe.ts). */
export type WorkerJob = CellJob | ProbeJob;

/** How a measuring child ended. */
export interface ExitReason {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stderr: where a crash of native code says why. */
  readonly stderr: string;
}

/** One measuring child. */
export interface CellProcess {
  readonly pid: number | undefined;
  onMessage(listener: (message: WorkerMessage) => void): void;
  onExit(listener: (reason: ExitReason) => void): void;
  /** Ends it at once: `session.run` blocks the child, so nothing gentler would be heard. */
  kill(): void;
}

/** Starts a child on a job. Injected: Node's fork in the command line and the host, utilityProcess in the app. */
export interface Spawner {
  readonly launcher: string;
  start(job: WorkerJob): CellProcess;
}

const STDERR_KEPT = 4096;

/**
 * @param workerFile the worker's entry: out/main/worker.js, or src/worker/index.ts under a Node that runs TypeScript
 * @param execPath the Node to run it; default the one that runs this
 */
export function forkSpawner(workerFile: string, execPath = process.execPath): Spawner {
  return {
    launcher: "fork",
    start: (job) => {
      const child = fork(workerFile, [], {
        serialization: "advanced",
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        execArgv: [],
        execPath,
      });
      let stderr = "";
      child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
        stderr = (stderr + chunk).slice(-STDERR_KEPT);
      });
      // A job that cannot be delivered is a child that died; its exit tells.
      child.send(job, () => undefined);
      return {
        pid: child.pid,
        onMessage: (listener) => {
          child.on("message", (message) => {
            listener(message as WorkerMessage);
          });
        },
        onExit: (listener) => {
          let told = false;
          const tell = (code: number | null, signal: string | null): void => {
            if (told) return;
            told = true;
            listener({ code, signal, stderr: stderr.trim() });
          };
          // "close" comes when stderr has been read to its end; "error" when the process never started.
          child.on("close", tell);
          child.on("error", (error) => {
            stderr += error.message;
            tell(null, null);
          });
        },
        kill: () => {
          child.kill("SIGKILL");
        },
      };
    },
  };
}
