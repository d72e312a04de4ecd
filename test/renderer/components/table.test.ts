import { describe, expect, it } from "vitest";
import {
  type Column,
  nextSort,
  rowAfterKey,
  sortRows,
  tableCsv,
  visibleRows,
} from "../../../src/renderer/components/table.ts";

interface Row {
  readonly name: string;
  readonly ms: number | null;
}

const ROWS: readonly Row[] = [
  { name: "run 10", ms: 3 },
  { name: "run 9", ms: null },
  { name: "Run 1", ms: 1 },
];
const COLUMNS: readonly Column<Row>[] = [
  { id: "name", label: "Name", text: ({ name }) => name, sort: ({ name }) => name },
  {
    id: "ms",
    label: "Latency",
    unit: "ms",
    text: ({ ms }) => ms?.toFixed(1) ?? null,
    sort: ({ ms }) => ms,
    csv: ({ ms }) => ms,
  },
  { id: "plain", label: "Plain", text: () => "x" },
];
const names = (column: string, descending: boolean): string[] =>
  sortRows(ROWS, COLUMNS, { column, descending }).map(({ name }) => name);

describe("sortRows", () => {
  it("sorts text as people count, whatever its case", () => {
    expect(names("name", false)).toEqual(["Run 1", "run 9", "run 10"]);
    expect(names("name", true)).toEqual(["run 10", "run 9", "Run 1"]);
  });

  it("puts rows without a value last in both directions", () => {
    expect(names("ms", false)).toEqual(["Run 1", "run 10", "run 9"]);
    expect(names("ms", true)).toEqual(["run 10", "Run 1", "run 9"]);
  });

  it("leaves rows as they came without a sort, or for a column that has none", () => {
    expect(sortRows(ROWS, COLUMNS, null)).toBe(ROWS);
    expect(names("plain", true)).toEqual(ROWS.map(({ name }) => name));
    expect(names("no such column", true)).toEqual(ROWS.map(({ name }) => name));
  });
});

describe("nextSort", () => {
  it("goes up, down and back to how the rows came", () => {
    const up = nextSort(null, "a");
    const down = nextSort(up, "a");
    expect([up, down, nextSort(down, "a")]).toEqual([
      { column: "a", descending: false },
      { column: "a", descending: true },
      null,
    ]);
  });

  it("begins anew on another column", () => {
    expect(nextSort({ column: "a", descending: true }, "b")).toEqual({ column: "b", descending: false });
  });
});

describe("tableCsv", () => {
  it("has units in the header and all digits of a number", () => {
    expect(tableCsv(COLUMNS.slice(0, 2), ROWS)).toBe("Name,Latency (ms)\r\nrun 10,3\r\nrun 9,\r\nRun 1,1\r\n");
  });
});

describe("tableCsv of a number without digits of its own", () => {
  it("is a number for programs, whatever people read", () => {
    const column = (kind: "text" | "number", text: string): Column<Row> => ({
      id: text,
      label: kind,
      kind,
      text: () => text,
    });
    const columns = [column("number", "−1,234.5"), column("text", "−1,234.5"), column("number", "exact")];
    expect(tableCsv(columns, ROWS.slice(0, 1))).toBe('number,text,number\r\n-1234.5,"−1,234.5",exact\r\n');
  });
});

describe("visibleRows", () => {
  it("draws all rows of a short table", () => {
    expect(visibleRows(149, 32, 4000, 600)).toEqual({ first: 0, end: 149 });
  });

  it("draws what is seen of a long one, and a few more", () => {
    const { first, end } = visibleRows(10_000, 32, 32_000, 640);
    expect(first).toBeLessThanOrEqual(1000);
    expect(end).toBeGreaterThanOrEqual(1020);
    expect(end - first).toBeLessThan(60);
  });

  it("stays inside at either end", () => {
    expect(visibleRows(1000, 32, 0, 640).first).toBe(0);
    expect(visibleRows(1000, 32, 31_500, 640).end).toBe(1000);
  });
});

describe("rowAfterKey", () => {
  it.each<[key: string, from: number, to: number | null]>([
    ["ArrowDown", 3, 4],
    ["ArrowUp", 0, 0],
    ["PageDown", 95, 99],
    ["PageUp", 12, 2],
    ["Home", 50, 0],
    ["End", 50, 99],
    ["Tab", 3, null],
    ["constructor", 3, null],
  ])("%s leads from %d to %s", (key, from, to) => {
    expect(rowAfterKey(key, from, 100, 10)).toBe(to);
  });

  it("leads nowhere in an empty table", () => {
    expect(rowAfterKey("End", 0, 0, 10)).toBeNull();
  });
});
