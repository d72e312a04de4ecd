/** What the two ends beside a number are, in words that every surface shares: what is a range is called a range. */
import { plural } from "../format-numbers.ts";

/**
 * `interval`: 95 %. `range`: smallest to largest of too few launches or texts for an interval. `runs`: 95 % of the runs of one
 * launch, which says nothing of other launches.
 */
export type Ends = "interval" | "range" | "runs";

/** For a column of its own. */
export const ENDS_NAMES: Readonly<Record<Ends, string>> = Object.freeze({
  interval: "95 % interval",
  range: "range",
  runs: "95 % interval of one launch's runs",
});

/** Of any of the kinds that statistics and results have. */
export function endsOf(kind: "signed-rank" | "order-statistics" | "interval" | "range" | "runs"): Ends {
  return kind === "range" || kind === "runs" ? kind : "interval";
}

/** `95 % interval over 6 launches`, `range of 2 launches`, `95 % interval of the 30 runs of 1 launch`. */
export function endsWords(ends: Ends, n: number, noun: string): string {
  if (ends === "range") return `range of ${plural(n, noun)}`;
  return ends === "runs"
    ? `95 % interval of the ${plural(n, "run")} of 1 launch`
    : `95 % interval over ${plural(n, noun)}`;
}

/** In brackets after a ratio: ` (95 % CI 1.9 to 2.1)`, ` (range of 2 launches: 1.9 to 2.1)`; nothing where there is no spread. */
export function ratioEnds(
  { low, high, kind, launches }: { low: number; high: number; kind: Parameters<typeof endsOf>[0]; launches: number },
  show: (value: number) => string,
): string {
  const ends = endsOf(kind);
  if (ends === "range" && launches === 1 && low === high) return " (1 launch)";
  const what = {
    interval: "95 % CI",
    runs: "95 % CI of one launch's runs",
    range: `range of ${plural(launches, "launch")}:`,
  }[ends];
  return ` (${what} ${show(low)} to ${show(high)})`;
}

/** The sentence of a chart's caption, from what its points have: nothing where no point has ends. */
export function whiskerWords(kinds: Iterable<Ends | null>): string {
  const seen = new Set([...kinds].filter((each) => each !== null));
  const sure = seen.has("interval") || seen.has("runs");
  if (!sure && !seen.has("range")) return "";
  const interval = seen.has("interval")
    ? "Bands and whiskers are 95 % intervals"
    : "Bands and whiskers are 95 % intervals of one launch's runs";
  if (!seen.has("range")) return `${interval}.`;
  return sure
    ? `${interval}; dotted lines are ranges of what was seen, where there is too little for an interval.`
    : "Dotted lines are ranges of what was seen, which are no intervals.";
}
