import { assertNever } from "#shared/assert-never.ts";
import type { Db } from "#core/store/database.ts";
import * as write from "#core/store/write-measurements.ts";
import type { LaunchKey } from "#core/store/write-run.ts";
import type { WorkerMessage } from "./protocol.ts";

/** Stores what a measuring child found; progress and the last word hold nothing to store. */
export function saveMessage(db: Db, runId: string, key: LaunchKey, message: WorkerMessage): void {
  const { cellId } = key;
  switch (message.type) {
    case "loaded":
      write.saveLoad(db, runId, key, message.result);
      return;
    case "forward":
      write.saveForward(db, cellId, message.result);
      return;
    case "decode":
      write.saveDecode(db, cellId, message.result);
      return;
    case "selfTests":
      write.saveSelfTests(db, cellId, message.result);
      return;
    case "questions":
      write.saveQuestions(db, cellId, message.results);
      return;
    case "texts":
      write.saveTexts(db, cellId, message.results);
      return;
    case "generation":
      write.saveGeneration(db, cellId, message.result);
      return;
    case "replay":
      write.saveReplay(db, cellId, message.result);
      return;
    case "samples":
      write.saveSamples(db, key, message.samples);
      return;
    case "progress":
    case "done":
    case "failed":
      return;
    default:
      assertNever(message);
  }
}
