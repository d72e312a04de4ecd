import { writeSync } from "node:fs";
import { endOnError } from "#core/system/last-resort.ts";

/** The child's end of the line that spawner.ts opens, whichever way this process was started. */
interface ParentPort<Job, Message> {
  readonly send: (message: Message) => void;
  /** Calls back with every job. */
  onJob(run: (job: Job) => Promise<void>): void;
  /** Waits until everything sent has left, then lets the process end. */
  close(): Promise<void>;
}

/** What Electron's utilityProcess puts on `process`; stated here so that the children need no Electron types. */
interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (event: { data: unknown }) => void): void;
}

/** The parent hears the end, with the stack: it keeps what a child last wrote. */
function die(error: unknown): void {
  writeSync(2, `${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

/** @param what this process is, as a sentence for whoever starts it by hand */
export function openParentPort<Job, Message>(what: string): ParentPort<Job, Message> {
  endOnError(die);
  const electron = (process as { parentPort?: ElectronPort }).parentPort;
  if (electron) {
    return {
      send: (message) => {
        electron.postMessage(message);
      },
      onJob: (run) => {
        electron.on("message", ({ data }) => {
          run(data as Job).catch(die);
        });
      },
      close: () => {
        process.exit(0);
      },
    };
  }
  const send = process.send?.bind(process);
  if (!send) {
    process.stderr.write(`${what}\n`);
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
      sent.then(() => pending.delete(sent)).catch(die);
    },
    onJob: (run) => {
      process.on("message", (job) => {
        run(job as Job).catch(die);
      });
      process.once("disconnect", () => process.exit(1));
    },
    close: async () => {
      await Promise.all(pending);
      process.exit(0);
    },
  };
}
