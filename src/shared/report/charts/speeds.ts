/** The charts of a run's speeds that are not its forward latency. */
import type { CellResult, DecodeResult, ForwardResult, Results } from "../../results.ts";
import { medianInterval } from "../../stats/median-interval.ts";
import { median } from "../../stats/quantile.ts";
import { decodeTokensPerSecond } from "../join-launches.ts";
import { plural } from "../quantities.ts";
import { cellSeries } from "./from-results.ts";
import { axis, type ChartModel, type ChartPoint, type ChartSeries, point } from "./model.ts";
import { scaleFor } from "./range.ts";

const yValues = (series: readonly ChartSeries[]): number[] => series.flatMap(({ points }) => points.map(({ y }) => y));

/** Forward latency without the copy of the logits, which grows with the vocabulary. */
export function computeByBatch(results: Results): ChartModel {
  const series = cellSeries(results, ({ forward }) =>
    forward.flatMap((each) => computePoint(each) ?? []).sort((a, b) => a.x - b.x),
  );
  return {
    id: "compute-by-batch",
    kind: "lines",
    title: "Forward compute by batch size",
    note: "Logits stay in the runtime. Median over launches, 95 % interval.",
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Latency", "ms", { scale: scaleFor(yValues(series)), better: "lower", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: "No cell has timed its forward pass without fetching the logits.",
  };
}

function computePoint({ batchSize, launches }: ForwardResult): ChartPoint | null {
  const timed = launches.filter(({ kind, computeMs }) => kind === "timing" && computeMs.length > 0);
  const [first, second] = timed;
  if (!first) return null;
  return overLaunches(
    batchSize,
    second ? timed.map(({ computeMs }) => median(computeMs)!) : first.computeMs,
    second ? "launch" : "run",
  );
}

/** The median of `values`, one a launch or one a run, with its interval. */
function overLaunches(x: number, values: readonly number[], unit: "launch" | "run"): ChartPoint | null {
  const interval = medianInterval(values);
  if (!interval) return null;
  const { median: y, low, high, n, kind } = interval;
  const what = unit === "run" ? plural(n, "run") : n === 1 ? "1 launch" : `${n} launches`;
  return point(x, y, { low, high, note: kind === "range" && n > 1 ? `${what}, smallest to largest` : what });
}

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
        ? "The cache is copied at every step. Median over launches, 95 % interval."
        : "The cache stays in the runtime. Median over launches, 95 % interval.",
    x: axis("Tokens before", "", { least: 0 }),
    y: axis("Decoding", "tokens/s", { scale: scaleFor(yValues(series)), better: "higher", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: way === "user" ? "No cell has decoded. The decode pass does." : "No cell has decoded without copies.",
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
  return overLaunches(promptTokens, speeds, "launch");
}

/** Words per minute of each generated text, by the cell's label. */
export type TextRates = ReadonlyMap<string, readonly number[]>;

/** End to end, the prompt included: of answers, which are short, and of texts. */
export function wordsByCell(results: Results, texts: TextRates): ChartModel {
  const rows = [
    { name: "Answers", of: ({ benchmark }: CellResult) => answersPoint(benchmark) },
    { name: "Texts", of: ({ label }: CellResult) => textsPoint(texts.get(label) ?? []) },
  ];
  const used = rows.filter(({ of }) => results.cells.some((cell) => of(cell) !== null));
  const series = cellSeries(results, (cell) =>
    used.flatMap(({ of }, x) => {
      const value = of(cell);
      return value ? [{ ...value, x }] : [];
    }),
  );
  return {
    id: "words-per-minute",
    kind: "dots",
    title: "Words per minute",
    note: "From the prompt to the last token; of texts the median, slowest to fastest.",
    x: axis("Of", "", { scale: "category", categories: used.map(({ name }) => name) }),
    y: axis("Words per minute", "", { scale: scaleFor(yValues(series)), better: "higher", least: 0 }),
    series,
    guides: [],
    front: [],
    empty: "No cell has written anything. The benchmark and generate passes do.",
  };
}

function answersPoint(benchmark: CellResult["benchmark"]): ChartPoint | null {
  const rate = benchmark.find(({ mode }) => mode === "generate")?.wordsPerMinute ?? null;
  return rate === null ? null : point(0, rate);
}

function textsPoint(rates: readonly number[]): ChartPoint | null {
  const middle = median(rates);
  if (middle === null) return null;
  if (rates.length === 1) return point(0, middle, { note: "1 text" });
  return point(0, middle, { low: Math.min(...rates), high: Math.max(...rates), note: plural(rates.length, "text") });
}
