import { assertNever } from "#shared/assert-never.ts";
import { type Db, storeError } from "#core/store/database.ts";
import { saveForward, saveGeneration, saveLoad, saveQuestions } from "#core/store/write-run.ts";
import type { WorkerMessage } from "./protocol.ts";

/** Stores what a measuring child found; progress and the last word hold nothing to store. */
export function saveMessage(db: Db, runId: string, cellId: string, message: WorkerMessage): void {
  switch (message.type) {
    case "loaded":
      saveLoad(db, runId, cellId, message.result);
      return;
    case "forward":
      saveForward(db, cellId, message.result);
      return;
    case "questions":
      saveQuestions(db, cellId, message.results);
      return;
    case "generation":
      saveGeneration(db, cellId, message.result);
      return;
    case "progress":
    case "done":
    case "failed":
      return;
    default:
      assertNever(message);
  }
}

/** Writes to the store, its failures in our words. */
export function stored(db: Db, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw storeError(error, db.name);
  }
}
