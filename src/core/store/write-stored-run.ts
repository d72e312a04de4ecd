/**
 * Writes a run whole that was measured elsewhere or earlier: from a bundle, another tool's file, or parts that are put together.
 * It is there with everything in it or not at all.
 */
import { LabError } from "#shared/errors.ts";
import type { CellResult, Origin } from "#shared/results.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import { type Db, storeError } from "./database.ts";
import { deleteRun, hasRun } from "./edit-run.ts";
import { prepared } from "./statement-cache.ts";
import { pinBaseline, readBaseline, setNote } from "./history-edit.ts";
import type { StoredRun } from "./read-run.ts";
import { stageRun } from "./stage-run.ts";
import { changeTags, readTags } from "./tags.ts";
import * as write from "./write-measurements.ts";
import { finishCell, finishLaunch, insertRun, type LaunchKey, setRunStatus, startLaunch } from "./write-run.ts";

/** One question set of a run, with its questions' words. */
export interface StoredQuestionSet {
  readonly name: string;
  readonly sha256: string;
  readonly questions: readonly Question[];
  readonly asked: number;
  readonly chanceLevel: number;
  readonly specialTokens: { readonly before: string[]; readonly after: string[] } | null;
}

/** A run with what results.json leaves out. */
export interface WholeRun {
  readonly stored: StoredRun;
  readonly questionSets: readonly StoredQuestionSet[];
  /** What each cell's file is, by label. */
  readonly facts: Readonly<Record<string, GraphFacts>>;
}

/**
 * Adds the run, or puts it in the place of the one with its id, whose tags, note and pin stay.
 * @param also what else is to be changed with it; false where nothing is to be changed after all
 * @returns false where that said so
 * @throws LabError STORE_*, DISK_FULL, RUN_BUSY; nothing is changed then
 */
export function writeWholeRun(db: Db, whole: WholeRun, also?: Also): boolean {
  const { id } = whole.stored.run;
  using staged = stageRun(db, (into) => {
    insertWhole(into, whole);
  });
  const store = db.transaction(() => {
    if (also?.before && !also.before()) return false;
    const kept = keptByUser(db, id);
    if (hasRun(db, id)) deleteRun(db, id);
    staged.write();
    kept();
    also?.after();
    return true;
  });
  try {
    return store.immediate();
  } catch (error) {
    throw refusedRow(error, id) ?? storeError(error, db.name);
  }
}

/** Changes of the transaction in which a run is stored. */
interface Also {
  /** Whether the run is to be stored still. */
  readonly before?: () => boolean;
  readonly after: () => void;
}

function insertWhole(db: Db, whole: WholeRun): void {
  const { run, cells } = whole.stored;
  insertPlan(db, whole);
  cells.forEach((cell, index) => {
    writeCell(db, `${run.id}/${index + 1}`, cell);
  });
  writeRunFacts(db, whole);
  setRunStatus(db, run.id, run.status, run.finishedAt);
}

/** The store's own rules, for runs that others wrote: the run is at fault and not the store. */
function refusedRow(error: unknown, id: string): LabError | null {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== "string" || !code.startsWith("SQLITE_CONSTRAINT")) return null;
  return new LabError(
    "BUNDLE_INVALID",
    `The run ${id} cannot be stored: a row of it is there twice, or holds what does not belong there (${String(message)}). Export it again.`,
    { id },
    { cause: error },
  );
}

/** What the user gave to the run that is about to be replaced; calling the result gives it to the new one. */
function keptByUser(db: Db, runId: string): () => void {
  const tags = readTags(db, runId);
  const note = db.prepare<[string], string>("SELECT note FROM history WHERE run_id = ?").pluck().get(runId) ?? "";
  const pinned = readBaseline(db);
  return () => {
    changeTags(db, runId, { add: tags });
    if (note !== "") setNote(db, runId, note);
    if (pinned?.run === runId) pinBaseline(db, pinned);
  };
}

function insertPlan(db: Db, { stored, questionSets, facts }: WholeRun): void {
  const { run, model, textSet, cells } = stored;
  insertRun(db, {
    id: run.id,
    name: run.name,
    startedAt: run.startedAt,
    spec: run.spec,
    environment: run.environment,
    model,
    textSet,
    questionSets: questionSets.map(({ name, sha256, questions, asked, chanceLevel }) => ({
      set: { name, sha256, file: name, questions },
      asked: questions.slice(0, asked),
      chanceLevel,
    })),
    cells: cells.map(({ label, format, provider, threads, file, sha256, bytes, bitsPerWeight }, index) => ({
      id: `${run.id}/${index + 1}`,
      label,
      format,
      provider,
      threads: threads ?? 0,
      file,
      sha256,
      bytes,
      facts: facts[label] ?? unknownFacts(format, bitsPerWeight),
    })),
  });
}

/** Of a file that another tool measured. */
function unknownFacts(format: GraphFacts["format"], bitsPerWeight: number | null): GraphFacts {
  return {
    format,
    operators: {},
    parameters: 0,
    bitsPerWeight: bitsPerWeight ?? 0,
    quantizedShare: 0,
    blockSize: null,
    symmetric: null,
    accuracyLevel: null,
    dynamicQuantization: false,
    opset: null,
  };
}

function writeRunFacts(db: Db, { stored: { run }, questionSets }: WholeRun): void {
  setOrigin(db, run.id, run.origin ?? null);
  const setTokens = prepared(
    db,
    "UPDATE run_questions SET special_tokens = ?, asked = ? WHERE run_id = ? AND set_index = ?",
  );
  questionSets.forEach(({ specialTokens, asked }, index) => {
    setTokens.run(specialTokens && JSON.stringify(specialTokens), asked, run.id, index);
  });
}

/** Null: measured here, in one piece. */
export function setOrigin(db: Db, runId: string, origin: Origin | null): void {
  prepared(db, "UPDATE runs SET origin = ? WHERE id = ?").run(origin && JSON.stringify(origin), runId);
}

function writeCell(db: Db, cellId: string, cell: CellResult): void {
  for (const {
    kind,
    launch,
    batchSize,
    order,
    status,
    startedAt,
    elapsedMs,
    loadMs,
    memory,
    canaryDrift,
  } of cell.launches) {
    const key: LaunchKey = { cellId, kind, launch, batchSize };
    startLaunch(db, key, order);
    finishLaunch(db, key, { status, elapsedMs, canaryDrift });
    prepared(
      db,
      `UPDATE launches SET started_at = ?, load_ms = ?, memory = ?
       WHERE cell_id = ? AND kind = ? AND launch = ? AND batch_size = ?`,
    ).run(startedAt, loadMs, memory && JSON.stringify(memory), cellId, kind, launch, batchSize ?? 0);
  }
  for (const { launches } of cell.forward) for (const row of launches) write.saveForward(db, cellId, row);
  for (const { launches } of cell.decode) for (const row of launches) write.saveDecode(db, cellId, row);
  if (cell.selfTests) write.saveSelfTests(db, cellId, cell.selfTests);
  writeQuestions(db, cellId, cell);
  write.saveTexts(db, cellId, cell.texts);
  for (const row of cell.generations) write.saveGeneration(db, cellId, row);
  for (const { launches } of cell.replays) for (const row of launches) write.saveReplay(db, cellId, row);
  for (const { kind, launch, ...samples } of cell.samples) {
    write.saveSamples(db, { cellId, kind, launch, batchSize: null }, samples);
  }
  prepared(
    db,
    "UPDATE cells SET bits_per_weight = ?, placement = ?, cache_self_test = ?, load_ms = ? WHERE id = ?",
  ).run(
    cell.bitsPerWeight,
    JSON.stringify(cell.placement),
    cell.cacheSelfTest && JSON.stringify(cell.cacheSelfTest),
    cell.loadMs,
    cellId,
  );
  finishCell(db, cellId, cell.status, cell.error && { ...cell.error, details: {} });
}

function writeQuestions(db: Db, cellId: string, { tokens, benchmark }: CellResult): void {
  write.saveQuestions(
    db,
    cellId,
    tokens.map((row) => ({ tokens: row, loglikelihood: null, generate: null })),
  );
  for (const { mode, answers } of benchmark) {
    write.saveQuestions(
      db,
      cellId,
      answers.map((row) => ({ tokens: null, loglikelihood: null, generate: null, [mode]: row })),
    );
  }
}
