import type { WorkerMessage } from "#core/runs/protocol.ts";
import type { WorkerJob } from "#core/runs/spawner.ts";
import type { ProbeMessage } from "#core/system/probe-protocol.ts";

/** The line to the parent, whichever way this process was started. */
interface ParentPort {
  readonly send: (message: WorkerMessage | ProbeMessage) => void;
  /** Calls back once, with the job. */
  onJob(run: (job: WorkerJob) => Promise<void>): void;
  /** Waits until everything sent has left, then lets the process end. */
  close(): Promise<void>;
}

/** What Electron's utilityProcess puts on `process`; stated here so that the worker needs no Electron types. */
interface ElectronPort {
  postMessage(message: unknown): void;
  once(event: "message", listener: (event: { data: unknown }) => void): void;
}

export function openParentPort(): ParentPort {
  const electron = (process as { parentPort?: ElectronPort }).parentPort;
  if (electron) {
    return {
      send: (message) => {
        electron.postMessage(message);
      },
      onJob: (run) => {
        electron.once("message", ({ data }) => void run(data as WorkerJob));
      },
      close: () => {
        process.exit(0);
      },
    };
  }
  const send = process.send?.bind(process);
  if (!send) {
    process.stderr.write("This is Quantscope's measuring process; it is started by a run (quantscope run).\n");
    process.exit(1);
  }
  // Ctrl-C in a terminal reaches every process of the group; the parent decides what becomes of this one.
  process.on("SIGINT", () => undefined);
  const pending = new Set<Promise<void>>();
  return {
    send: (message) => {
      const sent = new Promise<void>((resolve) => {
        // A parent that is gone ends this process: nobody would hear the rest.
        send(message, undefined, {}, (error) => {
          if (error) process.exit(1);
          resolve();
        });
      });
      pending.add(sent);
      void sent.then(() => pending.delete(sent));
    },
    onJob: (run) => {
      process.once("message", (job) => void run(job as WorkerJob));
      process.once("disconnect", () => process.exit(1));
    },
    close: async () => {
      await Promise.all(pending);
      process.exit(0);
    },
  };
}
