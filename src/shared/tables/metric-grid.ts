/** The table of a run: one row a metric, one column a cell, each value with its interval and its difference from the reference. */
import type { GenerationRow, RunResults } from "../api.ts";
import { ENDS_NAMES, type Ends } from "../stats/ends.ts";
import type { CellResult, Comparison } from "../results.ts";
import { costRows } from "../metrics/cost-rows.ts";
import { qualityRows } from "../metrics/quality-rows.ts";

export type Tone = "better" | "worse" | "none";

export interface MetricValue {
  /** As it is shown, in the row's unit. */
  readonly value: string;
  readonly low: string | null;
  readonly high: string | null;
  /** What low and high are; left out for a 95 % interval. */
  readonly ends?: Ends;
  /** How many launches, runs or questions, and what the interval is. */
  readonly note: string;
  /** With all digits, for CSV: value, low, high in the row's unit. */
  readonly exact: readonly [number | null, number | null, number | null];
  /** Against the reference, in words. Null where there is none. */
  readonly difference: {
    readonly text: string;
    readonly tone: Tone;
    /** Is a difference, or was measured too little to know, although it has no colour. */
    readonly counts?: boolean;
  } | null;
}

export interface MetricRow {
  readonly id: string;
  readonly group: "Size" | "Memory" | "Speed" | "Next tokens" | "Answers";
  readonly label: string;
  readonly unit: string;
  /** What it is, over what it is aggregated, and where its interval comes from. */
  readonly definition: string;
  /** One a cell, in the order of the columns; null where nothing was measured. */
  readonly values: readonly (MetricValue | null)[];
}

export interface Column {
  readonly cell: CellResult;
  /** Undefined for the reference. */
  readonly comparison: Comparison | undefined;
}

export type RowOf = Omit<MetricRow, "values"> & { readonly of: (column: Column) => MetricValue | null };

/** The reference first, then the candidates as they are ranked. */
export function columnsOf({ results, reference }: RunResults, comparisons: readonly Comparison[]): readonly Column[] {
  const first = results.cells.filter(({ label }) => label === reference);
  const rest = comparisons.flatMap((comparison) => {
    const cell = results.cells.find(({ label }) => label === comparison.candidate);
    return cell ? [{ cell, comparison }] : [];
  });
  return [...first.map((cell) => ({ cell, comparison: undefined })), ...rest];
}

/** Rows in which some cell has a value: a pass that was not run has none. */
export function metricRows(
  run: RunResults,
  columns: readonly Column[],
  generations: readonly GenerationRow[],
): readonly MetricRow[] {
  return [...costRows(columns, generations), ...qualityRows(run, columns)]
    .map(({ of, ...row }) => ({ ...row, values: columns.map(of) }))
    .filter(({ values }) => values.some((value) => value !== null));
}

/** Rows that say how far a cell is from the reference: the reference itself has none. */
export function isPaired({ group, unit, id }: MetricRow): boolean {
  return group === "Next tokens" || unit === "points" || id === "flips";
}

/** Null without low and high. */
function endsName({ exact: [, low], ends = "interval" }: MetricValue): string | null {
  return low === null ? null : ENDS_NAMES[ends];
}

/** One line a number, so that another tool can pivot it: full precision, the unit beside it. */
export function metricCsvRows(rows: readonly MetricRow[], columns: readonly Column[]): (string | number | null)[][] {
  return [
    ["metric", "unit", "cell", "value", "low", "high", "low and high are", "note", "against the reference"],
    ...rows.flatMap(({ label, unit, values }) =>
      values.flatMap((value, index) =>
        value
          ? [
              [
                ...[label, unit, columns[index]!.cell.label, ...value.exact],
                ...[endsName(value), value.note, value.difference?.text ?? null],
              ],
            ]
          : [],
      ),
    ),
  ];
}
