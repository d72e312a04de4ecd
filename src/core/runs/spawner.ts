import { fork, type Serializable } from "node:child_process";
import type { FileJob } from "#core/files/file-jobs.ts";
import type { ProbeJob } from "#core/system/probe-protocol.ts";
import { TELEMETRY_OFF } from "#core/system/telemetry-off.ts";
import { makeTemporary, removeTemporary, temporaryEnvironment } from "#core/system/temporary.ts";
import type { CellJob, WorkerMessage } from "./protocol.ts";

/** What a child can be asked for: to measure a cell, to try a provider (system/provider-probe.ts), or to read files (files/file-worker.ts). */
export type WorkerJob = CellJob | ProbeJob | FileJob;

/** How a measuring child ended. */
export interface ExitReason {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stderr: where a crash of native code says why. */
  readonly stderr: string;
}

/** A child process and the line to it; one that measures unless said otherwise. */
export interface Child<Job = WorkerJob, Message = WorkerMessage> {
  readonly pid: number | undefined;
  /** Another job, where it takes several. What cannot be delivered ends the child, and its exit tells. */
  send(job: Job): void;
  onMessage(listener: (message: Message) => void): void;
  /** Calls back once, also where the child never started. */
  onExit(listener: (reason: ExitReason) => void): void;
  /** Ends it at once: `session.run` blocks the child, so nothing gentler would be heard. */
  kill(): void;
}

/** Starts a child on a job. Injected: Node's fork in the command line and the host, utilityProcess in the app. */
export interface Spawner<Job = WorkerJob, Message = WorkerMessage> {
  readonly launcher: string;
  start(job: Job): Child<Job, Message>;
}

const STDERR_KEPT = 4096;

export interface SpawnerOptions {
  /** Where each child gets a folder for its temporary files, which goes when it ends. Default: the system's, left to itself. */
  readonly temporaryDir?: string;
  /** The Node to run the child; default the one that runs this. */
  readonly execPath?: string;
}

/** What a child finds in its environment, and the end of what was made for it. */
export interface ChildSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => void;
}

/** The environment of one child: this process's, without telemetry, with a temporary folder of its own below `temporaryDir`. */
export function childSurroundings(temporaryDir: string | undefined): ChildSurroundings {
  const inherited = { ...process.env, ...TELEMETRY_OFF };
  if (temporaryDir === undefined) return { env: inherited, remove: () => undefined };
  const folder = makeTemporary(temporaryDir);
  return {
    env: { ...inherited, ...temporaryEnvironment(folder) },
    remove: () => {
      removeTemporary(folder);
    },
  };
}

/** @param file the child's entry: out/main/worker.js, or src/worker/index.ts under a Node that runs TypeScript */
export function forkSpawner<Job = WorkerJob, Message = WorkerMessage>(
  file: string,
  { temporaryDir, execPath = process.execPath }: SpawnerOptions = {},
): Spawner<Job, Message> {
  return {
    launcher: "fork",
    start: (job) => {
      const { env, remove } = childSurroundings(temporaryDir);
      const child = fork(file, [], {
        serialization: "advanced",
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        execArgv: [],
        execPath,
        // The desktop app has no console: Windows would open one for the child.
        windowsHide: true,
        env,
      });
      // Whichever comes: the end, or that it never began.
      child.once("close", remove).once("error", remove);
      let stderr = "";
      child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
        stderr = (stderr + chunk).slice(-STDERR_KEPT);
      });
      // A pipe that breaks is the end of the child, which tells by itself.
      child.stderr?.on("error", () => undefined);
      const send = (message: Job): void => {
        // No line: the process is gone, or never was, as where the system has no files left.
        if (!child.connected) child.kill("SIGKILL");
        else {
          child.send(message as Serializable, (error) => {
            if (error) child.kill("SIGKILL");
          });
        }
      };
      send(job);
      return {
        pid: child.pid,
        send,
        onMessage: (listener) => {
          child.on("message", (message) => {
            listener(message as Message);
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
