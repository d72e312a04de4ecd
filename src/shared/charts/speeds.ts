/** The charts of how fast a run's cells wrote. */
import { decodeTokensPerSecond } from "../metrics/generation-speed.ts";
import type { CellResult, DecodeResult, Replayed, Results } from "../results.ts";
import { medianInterval } from "../stats/median-interval.ts";
import { median } from "../stats/quantile.ts";
import { endsOf, endsWords } from "../stats/ends.ts";
import { cellSeries, medianPoint } from "./from-results.ts";
import { axis, type ChartModel, type ChartPoint, point, whiskersOf } from "./model.ts";
import { replayOf, wordsRate } from "../tables/words-table.ts";
import { yScaleFor } from "./range.ts";

/** How fast new tokens come, by how many stand before them. Of the smallest batch size of each cell. */
export function decodeByDepth(results: Results, way: "user" | "compute"): ChartModel {
  const series = cellSeries(results, (cell) =>
    smallestBatch(cell)
      .flatMap((row) => decodePoint(row, way) ?? [])
      .sort((a, b) => a.x - b.x),
  );
  return {
    id: `decode-by-depth-${way}`,
    kind: "lines",
    title: "Decoding speed by depth",
    note:
      way === "user"
        ? `The cache is copied at every step. Median over launches.${whiskersOf(series)}`
        : `The cache stays in the runtime. Median over launches.${whiskersOf(series)}`,
    x: axis("Tokens before", "", { least: 0, fromZero: true }),
    y: axis("Decoding", "tokens/s", { scale: yScaleFor(series), better: "higher", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: way === "user" ? "No cell decoded. Enable the decode pass." : "No cell has decoded without copies.",
  };
}

function smallestBatch({ decode }: CellResult): readonly DecodeResult[] {
  const least = Math.min(...decode.map(({ batchSize }) => batchSize));
  return decode.filter(({ batchSize }) => batchSize === least);
}

function decodePoint({ promptTokens, launches }: DecodeResult, way: "user" | "compute"): ChartPoint | null {
  const speeds = launches
    .filter((launch) => launch.way === way && launch.skipped === null)
    .flatMap((launch) => decodeTokensPerSecond(launch) ?? []);
  const middle = medianInterval(speeds);
  return middle && medianPoint(promptTokens, middle, "launch");
}

/** Words per minute of each generated text, by the cell's label: of runs without replays. */
export type TextRates = ReadonlyMap<string, readonly number[]>;

const OF: Readonly<Record<Replayed, string>> = Object.freeze({ texts: "Texts", answers: "Answers" });

/** End to end, the prompt included: of answers, which are short, and of texts. */
export function wordsByCell(results: Results, texts: TextRates): ChartModel {
  const rows = (["answers", "texts"] as const).map((kind) => ({
    name: OF[kind],
    of: (cell: CellResult) => wordsPoint(cell, kind, texts.get(cell.label) ?? []),
  }));
  const used = rows.filter(({ of }) => results.cells.some((cell) => of(cell) !== null));
  const series = cellSeries(results, (cell) =>
    used.flatMap(({ of }, x) => {
      const value = of(cell);
      return value ? [{ ...value, x }] : [];
    }),
  );
  return {
    id: "words-per-minute",
    kind: "bars",
    title: "Words per minute",
    note: `From the prompt to the last token, written again in every launch; median over launches.${whiskersOf(series)}`,
    x: axis("What was written", "", { scale: "category", categories: used.map(({ name }) => name) }),
    y: axis("Words per minute", "", { better: "higher", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: "No cell wrote anything. Enable the benchmark or the generate pass.",
  };
}

/** @param rates of texts of a cell without replays */
function wordsPoint(cell: CellResult, of: Replayed, rates: readonly number[]): ChartPoint | null {
  const replay = replayOf(cell, of);
  if (replay) {
    const { wordsPerMinute, low, high, kind } = replay;
    if (wordsPerMinute === null) return null;
    const ends = endsOf(kind);
    return point(0, wordsPerMinute, { low, high, ends, note: endsWords(ends, replay.launches.length, "launch") });
  }
  const rate = of === "answers" ? wordsRate(cell, of) : median(rates);
  return rate === null ? null : point(0, rate, { note: cell.wordsBasis === "disturbed" ? "disturbed" : "once" });
}
