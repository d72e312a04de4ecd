/** Two states of one run, or parts of one plan, as one run. Pure. */
import { LabError } from "#shared/errors.ts";
import type { CellResult, Origin } from "#shared/results.ts";
import type { StoredQuestionSet, WholeRun } from "#core/store/write-stored-run.ts";
import { fingerprint } from "./document.ts";
import { mergeCells, union } from "./merge-cells.ts";

type Shards = NonNullable<Origin["shards"]>;
type Part = Shards["parts"][number];

/**
 * The same run, further on in one place or measured in both: everything that either has.
 * @throws LabError BUNDLE_CONFLICT where the two are not of one plan, or say two things
 */
export function mergeRuns(ours: WholeRun, theirs: WholeRun): WholeRun {
  const [labels, others] = [ours, theirs].map(({ stored }) => stored.cells.map(({ label }) => label).join(", "));
  if (labels !== others) {
    throw new LabError(
      "BUNDLE_CONFLICT",
      `The stored run has the cells ${labels}, the bundle's has ${others}. Nothing was changed.`,
    );
  }
  const cells = ours.stored.cells.map((cell, index) => mergeCells(cell, theirs.stored.cells[index]!));
  const { run } = ours.stored;
  const isDone = cells.every(({ status }) => status === "done");
  return {
    ...ours,
    stored: {
      ...ours.stored,
      run: {
        ...run,
        status: isDone ? "done" : run.status,
        startedAt: earlier(run.startedAt, theirs.stored.run.startedAt),
        finishedAt: later(run.finishedAt, theirs.stored.run.finishedAt),
      },
      cells,
    },
    facts: { ...theirs.facts, ...ours.facts },
  };
}

/** A part as it was measured; one that is joined already says what it was made of. */
export function isPart({ parts }: Shards): boolean {
  return parts.length === 1 && parts[0]!.sha256 === null;
}

/**
 * Of two runs that were put together from parts of one plan, the one that holds all parts of the other.
 * @throws LabError BUNDLE_CONFLICT where each has a part that the other lacks: only single parts can be added
 */
export function largerJoined(ours: WholeRun, theirs: WholeRun): WholeRun {
  const partsOf = ({ stored }: WholeRun): readonly Part[] => stored.run.origin!.shards!.parts;
  const holds = (a: WholeRun, b: WholeRun): boolean =>
    partsOf(b).every(({ index, sha256 }) => partsOf(a).some((part) => part.index === index && part.sha256 === sha256));
  if (holds(ours, theirs)) return ours;
  if (holds(theirs, ours)) return theirs;
  const [here, there] = [ours, theirs].map((run) =>
    partsOf(run)
      .map(({ index }) => index)
      .join(", "),
  );
  throw new LabError(
    "BUNDLE_CONFLICT",
    `The stored run is put together from the parts ${here}, the bundle's from ${there}. Import the bundles of the single parts instead.`,
  );
}

/** The id under which the parts of a plan come together. */
function joinedId({ plan }: Shards): string {
  return `parts-${plan.slice(0, 16)}`;
}

/**
 * A part as a run of its own that other parts can be merged into: named and numbered as the whole, and without what only loading
 * the later parts' processes left.
 */
export function asJoined(part: WholeRun, shards: Shards): WholeRun {
  const { run } = part.stored;
  const [own] = shards.parts;
  const index = own!.index;
  const id = joinedId(shards);
  const joined = { ...shards, parts: [{ ...own!, sha256: fingerprint(part) }] };
  return settle({
    ...part,
    stored: {
      ...part.stored,
      run: { ...run, id, name: run.spec.name, origin: { ...run.origin!, shards: joined } },
      cells: part.stored.cells.map((cell) => ofPart(cell, index)),
    },
  });
}

/** Launches of the parts are told apart by the part's number; what the first part alone measures stays as it is. */
function ofPart(cell: CellResult, index: number): CellResult {
  const renumbered = <T extends { kind: string; launch: number }>(rows: readonly T[]): T[] =>
    rows.flatMap((row) => {
      if (row.kind === "quality") return [{ ...row, launch: index }];
      return index === 1 ? [row] : [];
    });
  return {
    ...cell,
    launches: renumbered(cell.launches).map((row) => ({ ...row, order: row.order + (index - 1) * 10_000 })),
    samples: renumbered(cell.samples),
    ...(index > 1 && { loadMs: null, memory: null, cacheSelfTest: null, selfTests: null }),
  };
}

/**
 * Adds a part to those that are together already.
 * @returns null where that part is there with the same numbers
 * @throws LabError BUNDLE_CONFLICT for a part that is there with other numbers
 */
export function addPart(whole: WholeRun, part: WholeRun): WholeRun | null {
  const ours = whole.stored.run.origin!.shards!;
  const [incoming] = part.stored.run.origin!.shards!.parts;
  const same = ours.parts.find(({ index }) => index === incoming!.index);
  if (same?.sha256 === incoming!.sha256) return null;
  if (same) {
    throw new LabError(
      "BUNDLE_CONFLICT",
      `Part ${same.index} of ${ours.count} is there already, from run ${same.runId}, with other numbers. ` +
        `For a repeat give the spec another name; to replace it, delete ${whole.stored.run.id} and import all parts again.`,
      { part: same.index, run: whole.stored.run.id },
    );
  }
  // Machine, start and speed are the first part's, whichever comes first.
  const [base, other] = incoming!.index === 1 ? [part, whole] : [whole, part];
  const merged = mergeRuns(base, other);
  const cells = merged.stored.cells.map((cell, place) => {
    const { status, error } = jointState(base.stored.cells[place]!, other.stored.cells[place]!);
    return { ...cell, status, error };
  });
  const parts = [...ours.parts, incoming!].sort((a, b) => a.index - b.index);
  const sets = joinSets(whole.questionSets, part.questionSets);
  const origin = { ...base.stored.run.origin!, shards: { ...ours, parts } };
  const questionSet = merged.stored.questionSet && { ...merged.stored.questionSet, asked: sets[0]?.asked ?? 0 };
  return settle({
    ...merged,
    questionSets: sets,
    stored: { ...merged.stored, cells, questionSet, run: { ...merged.stored.run, origin } },
  });
}

function joinSets(a: readonly StoredQuestionSet[], b: readonly StoredQuestionSet[]): StoredQuestionSet[] {
  return union(a, [], ({ sha256 }) => sha256, conflictingSet).map((set) => {
    const other = b.find(({ sha256 }) => sha256 === set.sha256);
    return {
      ...set,
      asked: set.asked + (other?.asked ?? 0),
      specialTokens: set.specialTokens ?? other?.specialTokens ?? null,
    };
  });
}

function conflictingSet(key: string): LabError {
  return new LabError("BUNDLE_CONFLICT", `The question set ${key} is there twice.`);
}

/** A run is done when all of its parts are here; until then it, and each of its cells, is not. */
function settle(whole: WholeRun): WholeRun {
  const { run, cells } = whole.stored;
  const { count, parts } = run.origin!.shards!;
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter(
    (index) => !parts.some((part) => part.index === index),
  );
  const complete = missing.length === 0;
  const settled = cells.map((cell): CellResult => {
    if (complete || cell.status !== "done") return cell;
    const message = `Part ${missing.join(", ")} of ${count}${WAITS}`;
    return { ...cell, status: "cancelled", error: { code: "CANCELLED", message } };
  });
  const done = settled.every(({ status }) => status === "done");
  const status = done ? "done" : complete ? "failed" : "cancelled";
  const origin = { ...run.origin!, notes: notesOf(parts, missing, count) };
  return { ...whole, stored: { ...whole.stored, run: { ...run, status, origin }, cells: settled } };
}

/** How the error of a cell ends that waits for other parts. */
const WAITS = " has not been imported yet.";

type CellState = Pick<CellResult, "status" | "error">;

/** A cell that failed in one part has failed; one that only waited for this part is where this part is. */
function jointState(a: CellState, b: CellState): CellState {
  const states = [a, b].map((state): CellState =>
    state.error?.message.endsWith(WAITS)
      ? { status: "done", error: null }
      : { status: state.status, error: state.error },
  );
  return (
    states.find(({ status }) => status === "failed") ?? states.find(({ status }) => status !== "done") ?? states[0]!
  );
}

function notesOf(parts: readonly Part[], missing: readonly number[], count: number): string[] {
  const processors = [...new Set(parts.map(({ cpu }) => cpu))];
  const machines = new Set(parts.map(({ machineId }) => machineId)).size;
  return [
    ...(missing.length > 0 ? [`part ${missing.join(", ")} of ${count} is missing`] : []),
    ...(machines > 1 ? [`the parts were answered on ${machines} machines (${processors.join("; ")})`] : []),
  ];
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

function later(a: string | null, b: string | null): string | null {
  return a === null || b === null ? (a ?? b) : a > b ? a : b;
}
