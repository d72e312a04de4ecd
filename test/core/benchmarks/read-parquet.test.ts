import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FileMetaData } from "hyparquet";
import { tooMuch } from "#core/benchmarks/parquet-limits.ts";
import { readParquetQuestions } from "#core/benchmarks/read-parquet.ts";

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/questions/${name}.parquet`);
const refused = (text: string): unknown =>
  expect.objectContaining({ code: "QUESTIONS_INVALID", message: expect.stringContaining(text) as string });

describe("readParquetQuestions", () => {
  it.each(["mmlu-plain", "mmlu-snappy"])("reads %s, with columns as cais/mmlu has them", async (name) => {
    // The rows of test/fixtures/questions/generate.py.
    expect(await readParquetQuestions(fixture(name), "set.parquet")).toEqual([
      { subject: "nutrition", question: "Which is a fruit?", choices: ["stone", "apple", "iron", "glass"], answer: 1 },
      {
        subject: "elementary_mathematics",
        question: "Gr\u00f6\u00dfer als 2,\nkleiner als 4?",
        choices: ["1", "2", "3", "4"],
        answer: 2,
      },
      { subject: "elementary_mathematics", question: "Two plus two is", choices: ["three", "four"], answer: 1 },
    ]);
  });

  it("names the row of a bad question", async () => {
    await expect(readParquetQuestions(fixture("bad-answer"), "set.parquet")).rejects.toThrow(
      refused('set.parquet: row 2: the answer "4" is none of the 4 choices'),
    );
  });

  it("names columns that are missing, and those that are there", async () => {
    await expect(readParquetQuestions(fixture("no-choices"), "set.parquet")).rejects.toThrow(
      refused("set.parquet has no column choices. It needs question, choices, answer; it has question, A, B, answer."),
    );
  });

  it("says which compressions are read", async () => {
    await expect(readParquetQuestions(fixture("mmlu-zstd"), "set.parquet")).rejects.toThrow(
      refused("Uncompressed and Snappy files are read"),
    );
  });

  it.each([0, 4, 100, 600])("refuses a file that was cut to %i bytes", async (length) => {
    await expect(readParquetQuestions(fixture("mmlu-plain").subarray(0, length), "set.parquet")).rejects.toThrow(
      refused("set.parquet cannot be read as Parquet"),
    );
  });
});

describe("tooMuch", () => {
  const file = (rows: number, packed: number, unpacked: number, values = rows): FileMetaData => {
    const column = {
      path_in_schema: ["question"],
      num_values: values,
      total_compressed_size: packed,
      total_uncompressed_size: unpacked,
    };
    return { num_rows: BigInt(rows), row_groups: [{ columns: [{ meta_data: column }] }] } as unknown as FileMetaData;
  };

  it.each([
    ["as many rows as MMLU's largest file", file(99_842, 20e6, 47e6), null],
    ["a billion rows", file(1e9, 68_000, 68_000), "it has 1000000000 rows, and 1000000 are read at most"],
    ["more values than choices", file(10, 68_000, 68_000, 3e8), "more than 1000000 questions have choices"],
    ["a ratio that no text has", file(10, 68_000, 9e8), "it unpacks from 68000 to 900000000 bytes"],
    ["more than memory should take", file(10, 900e6, 2e9), "it unpacks from 900000000 to 2000000000 bytes"],
  ])("judges %s", (_, metadata, reason) => {
    const found = tooMuch(metadata, ["question"]);
    if (reason === null) expect(found).toBeNull();
    else expect(found).toContain(reason);
  });

  it("counts no column that is not read", () => {
    expect(tooMuch(file(10, 68_000, 9e8), ["answer"])).toBeNull();
  });
});
