/** Which process measures a run. It alone may change what is measured, and nobody may take the run away from under it. */
import { LabError } from "#shared/errors.ts";
import type { RunStatus } from "#shared/results.ts";
import { machineId } from "#core/system/machine-id.ts";
import { isAlive, isOfAnotherBoot, isRunning, thisProcess } from "#core/system/process-identity.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";

/** Another machine's process cannot be asked whether it lives. No launch takes longer than this; what is silent for longer has ended. */
const ELSEWHERE_SILENT_MS = 24 * 60 * 60 * 1000;

/**
 * Runs that this process began or went on with, and measures still. Rows that do not say when their process started are told by
 * it: in a container every start of the program has the same small number, and a run that died would look alive for ever.
 */
const runsOfThisProcess = new Set<string>();

interface OwnerRow {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  readonly start: string | null;
  readonly machine: string | null;
  /** When its newest launch began, or else the run. */
  readonly heard: string;
}

const OWNERS = `SELECT id, name, process_id AS pid, process_start AS start, json_extract(environment, '$.machineId') AS machine,
  coalesce((SELECT max(l.started_at) FROM launches l JOIN cells c ON c.id = l.cell_id WHERE c.run_id = runs.id), started_at) AS heard
  FROM runs WHERE status = 'running'`;

/** A new run, in a transaction of its own or in that which stores it. */
export function ownRun(db: Db, id: string): void {
  runsOfThisProcess.add(id);
  const { pid, start } = thisProcess();
  prepared(db, "UPDATE runs SET process_id = ?, process_start = ? WHERE id = ?").run(pid, start, id);
}

/** For `insertRun`, whose rows may be those of an older store. */
export function beginsHere(id: string): void {
  runsOfThisProcess.add(id);
}

/** This process measures the run no more, and could not store that: it counts as abandoned. */
export function leaveRun(id: string): void {
  runsOfThisProcess.delete(id);
}

/**
 * Takes a run that has stopped, to go on with it: of several processes that try at once, one gets it.
 * @returns puts it back as it was, for when nothing can be measured after all
 * @throws LabError RUN_NOT_FOUND; RUN_BUSY naming the process that measures it; SPEC_INVALID for a finished run
 */
export function claimRun(db: Db, id: string): () => void {
  const before = prepared<{ status: RunStatus; finished: string | null }>(
    db,
    "SELECT status, finished_at AS finished FROM runs WHERE id = ?",
  ).get(id);
  if (!before) throw new LabError("RUN_NOT_FOUND", `There is no run "${id}".`, { id });
  const { pid, start } = thisProcess();
  const { changes } = prepared(
    db,
    `UPDATE runs SET status = 'running', finished_at = NULL, process_id = ?, process_start = ?
     WHERE id = ? AND status = ? AND status IN ('failed', 'cancelled')`,
  ).run(pid, start, id, before.status);
  if (changes === 0) {
    refuseMeasured(db, id);
    throw new LabError("RUN_BUSY", `Another program has finished the run ${id} just now.`, { id });
  }
  runsOfThisProcess.add(id);
  return () => {
    const { status, finished } = before;
    prepared(
      db,
      "UPDATE runs SET status = ?, finished_at = ? WHERE id = ? AND status = 'running' AND process_id = ?",
    ).run(status, finished, id, pid);
  };
}

/** @throws LabError RUN_BUSY naming the process that measures the run, if one does */
export function refuseMeasured(db: Db, id: string): void {
  const owner = ownerOf(db, id);
  if (owner) throw measuredBy(owner);
}

/** For what this program does to its own runs knowingly. LabError RUN_BUSY if another process measures the run. */
export function refuseMeasuredElsewhere(db: Db, id: string): void {
  const owner = ownerOf(db, id);
  if (owner && owner.pid !== process.pid) throw measuredBy(owner);
}

function ownerOf(db: Db, id: string): OwnerRow | null {
  const row = prepared<OwnerRow>(db, `${OWNERS} AND id = ?`).get(id);
  return row && stillMeasured(row) ? row : null;
}

function measuredBy(owner: OwnerRow): LabError {
  const { id, pid } = owner;
  const another = isElsewhere(owner) ? `Process ${pid} of another machine` : `Another Quantscope (process ${pid})`;
  return new LabError(
    "RUN_BUSY",
    `${pid === process.pid ? "This program" : another} is measuring the run ${id} right now. ` +
      "Wait for its end, or stop it first (Ctrl-C there, or Cancel in its window).",
    { id, processId: pid },
  );
}

/** A run that another process of this machine is measuring into this store; null when there is none. */
export function runElsewhere(db: Db): { readonly id: string; readonly name: string; readonly pid: number } | null {
  const rows = prepared<OwnerRow>(db, OWNERS).all();
  return rows.find((row) => row.pid !== process.pid && !isElsewhere(row) && stillMeasured(row)) ?? null;
}

/** Runs whose program ended without a word: a crash, a power cut. */
export function abandonedRuns(db: Db, alive: (processId: number) => boolean = isAlive): string[] {
  const rows = prepared<OwnerRow>(db, OWNERS).all();
  return rows.filter((row) => !stillMeasured(row, alive)).map(({ id }) => id);
}

function stillMeasured(row: OwnerRow, alive: (processId: number) => boolean = isAlive): boolean {
  const { id, pid, start, heard } = row;
  if (isElsewhere(row)) return Date.now() - Date.parse(heard) < ELSEWHERE_SILENT_MS;
  if (pid === process.pid) return runsOfThisProcess.has(id) && isRunning({ pid, start }, { alive: () => true });
  return isRunning({ pid, start }, { alive });
}

/** Started under another system than this one, on a machine that is not this one: not the same machine before a restart. */
function isElsewhere({ start, machine }: OwnerRow): boolean {
  return isOfAnotherBoot(start) && machine !== machineId();
}
