import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { joinReplays } from "#shared/compare/join-replays.ts";
import type { Table } from "#shared/tables/summary-table.ts";
import { DISTURBED, ONCE, wordsNotes, wordsTable } from "#shared/tables/words-table.ts";
import type { CellResult, ReplayLaunch } from "#shared/results.ts";
import { generation } from "../../core/store/sample-run.ts";
import { answer, benchmark, cell, fp32, int4, predictions, stored } from "../compare/cells.ts";

const read = (...cells: CellResult[]): { table: Table; notes: string[] } => {
  const results = buildResults(stored(cells));
  return { table: wordsTable(results), notes: wordsNotes(results) };
};

/** Ten words in 600 ms of the first launch, a little more in each further one. */
function replayed(of: ReplayLaunch["of"], launches: number, speed: number): Partial<CellResult> {
  const answers = [benchmark([answer(0, 0, { text: "it is A" }), answer(1, 1, { text: "B" })], "generate")];
  const generations = of === "texts" ? [generation("p1", { text: "one two" })] : [];
  const own = Array.from({ length: launches }, (_, index): ReplayLaunch => ({
    ...{ launch: index + 1, of, method: "slim", graph: "exported", foreignLoadCores: 0, repeats: 0 },
    items: [
      { id: "x", promptTokens: 9, tokens: 2, words: 10, promptMs: [(500 + 10 * index) / speed], stepMs: [100 / speed] },
    ],
  }));
  return {
    wordsBasis: "replayed",
    benchmark: answers,
    generations,
    replays: joinReplays(own, { benchmark: answers, generations }),
  };
}

describe("wordsTable", () => {
  it("has the rate with its interval, the speed beside the reference, and apart how much is written", () => {
    expect(read(fp32(replayed("texts", 6, 1)), int4(replayed("texts", 6, 2))).table).toEqual({
      header: ["cell", "words/min (95 % CI)", "speed", "words"],
      units: ["", "texts", "texts, × reference", "a text"],
      rows: [
        ["fp32@cpu (reference)", "960 (923–1,000)", "–", "2.00"],
        ["int4@cpu", "1,920 (1,846–2,000)", "2.00", "2.00"],
      ],
    });
  });

  it("says that fewer than six launches have a range, and shows one launch bare", () => {
    const few = read(fp32(replayed("answers", 2, 1)), int4(replayed("answers", 2, 2))).table;
    expect(few.header).toEqual(["cell", "words/min (range)", "speed", "words"]);
    expect(few.units).toEqual(["", "answers", "answers, × reference", "an answer"]);
    expect(few.rows[0]).toEqual(["fp32@cpu (reference)", "992 (984–1,000)", "–", "2.00"]);
    expect(read(fp32(replayed("texts", 1, 1))).table.rows[0]![1]).toBe("1,000");
  });

  it("marks numbers of earlier versions: timed once, or beside a session that spun", () => {
    const spoken = (label: string, extra: Partial<CellResult>): CellResult =>
      cell(label, {
        benchmark: [{ ...benchmark(predictions([0]), "generate"), wordsPerMinute: 1234.4 }],
        generations: [100, 300, 200].map((wordsPerMinute) => generation("p1", { wordsPerMinute })),
        ...extra,
      });
    const { table, notes } = read(
      spoken("fp32@cpu", { wordsBasis: "once" }),
      spoken("w8@cpu", { wordsBasis: "disturbed" }),
    );
    expect(table).toEqual({
      header: ["cell", "words/min", "words/min"],
      units: ["", "texts", "answers"],
      rows: [
        ["fp32@cpu (reference)", "200 (once)", "1,234 (once)"],
        ["w8@cpu", "200 (disturbed)", "1,234 (disturbed)"],
      ],
    });
    expect(notes).toEqual([DISTURBED, ONCE]);
  });

  it("is nothing where nothing was written", () => {
    expect(read(fp32(), int4())).toEqual({ table: expect.objectContaining({ header: ["cell"] }) as Table, notes: [] });
  });
});
