/** What a user changes in the list of runs: notes, the pinned baseline, and deleting that can be taken back. */
import { LabError } from "#shared/errors.ts";
import { type Db, storeError } from "./database.ts";
import { keepRepeats } from "./history-run.ts";
import { prepared } from "./statement-cache.ts";

/** Empty for a run without one, and for no run. */
export function readNote(db: Db, runId: string): string {
  return prepared<{ note: string }>(db, "SELECT note FROM history WHERE run_id = ?").get(runId)?.note ?? "";
}

/** @throws LabError RUN_NOT_FOUND */
export function setNote(db: Db, runId: string, note: string): void {
  const { changes } = inOne(db, () => db.prepare("UPDATE history SET note = ? WHERE run_id = ?").run(note, runId));
  if (changes === 0) throw new LabError("RUN_NOT_FOUND", `There is no run "${runId}".`, { id: runId });
}

/**
 * Hides runs; `restoreRuns` shows them again until `purgeRun` takes them away.
 * @returns those that are hidden now and were not before; an id without a run is left out, and one that is measured
 */
export function hideRuns(db: Db, ids: readonly string[], now: string): string[] {
  const hide = db.prepare(
    `UPDATE history SET deleted_at = ? WHERE run_id = ? AND deleted_at IS NULL
     AND run_id NOT IN (SELECT id FROM runs WHERE status = 'running')`,
  );
  return inOne(db, () => ids.filter((id) => hide.run(now, id).changes === 1));
}

/** @returns those that are shown again; one that is gone is left out */
export function restoreRuns(db: Db, ids: readonly string[]): string[] {
  const show = db.prepare("UPDATE history SET deleted_at = NULL WHERE run_id = ? AND deleted_at IS NOT NULL");
  return inOne(db, () => ids.filter((id) => show.run(id).changes === 1));
}

/** Hidden at `before` (ISO 8601, UTC) or earlier, the oldest first; those that are measured again are left out. */
export function hiddenRuns(db: Db, before: string): string[] {
  return prepared<{ id: string }>(
    db,
    `SELECT run_id AS id FROM history WHERE deleted_at IS NOT NULL AND deleted_at <= ?
     AND run_id NOT IN (SELECT id FROM runs WHERE status = 'running') ORDER BY deleted_at`,
  )
    .all(before)
    .map(({ id }) => id);
}

/** A hidden run with everything measured in it; one that is shown again or measured by now stays. */
export function purgeRun(db: Db, id: string): boolean {
  const sql =
    "DELETE FROM runs WHERE id = ? AND status <> 'running' AND id IN (SELECT run_id FROM history WHERE deleted_at IS NOT NULL)";
  return inOne(db, () => {
    if (prepared(db, sql).run(id).changes === 0) return false;
    keepRepeats(db, id, null);
    return true;
  });
}

/** Question texts that no run asks any more: once after many purged runs, since it looks at all of them. */
export function purgeQuestions(db: Db): void {
  const unused = "NOT IN (SELECT set_sha256 FROM run_questions)";
  inOne(db, () =>
    db.exec(`DELETE FROM questions WHERE set_sha256 ${unused}; DELETE FROM question_sets WHERE sha256 ${unused};`),
  );
}

/**
 * The cell that comparisons begin with; null takes it away.
 * @throws LabError RUN_NOT_FOUND where there is no such cell
 */
export function pinBaseline(db: Db, cell: { readonly run: string; readonly cell: string } | null): void {
  if (cell === null) {
    inOne(db, () => db.prepare("DELETE FROM pinned_baseline").run());
    return;
  }
  const pin = db.prepare(
    "INSERT OR REPLACE INTO pinned_baseline (place, cell_id) SELECT 1, id FROM cells WHERE run_id = ? AND label = ?",
  );
  const { changes } = inOne(db, () => pin.run(cell.run, cell.cell));
  if (changes === 0) {
    throw new LabError("RUN_NOT_FOUND", `There is no cell "${cell.cell}" of a run "${cell.run}".`, { ...cell });
  }
}

/** Null without one, and while its run is hidden. */
export function readBaseline(db: Db): { readonly run: string; readonly cell: string } | null {
  return (
    prepared<{ run: string; cell: string }>(
      db,
      `SELECT c.run_id AS run, c.label AS cell FROM pinned_baseline p JOIN cells c ON c.id = p.cell_id
       JOIN history h ON h.run_id = c.run_id WHERE h.deleted_at IS NULL`,
    ).get() ?? null
  );
}

function inOne<T>(db: Db, edit: () => T): T {
  try {
    return db.inTransaction ? edit() : db.transaction(edit).immediate();
  } catch (error) {
    throw storeError(error, db.name);
  }
}
