/** The table of how fast cells write, apart from how much: one row a cell. And, in words, what its marks mean. */
import { type CellResult, REPLAYED, type Replayed, type ReplayResult, type Results } from "../results.ts";
import { median } from "../stats/quantile.ts";
import { grouped } from "../format-numbers.ts";
import { type Column, type Table, table } from "./summary-table.ts";

const EACH: Readonly<Record<Replayed, string>> = Object.freeze({ texts: "a text", answers: "an answer" });

export function wordsTable(results: Results): Table {
  return table(
    results,
    REPLAYED.flatMap((of) => columnsOf(results, of)),
  );
}

/**
 * What readers must know of the numbers. @returns no sentence for what the run has not
 */
export function wordsNotes({ cells }: { readonly cells: readonly Pick<CellResult, "wordsBasis">[] }): string[] {
  const bases = new Set(cells.map(({ wordsBasis }) => wordsBasis));
  return [
    ...(bases.has("replayed")
      ? ["Speeds compare the time for as many tokens as both cells wrote; how much a cell writes stands beside it."]
      : []),
    ...(bases.has("disturbed") ? [DISTURBED] : []),
    ...(bases.has("once") ? [ONCE] : []),
  ];
}

/** Why an old number is not the format's speed. */
export const DISTURBED =
  "“disturbed”: an earlier version timed these words beside a second session of the same process, whose idle threads took the cores. The cell looks slower than it is; run it again.";
/** Why a number has no interval. */
export const ONCE =
  "“once”: these words were timed once, in one process, so that nothing says how far off the number is.";

/** The cell's words per minute of one kind: from replays, else the number of a single process; null where none was measured. */
export function wordsRate(cell: CellResult, of: Replayed): number | null {
  const replay = replayOf(cell, of);
  if (replay) return replay.wordsPerMinute;
  if (of === "answers") return cell.benchmark.find(({ mode }) => mode === "generate")?.wordsPerMinute ?? null;
  return median(cell.generations.flatMap(({ wordsPerMinute }) => wordsPerMinute ?? []));
}

export function replayOf({ replays }: Pick<CellResult, "replays">, of: Replayed): ReplayResult | undefined {
  return replays.find((replay) => replay.of === of);
}

function columnsOf({ cells }: Results, of: Replayed): Column[] {
  const kinds = new Set(cells.map((cell) => replayOf(cell, of)?.kind));
  const interval = kinds.has("order-statistics") ? " (95 % CI)" : kinds.has("range") ? " (range)" : "";
  return [
    { header: `words/min${interval}`, unit: of, text: ({ cell }) => rateText(cell, of) },
    {
      header: "speed",
      unit: `${of}, × reference`,
      text: ({ comparison }) => {
        const found = comparison?.wordsRatio.find((each) => each.of === of);
        return found ? withEnds(found.ratio, found.low, found.high, (value) => value.toFixed(2)) : null;
      },
    },
    {
      header: "words",
      unit: EACH[of],
      text: ({ cell }) => replayOf(cell, of)?.wordsEach?.toFixed(2) ?? null,
    },
  ];
}

function rateText(cell: CellResult, of: Replayed): string | null {
  const rate = wordsRate(cell, of);
  if (rate === null) return null;
  const replay = replayOf(cell, of);
  if (!replay) return `${grouped(rate)} (${cell.wordsBasis === "disturbed" ? "disturbed" : "once"})`;
  return withEnds(rate, replay.low ?? rate, replay.high ?? rate, grouped);
}

/** A single launch has no ends. */
function withEnds(value: number, low: number, high: number, show: (value: number) => string): string {
  return low === high ? show(value) : `${show(value)} (${show(low)}–${show(high)})`;
}
