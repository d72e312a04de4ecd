/** A bundle into the store: a new run, one that is there already, a further state of one, or a part of a plan. */
import { type Db, storeError } from "#core/store/database.ts";
import { hasRun, stampOf } from "#core/store/edit-run.ts";
import { restoreRuns } from "#core/store/history-edit.ts";
import { readWholeRun } from "#core/store/read-whole-run.ts";
import { type WholeRun, writeWholeRun } from "#core/store/write-stored-run.ts";
import { LabError } from "#shared/errors.ts";
import { fingerprint, type Annotations } from "./document.ts";
import { addPart, asJoined, isPart, largerJoined, mergeRuns } from "./merge-runs.ts";
import { readBundle } from "./read-bundle.ts";
import { addAnnotations } from "./annotations.ts";

export interface Imported {
  readonly runId: string;
  readonly outcome: "added" | "merged" | "already there";
  /** What is to be known of the run now: parts that are missing, other machines. */
  readonly notes: readonly string[];
}

/**
 * Brings what the run's user wrote to it where the run, or more of it, was added; what is written to it here stays.
 * @param bytes of the file `fileName`, which is remembered with the run
 * @throws LabError BUNDLE_INVALID, BUNDLE_TOO_NEW, BUNDLE_CONFLICT, RUN_BUSY, STORE_*: nothing is changed then
 */
export function importBundle(db: Db, bytes: Uint8Array, fileName: string): Imported {
  const { user, ...read } = readBundle(bytes, fileName);
  const whole = marked(read, fileName);
  // Never while the store is locked: of a large run reading and comparing take seconds, in which others want to write.
  const same = sameRun(db, whole);
  if (same) {
    restoreRuns(db, [same.runId]);
    return same;
  }
  try {
    for (;;) {
      const imported = bring(db, whole, user);
      if (imported) return imported;
    }
  } catch (error) {
    throw storeError(error, db.name);
  }
}

/** Null where another program changed that run while this one was read and joined: then it is to be looked at again. */
function bring(db: Db, whole: WholeRun, user: Annotations): Imported | null {
  const { shards } = whole.stored.run.origin!;
  const part = shards && isPart(shards) ? asJoined(whole, shards) : null;
  const { id } = (part ?? whole).stored.run;
  const stamp = stampOf(db, id);
  const { runId, outcome, notes, write } = part ? importPart(db, part) : importRun(db, whole);
  // One that was deleted a moment ago is only hidden, and whoever imports it wants to see it.
  if (!write) restoreRuns(db, [runId]);
  else {
    const before = (): boolean => stampOf(db, id) === stamp;
    const after = (): void => {
      addAnnotations(db, runId, user);
      restoreRuns(db, [runId]);
    };
    if (!writeWholeRun(db, write, { before, after })) return null;
  }
  return { runId, outcome, notes };
}

/** What an import comes to, and the run that is to be stored for it. */
interface Planned extends Imported {
  readonly write?: WholeRun;
}

/** The stored run where it is this one; null where there is none, or another state of it, or parts. */
function sameRun(db: Db, whole: WholeRun): Imported | null {
  const { id, origin } = whole.stored.run;
  if ((origin?.shards && isPart(origin.shards)) || !hasRun(db, id)) return null;
  const known = readWholeRun(db, id);
  refuseBusy(known);
  if (fingerprint(known) !== fingerprint(whole)) return null;
  return { runId: id, outcome: "already there", notes: notesOf(known) };
}

function importRun(db: Db, whole: WholeRun): Planned {
  const { id } = whole.stored.run;
  if (!hasRun(db, id)) return written(whole, "added");
  const known = readWholeRun(db, id);
  refuseBusy(known);
  if (fingerprint(known) === fingerprint(whole)) return { runId: id, outcome: "already there", notes: notesOf(known) };
  const isJoined = known.stored.run.origin?.shards && whole.stored.run.origin?.shards;
  const merged = isJoined ? largerJoined(known, whole) : mergeRuns(known, whole);
  if (merged === known) return { runId: id, outcome: "already there", notes: notesOf(known) };
  return written(merged, "merged");
}

function importPart(db: Db, part: WholeRun): Planned {
  const { id } = part.stored.run;
  if (!hasRun(db, id)) return written(part, "added");
  const known = readWholeRun(db, id);
  const joined = addPart(known, part);
  if (!joined) return { runId: id, outcome: "already there", notes: notesOf(known) };
  return written(joined, "merged");
}

function written(whole: WholeRun, outcome: Imported["outcome"]): Planned {
  return { runId: whole.stored.run.id, outcome, notes: notesOf(whole), write: whole };
}

function notesOf({ stored }: WholeRun): readonly string[] {
  return stored.run.origin?.notes ?? [];
}

function refuseBusy({ stored: { run } }: WholeRun): void {
  if (run.status !== "running") return;
  throw new LabError("RUN_BUSY", `The run ${run.id} is being measured right now. Import when it has ended.`, {
    runId: run.id,
  });
}

/** Says where it came from; what it was before stays. */
function marked(whole: WholeRun, fileName: string): WholeRun {
  const { run } = whole.stored;
  const before = run.origin ?? { tool: "quantscope" as const, notes: [], shards: null };
  const origin = { ...before, file: fileName, importedAt: new Date().toISOString() };
  return { ...whole, stored: { ...whole.stored, run: { ...run, origin } } };
}
