/** Entry of the thread that reads, compares and writes stored runs (run-reader.ts). */
import { parentPort, workerData } from "node:worker_threads";
import type { Reply } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import { type Asked, type FromReader, storedRunHandlers, type ToReader } from "./stored-run-handlers.ts";
import { StoredRuns } from "./stored-runs.ts";
import type { ImportTask } from "./import-runs.ts";
import type { BackupTask, ExportTask } from "./write-export.ts";

const port = parentPort!;
const stored = new StoredRuns(workerData as string);
const handlers = {
  ...storedRunHandlers(stored),
  // Loaded when something is written or imported: reading needs neither the reports nor the zip library.
  writeExport: async (task: ExportTask) => (await import("./write-export.ts")).writeExport(stored, task),
  importRuns: async (task: ImportTask) => (await import("./import-runs.ts")).importRuns(stored, task),
  writeBackup: async (task: BackupTask) => (await import("./write-export.ts")).writeBackup(stored, task),
};

port.on("message", (message: ToReader) => {
  if ("end" in message) port.close();
  else if ("forget" in message) stored.forget(message.forget);
  else void answer(message);
});

async function answer(asked: Asked): Promise<void> {
  port.postMessage({ id: asked.id, reply: await replyTo(asked) } satisfies FromReader);
}

async function replyTo({ name, input }: Asked): Promise<Reply> {
  try {
    return { ok: true, value: await (handlers[name] as (value: unknown) => unknown)(input) };
  } catch (error) {
    return { ok: false, error: toEnvelope(error) };
  }
}
