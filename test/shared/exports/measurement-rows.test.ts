import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { toCsv } from "#shared/exports/csv.ts";
import { MEASUREMENT_COLUMNS, measurementRows, measurementsCsvParts } from "#shared/exports/measurement-rows.ts";
import { createRandom } from "#shared/random.ts";
import { visible } from "#shared/visible.ts";
import { sampleResults } from "./sample.ts";

const results = sampleResults();
const wholeCsv = [...measurementsCsvParts(results)].join("");
const read = (csv: string): string[][] => parse(csv, { relax_column_count: false });

describe("measurementsCsvParts", () => {
  it("has one row for every observation and the same columns in each", () => {
    const [header, ...rows] = read(wholeCsv);
    expect(header).toEqual([...MEASUREMENT_COLUMNS]);
    expect(rows).toHaveLength(measurementRows(results).length);
    const latencies = results.cells.flatMap(({ forward }) => forward.flatMap(({ latencyMs }) => latencyMs));
    const column = header!.indexOf("latency_ms");
    expect(rows.flatMap((row) => (row[column] === "" ? [] : [Number(row[column])]))).toEqual(latencies);
  });

  it("goes on under the header of another run", () => {
    const more = [...measurementsCsvParts(results, false)].join("");
    expect(wholeCsv).toBe(`${MEASUREMENT_COLUMNS.join(",")}\r\n${more}`);
  });

  it("names the unit in every column that has one", () => {
    const bare = MEASUREMENT_COLUMNS.filter((name) => !/_(ms|bytes|tokens|cores|nats|per_minute)$/.test(name));
    expect(bare).toEqual([
      ...["run", "model", "cell", "format", "provider", "pass", "launch_kind", "launch", "batch_size", "way", "mode"],
      ...["item", "sample", "words_basis", "predicted_choice", "correct", "format_failure", "top_token_id", "skipped"],
    ]);
  });

  it("lets no name become a formula", () => {
    const [header, row] = read(wholeCsv);
    expect(row![header!.indexOf("model")]).toBe("'-model");
  });

  it("says why nothing was measured, in a row of its own", () => {
    const [cell] = results.cells;
    const skipped = { ...cell!.forward[0]!.launches[0]!, latencyMs: [], computeMs: [], skipped: "too much memory" };
    const forward = [{ ...cell!.forward[0]!, launches: [skipped] }];
    const rows = measurementRows({ ...results, cells: [{ ...cell!, forward }] });
    expect(rows.filter((each) => each.skipped === "too much memory")).toHaveLength(1);
  });
});

describe("measurementRows of words", () => {
  it("have a row each time that a text was written again, with its basis", () => {
    const replays = measurementRows(results).filter(({ pass, cell }) => pass === "replay" && cell === "fp32@cpu");
    expect(replays.map(({ launch, item, sample, elapsed_ms: ms }) => [launch, item, sample, ms])).toEqual([
      [1, "p1", 1, 15],
      [1, "p1", 2, 17],
      [2, "p1", 1, 20],
      [2, "p1", 2, 23],
    ]);
    // Two words in 15 ms.
    expect(replays[0]).toMatchObject({ mode: "texts", words_per_minute: 8000, words_basis: "replayed" });
  });

  it("mark those of earlier versions, which were measured once and perhaps disturbed", () => {
    const cells = results.cells.map((cell) => ({ ...cell, replays: [], wordsBasis: "disturbed" as const }));
    const [text] = measurementRows({ ...results, cells }).filter(({ pass }) => pass === "generate");
    expect(text).toMatchObject({ words_basis: "disturbed" });
    expect(text!.words_per_minute).toBeGreaterThan(0);
  });
});

describe("toCsv and a reader of CSV", () => {
  it("give back every text and number", () => {
    const random = createRandom(7);
    const characters = Array.from("abc ,\";\r\n\t=+-@'|äß漢🙂\u2028\u0001");
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: random.nextInt(8) }, () => characters[random.nextInt(characters.length)]!).join(
        "",
      );
      const number = (random.nextFloat() - 0.5) * 10 ** (random.nextInt(40) - 20);
      const [row] = read(toCsv([[text, number, "end"]]));
      // What a sheet would run has an apostrophe in front, what steers a terminal is shown; nothing else is changed.
      const shown = visible(text);
      const guarded = /^[=+\-@\t\r]/.test(shown);
      expect(row![0]).toBe(guarded ? `'${shown}` : shown);
      expect(Number(row![1])).toBe(number);
    }
  });

  it("give back a results document through JSON, number for number", () => {
    expect(JSON.parse(JSON.stringify(results))).toEqual(results);
  });
});
