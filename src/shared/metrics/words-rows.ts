/** How fast a cell writes and, apart from that, how much. */
import type { GenerationRow } from "../api.ts";
import { METRICS } from "./index.ts";
import { endsOf, endsWords } from "../stats/ends.ts";
import { grouped, plural } from "../format-numbers.ts";
import { DISTURBED, ONCE, replayOf, wordsRate } from "../tables/words-table.ts";
import type { CellResult, Replayed } from "../results.ts";
import { median } from "../stats/quantile.ts";
import type { MetricValue, RowOf } from "../tables/metric-grid.ts";
import { exactly, speedDifference, within } from "./metric-values.ts";

/** @param generations for runs without replays, whose texts were timed once */
export function wordsRows(generations: readonly GenerationRow[]): RowOf[] {
  return (["answers", "texts"] as const).flatMap((of) => [
    {
      id: `words-${of}`,
      group: "Speed",
      label: `Words per minute, ${of}`,
      unit: "words/min",
      definition: `${METRICS.wordsPerMinute.label}: ${METRICS.wordsPerMinute.aggregation}. The difference is of the time for as many tokens as both cells wrote.`,
      of: ({ cell, comparison }) => {
        const value = replayed(cell, of) ?? once(cell, of, generations);
        const ratio = comparison?.wordsRatio.find((each) => each.of === of);
        return value && { ...value, difference: speedDifference(ratio, " per token") };
      },
    },
    {
      id: `words-each-${of}`,
      group: "Speed",
      label: of === "texts" ? "Words a text" : "Words an answer",
      unit: "words",
      definition: "How much the cell writes, which is no speed: the mean over everything it wrote.",
      of: ({ cell }) => {
        const words = replayOf(cell, of)?.wordsEach ?? null;
        return words === null ? null : exactly(words.toFixed(2), words, `mean over all ${of}`);
      },
    },
  ]);
}

function replayed(cell: CellResult, of: Replayed): MetricValue | null {
  const replay = replayOf(cell, of);
  if (replay?.wordsPerMinute == null) return null;
  const { wordsPerMinute: rate, low, high, kind, launches } = replay;
  if (low === null || high === null || launches.length < 2) {
    return exactly(grouped(rate), rate, plural(launches.length, "launch"));
  }
  const ends = endsOf(kind);
  const note = `median, ${endsWords(ends, launches.length, "launch")}`;
  return { ...within(rate, low, high, grouped), ends, note, difference: null };
}

/** Of an earlier version; marked, since nobody can see how far off it is. */
function once(cell: CellResult, of: Replayed, generations: readonly GenerationRow[]): MetricValue | null {
  const own = generations.flatMap(({ texts }) => texts.find((text) => text.cell === cell.label)?.wordsPerMinute ?? []);
  const rate = of === "answers" ? wordsRate(cell, of) : median(own);
  return rate === null ? null : exactly(grouped(rate), rate, cell.wordsBasis === "disturbed" ? DISTURBED : ONCE);
}
