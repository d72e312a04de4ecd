/** Cells of stored runs side by side, from their raw samples. Heavy: it runs in the child that reads runs (run-reader.ts). */
import type { Compared, ComparedCell } from "#shared/api/compare.ts";
import type { CellRef } from "#shared/api/history.ts";
import { LabError } from "#shared/errors.ts";
import type { ComparedSide } from "#shared/compare/cross-run/comparability.ts";
import { compareAcross } from "#shared/compare/cross-run/differences.ts";
import { referenceCell } from "#shared/verdict/build-results.ts";
import { withReplayedWords } from "#shared/compare/join-replays.ts";
import { comparedFacts } from "#shared/compare/compared-facts.ts";
import { type Comparison, type Results, RESULTS_VERSION } from "#shared/results.ts";
import type { Db } from "#core/store/database.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { historyCells } from "#core/store/history-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { type GivenLimits, runGenerations, runResults, wholeLimits } from "./run-views.ts";

interface CompareInput extends GivenLimits {
  readonly cells: readonly CellRef[];
  /** Index into `cells`. */
  readonly baseline: number;
}

/** @throws LabError RUN_NOT_FOUND, BAD_REQUEST for a cell that its run has not, and for an index without a cell */
export function compareStored(db: Db, { cells: refs, baseline, ...given }: CompareInput): Compared {
  const sides = readSides(db, refs);
  const reference = sides[baseline];
  if (!reference) {
    throw new LabError("BAD_REQUEST", `compare: baseline ${baseline} is none of ${refs.length} cells.`, { baseline });
  }
  const others = sides.filter((side) => side !== reference);
  const judged = compareAcross(
    others.map((side) => [reference, side]),
    wholeLimits(given),
  );
  const compared = sides.map((side) => (side === reference ? null : judged[others.indexOf(side)]!));
  const whole = wholeOf(
    sides,
    reference,
    compared.map((each, index) => each && inKeys(each.comparison, reference, sides[index]!)),
  );
  return {
    cells: sides.map((side, index): ComparedCell => ({
      key: side.cell.label,
      run: {
        id: side.run.id,
        name: side.run.name,
        startedAt: side.run.startedAt,
        status: side.run.status,
        importedFrom: side.run.origin?.tool ?? null,
      },
      cell: refs[index]!.cell,
      model: side.model.name,
      parts: (compared[index]?.comparability.parts ?? []).map((part) => ({ ...part, reasons: [...part.reasons] })),
    })),
    baseline: reference.cell.label,
    table: runResults(whole, given),
    generations: runGenerations(whole).prompts,
    facts: comparedFacts(sides).map((fact) => ({ ...fact, values: [...fact.values] })),
  };
}

/** As the results of one run, which is how tables and charts read them. */
function wholeOf(
  sides: readonly ComparedSide[],
  reference: ComparedSide,
  comparisons: readonly (Comparison | null)[],
): Results {
  const { run, model, questionSet, textSet, cell } = reference;
  return {
    schemaVersion: RESULTS_VERSION,
    run: { ...run, spec: { ...run.spec, reference: cell.label } },
    model,
    questionSet,
    textSet,
    cells: sides.map((side) => withReplayedWords(side.cell)),
    comparisons: comparisons.filter((each) => each !== null),
    pareto: null,
  };
}

/** Each cell with its run, under a label that no other has. A run is read once, and only the cells that are asked for. */
function readSides(db: Db, refs: readonly CellRef[]): ComparedSide[] {
  const labels = new Map<string, string[]>();
  for (const { run, cell } of refs) labels.set(run, [...(labels.get(run) ?? []), cell]);
  const runs = new Map(
    [...labels].map(([id, only]) => {
      const stored = readRun(db, id, only);
      const reference = referenceCell(historyCells(db, id), stored.run.spec.reference)?.label ?? null;
      return [id, { stored, reference, questions: readQuestions(db, id) }];
    }),
  );
  const keys = keysOf(
    refs,
    refs.map(({ run }) => runs.get(run)!.stored.run.name),
  );
  return refs.map(({ run: id, cell: label }, index) => {
    const { stored, reference, questions } = runs.get(id)!;
    const { cells, ...rest } = stored;
    const cell = cells.find((each) => each.label === label);
    if (!cell) throw new LabError("BAD_REQUEST", `The run ${id} has no cell "${label}".`, { id, cell: label });
    // The run's own reference by its key here, where it is compared as well.
    const place = refs.findIndex((ref) => ref.run === id && ref.cell === reference);
    return { ...rest, cell: { ...cell, label: keys[index]! }, questions, reference: keys[place] ?? null };
  });
}

/** `int4@cpu`; with the run's name where there are several runs, and a number where that is not enough. */
function keysOf(refs: readonly CellRef[], names: readonly string[]): string[] {
  const several = new Set(refs.map(({ run }) => run)).size > 1;
  const seen = new Map<string, number>();
  return refs.map(({ cell }, index) => {
    const key = several ? `${cell}, ${names[index]!}` : cell;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? key : `${key} (${count})`;
  });
}

/** Labels that begin with a run's id are right for a terminal; here the key says it better. */
function inKeys(comparison: Comparison, reference: ComparedSide, candidate: ComparedSide): Comparison {
  return { ...comparison, reference: reference.cell.label, candidate: candidate.cell.label };
}
