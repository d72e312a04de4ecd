/** What a table is made of, apart from how it is drawn. */
import type { Snippet } from "svelte";
import { toCsv } from "#shared/exports/csv.ts";

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** In the header, once, and not behind every number. */
  readonly unit?: string;
  /** As it is shown and saved; null where there is nothing. */
  readonly text: (row: Row) => string | null;
  /** By what it is sorted; without it, it is not. Null goes last in both directions. */
  readonly sort?: (row: Row) => string | number | null;
  /** What is saved as CSV where that is not the text: the number with all its digits. */
  readonly csv?: (row: Row) => string | number | null;
  /** Drawn in place of the text. */
  readonly cell?: Snippet<[Row]>;
  /** `number`: right-aligned, tabular. */
  readonly kind?: "text" | "number";
  /** As in CSS; a column without one shares what is left. */
  readonly width?: string;
  /** The one column that names the row. */
  readonly rowHeader?: boolean;
  /** What the column means, as a tooltip. */
  readonly title?: string;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** A sorted copy; equal rows keep their order. Rows without a value come last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: Sort | null,
): readonly Row[] {
  const by = columns.find(({ id }) => id === sort?.column)?.sort;
  if (!sort || !by) return rows;
  const sign = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return sign * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

/** First press ascending, then descending, then as it came. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}

/** All rows in the order shown, units in the header. */
export function tableCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const header = columns.map(({ label, unit }) => (unit === undefined ? label : `${label} (${unit})`));
  return toCsv([header, ...rows.map((row) => columns.map((column) => csvValue(column, row)))]);
}

/** A number as programs read it, without the commas and the minus sign that people read. */
function csvValue<Row>({ kind, csv, text }: Column<Row>, row: Row): string | number | null {
  if (csv) return csv(row);
  const shown = text(row);
  if (kind !== "number" || shown === null || shown === "") return shown;
  const value = Number(shown.replace("−", "-").replaceAll(",", ""));
  return Number.isNaN(value) ? shown : value;
}

interface Slice {
  readonly first: number;
  /** After the last one. */
  readonly end: number;
}

/** Below this all rows are drawn: searching in the page finds them, and nothing has to be computed. */
const ALL_BELOW = 150;
/** Rows beyond either edge, so that scrolling shows no gap before the next frame. */
const SPARE = 12;

/** Which of `count` rows have to be drawn. Lengths in pixels. */
export function visibleRows(count: number, rowHeight: number, scrollTop: number, height: number): Slice {
  if (count < ALL_BELOW) return { first: 0, end: count };
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - SPARE);
  return { first, end: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + SPARE) };
}

/** Where a key leads from row `at` of `count`; null for a key that leads nowhere. */
export function rowAfterKey(key: string, at: number, count: number, page: number): number | null {
  const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  const target = key === "Home" ? 0 : key === "End" ? count - 1 : Object.hasOwn(moves, key) ? at + moves[key]! : null;
  return target === null || count === 0 ? null : Math.min(count - 1, Math.max(0, target));
}
