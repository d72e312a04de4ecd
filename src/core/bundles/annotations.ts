/** What a user wrote to a run, out of the store and into it. */
import type { Db } from "#core/store/database.ts";
import { readNote, setNote } from "#core/store/history-edit.ts";
import { changeTags, readTags } from "#core/store/tags.ts";
import type { Annotations } from "./document.ts";

export function readAnnotations(db: Db, runId: string): Annotations {
  return { note: readNote(db, runId), tags: readTags(db, runId) };
}

/** Adds to what the run has: a note that is there stays, and so does every tag. */
export function addAnnotations(db: Db, runId: string, { note, tags }: Annotations): void {
  if (tags.length > 0) changeTags(db, runId, { add: tags });
  if (note !== "" && readNote(db, runId) === "") setNote(db, runId, note);
}
