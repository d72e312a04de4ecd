import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { csvRows, UnclosedQuote } from "#core/benchmarks/csv-rows.ts";

/** Made by test/fixtures/make/csv_rows.py; null where a quote is never closed. */
const vectors = JSON.parse(readFileSync("test/fixtures/questions/csv-rows.json", "utf8")) as [
  string,
  string[][] | null,
][];

const cells = (text: string): (readonly string[])[] => csvRows(text).map((row) => row.cells);

describe("csvRows", () => {
  it("reads what Python's csv module reads", () => {
    expect(vectors).toHaveLength(400);
    for (const [text, rows] of vectors) {
      if (rows === null) expect(() => csvRows(text), JSON.stringify(text)).toThrow(UnclosedQuote);
      else expect(cells(text), JSON.stringify(text)).toEqual(rows);
    }
  });

  it("counts lines by every kind of line end, those inside of fields too", () => {
    const rows = csvRows('a\r\nb\rc\n\n"d\r\ne\rf\n",g\nh');
    expect(rows.map(({ cells: [first], line }) => [first, line])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
      ["d\r\ne\rf\n", 5],
      ["h", 9],
    ]);
  });

  it("names the line where a row starts whose quote is never closed", () => {
    expect(() => csvRows('a\n"b\nc",d,"e\nf')).toThrow(expect.objectContaining({ line: 2 }));
  });
});
