/** Entry of the child process that reads, compares and writes stored runs (run-reader.ts). */
import { dirname } from "node:path";
import type { Reply } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import { removePart } from "#core/reports/part-of.ts";
import { openParentPort } from "#core/runs/parent-port.ts";
import { inOurWords } from "#core/store/database.ts";
import { keepUnfinishedIn } from "#core/system/unfinished.ts";
import type { ImportTask } from "./import-runs.ts";
import { temporaryDir } from "../lab-home.ts";
import { type Asked, type FromReader, storedRunHandlers, type ToReader } from "./stored-run-handlers.ts";
import { StoredRuns } from "./stored-runs.ts";
import type { BackupTask, ExportTask } from "./write-export.ts";

interface Reader {
  answer(asked: Asked): Promise<Reply>;
  forget(id: string): void;
  cancelImport(): void;
}

const port = openParentPort<ToReader, FromReader>(
  "This is the process that reads Quantscope's stored runs; the app starts it (quantscope serve).",
);
let reader: Reader | null = null;
port.onJob(async (message) => {
  if ("open" in message) reader = openReader(message.open, message.readOnly);
  else if ("end" in message) await port.close();
  else if ("forget" in message) reader?.forget(message.forget);
  else if ("cancelImport" in message) reader?.cancelImport();
  else if (reader) port.send({ id: message.id, reply: await reader.answer(message) });
});

/** Files that are being written. A parent that dies ends this process in the middle of them. */
const unfinished = new Set<string>();
process.on("exit", () => {
  unfinished.forEach(removePart);
});

function openReader(file: string, readOnly: boolean): Reader {
  keepUnfinishedIn(temporaryDir(dirname(file)));
  const stored = new StoredRuns(file, readOnly);
  let importing = new AbortController();
  const handlers = {
    ...storedRunHandlers(stored),
    // Loaded when something is written or imported: reading needs neither the reports nor the zip library.
    writeExport: (task: ExportTask) =>
      writing(task.path, async () => (await import("./write-export.ts")).writeExport(stored, task)),
    writeBackup: (task: BackupTask) =>
      writing(task.backup, async () => (await import("./write-export.ts")).writeBackup(stored, task)),
    importRuns: async (task: ImportTask) => {
      importing = new AbortController();
      const { signal } = importing;
      return (await import("./import-runs.ts")).importRuns(stored, task, signal);
    },
  };
  return {
    answer: async ({ name, input }) => {
      try {
        return { ok: true, value: await (handlers[name] as (value: unknown) => unknown)(input) };
      } catch (error) {
        return { ok: false, error: toEnvelope(inOurWords(error, "of this data folder")) };
      }
    },
    forget: (id) => {
      stored.forget(id);
    },
    cancelImport: () => {
      importing.abort();
    },
  };
}

async function writing<T>(target: string, write: () => Promise<T>): Promise<T> {
  unfinished.add(target);
  try {
    return await write();
  } finally {
    unfinished.delete(target);
  }
}
