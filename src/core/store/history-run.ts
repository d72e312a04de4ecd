/** Single facts of a run that its list does not show. */
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { LabError } from "#shared/errors.ts";
import type { CellStatus } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import type { Db } from "./database.ts";
import { hasRun } from "./edit-run.ts";
import { prepared } from "./statement-cache.ts";
import { keep } from "./library.ts";

interface HistoryCell {
  readonly label: string;
  readonly format: FormatId;
  readonly provider: ProviderId;
  readonly status: CellStatus;
  readonly error: string | null;
}

/** In the order of the plan. LabError RUN_NOT_FOUND. */
export function historyCells(db: Db, runId: string): HistoryCell[] {
  if (!hasRun(db, runId)) throw new LabError("RUN_NOT_FOUND", `There is no run "${runId}".`, { id: runId });
  return prepared<HistoryCell>(
    db,
    "SELECT label, format, provider, status, error_message AS error FROM cells WHERE run_id = ? ORDER BY position",
  ).all(runId);
}

/** Keys of kept values: a run waits in the queue before it has a row of its own. */
const REPEATS = "repeats ";

/** Remembers which run another one repeats; null forgets it. */
export function keepRepeats(db: Db, runId: string, repeated: string | null): void {
  keep(db, `${REPEATS}${runId}`, repeated);
}

/** The run that this one repeats; null where it repeats none, and where that one is deleted. */
export function repeatedRun(db: Db, runId: string): { readonly id: string; readonly name: string } | null {
  return (
    prepared<{ id: string; name: string }>(
      db,
      `SELECT h.run_id AS id, h.name FROM kept_values v JOIN history h ON h.run_id = v.value
       WHERE v.key = ? AND h.deleted_at IS NULL`,
    ).get(`${REPEATS}${runId}`) ?? null
  );
}

/** Whether some program is measuring it, by the store. */
export function isRunning(db: Db, runId: string): boolean {
  return prepared(db, "SELECT 1 FROM runs WHERE id = ? AND status = 'running'").get(runId) !== undefined;
}

/** What a run was asked to do; null for one that is not there. */
export function readSpec(
  db: Db,
  runId: string,
): { readonly name: string; readonly model: string; readonly imported: boolean; readonly spec: Spec } | null {
  const row = prepared<{ name: string; model: string; imported: number; spec: string }>(
    db,
    "SELECT name, model_name AS model, origin IS NOT NULL AS imported, spec FROM runs WHERE id = ?",
  ).get(runId);
  return row ? { ...row, imported: row.imported === 1, spec: JSON.parse(row.spec) as Spec } : null;
}
