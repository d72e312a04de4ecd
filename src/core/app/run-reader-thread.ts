/** Entry of the thread that reads and compares stored runs (run-reader.ts). */
import { parentPort, workerData } from "node:worker_threads";
import type { Reply } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import { type FromReader, storedRunHandlers, type ToReader } from "./stored-run-handlers.ts";
import { StoredRuns } from "./stored-runs.ts";

const port = parentPort!;
const stored = new StoredRuns(workerData as string);
const handlers = storedRunHandlers(stored);

port.on("message", (message: ToReader) => {
  if ("forget" in message) stored.forget(message.forget);
  else port.postMessage({ id: message.id, reply: replyTo(message) } satisfies FromReader);
});

function replyTo({ name, input }: Exclude<ToReader, { forget: string }>): Reply {
  try {
    return { ok: true, value: (handlers[name] as (value: unknown) => unknown)(input) };
  } catch (error) {
    return { ok: false, error: toEnvelope(error) };
  }
}
