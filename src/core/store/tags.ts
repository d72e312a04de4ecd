/** Words that a user gives to runs, to find them again. */
import { LabError } from "#shared/errors.ts";
import { type Db, storeError } from "./database.ts";
import { hasRun } from "./edit-run.ts";
import { prepared } from "./statement-cache.ts";

const LONGEST = 60;

/** Of one run, in alphabetical order. */
export function readTags(db: Db, runId: string): string[] {
  return db.prepare<[string], string>("SELECT tag FROM run_tags WHERE run_id = ? ORDER BY tag").pluck().all(runId);
}

/**
 * Adds and removes; a tag that is there, or is not, stays so.
 * @throws LabError RUN_NOT_FOUND, BAD_REQUEST for a tag that is empty or longer than 60 characters
 */
export function changeTags(
  db: Db,
  runId: string,
  { add = [], remove = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): void {
  if (!hasRun(db, runId)) throw new LabError("RUN_NOT_FOUND", `There is no run "${runId}".`, { id: runId });
  const added = add.map(checkTag);
  try {
    db.transaction(() => {
      for (const tag of added)
        prepared(db, "INSERT OR IGNORE INTO run_tags (run_id, tag) VALUES (?, ?)").run(runId, tag);
      for (const tag of remove)
        prepared(db, "DELETE FROM run_tags WHERE run_id = ? AND tag = ?").run(runId, tag.trim());
    })();
  } catch (error) {
    throw storeError(error, db.name);
  }
}

function checkTag(text: string): string {
  const tag = text.trim().replaceAll(/\s+/g, " ");
  if (tag !== "" && tag.length <= LONGEST) return tag;
  throw new LabError("BAD_REQUEST", `A tag has 1 to ${LONGEST} characters; "${text}" has not.`, { tag: text });
}
