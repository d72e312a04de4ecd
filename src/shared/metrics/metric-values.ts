/** Values of the table's costs with their intervals, and what may be said of the difference between two. */
import { memoryDiffers } from "./peak-memory.ts";
import { endsOf, endsWords } from "../stats/ends.ts";
import { memoryFinding } from "../compare/memory-of.ts";
import { plural, significant, times } from "../format-numbers.ts";
import type { Comparison } from "../results.ts";
import type { Interval } from "../stats/interval.ts";
import { isNegligible, ratioFinding } from "../stats/launch-ratio.ts";
import { medianInterval } from "../stats/median-interval.ts";
import type { MetricValue } from "../tables/metric-grid.ts";

type Difference = NonNullable<MetricValue["difference"]>;
type Ratio = Interval & { readonly ratio: number; readonly kind?: Comparison["latencyRatio"][number]["kind"] };
type Shown = Pick<MetricValue, "value" | "low" | "high" | "exact" | "ends">;

export function exactly(value: string, exact: number, note: string): MetricValue {
  return { value, low: null, high: null, note, exact: [exact, null, null], difference: null };
}

export function within(value: number, low: number, high: number, show: (value: number) => string): Shown {
  return { value: show(value), low: show(low), high: show(high), exact: [value, low, high] };
}

/** A value with the smallest and largest of those that it stands for; one alone has no spread. */
export function spread(value: number, values: readonly number[], show: (value: number) => string): Shown {
  if (values.length < 2) return { value: show(value), low: null, high: null, exact: [value, null, null] };
  return { ...within(value, Math.min(...values), Math.max(...values), show), ends: "range" };
}

/** The median of one value a launch, with its interval. */
export function overLaunches(values: readonly number[], more = ""): MetricValue | null {
  const interval = medianInterval(values);
  if (!interval) return null;
  const { median, low, high, n, kind } = interval;
  if (n === 1) return exactly(significant(median), median, `${plural(n, "launch")}${more}`);
  const note = `median, ${endsWords(endsOf(kind), n, "launch")}${more}`;
  return { ...within(median, low, high, significant), ends: endsOf(kind), note, difference: null };
}

/**
 * Coloured only where there surely is a difference that anyone would notice.
 * @param per said after "faster" where the ratio is of another quantity than the values in its row: ` per token`
 */
export function speedDifference(
  ratio: Omit<Comparison["latencyRatio"][number], "batchSize"> | undefined,
  per = "",
): Difference | null {
  if (!ratio) return null;
  const [good, bad] = [`faster${per}`, `slower${per}`];
  const finding = ratioFinding(ratio);
  if (finding === "unknown") {
    const { size, word, interval } = turned(ratio, good, bad);
    return { text: `${size} ${word}${interval}, too few launches`, tone: "none", counts: true };
  }
  return finding === "same" ? unclear(ratio, good, bad) : clear(ratio, good, bad);
}

export function memoryDifference(ratio: Comparison["memoryRatio"][number]): Difference {
  if (!memoryDiffers(ratio.referenceBytes, ratio.candidateBytes)) return { text: "the same", tone: "none" };
  return memoryFinding(ratio) === "same" ? unclear(ratio, "less", "more") : clear(ratio, "less", "more");
}

export function fileDifference(ratio: number): Difference {
  if (isNegligible(ratio)) return { text: "the same", tone: "none" };
  return clear({ ratio, low: ratio, high: ratio }, "smaller", "larger");
}

function clear(ratio: Ratio, good: string, bad: string): Difference {
  const { size, word, interval } = turned(ratio, good, bad);
  return { text: `${size} ${word}${interval}`, tone: word === good ? "better" : "worse" };
}

function unclear(ratio: Ratio, good: string, bad: string): Difference {
  return { text: `no clear change${turned(ratio, good, bad).interval}`, tone: "none" };
}

/** As how many times better or worse, above 1 either way. */
function turned(
  { ratio, low, high, kind }: Ratio,
  good: string,
  bad: string,
): Record<"size" | "word" | "interval", string> {
  const [shown, from, to, word] = ratio >= 1 ? [ratio, low, high, good] : [1 / ratio, 1 / high, 1 / low, bad];
  const [least, most] = [from.toFixed(2), to.toFixed(2)];
  const range = kind === "range" ? "range " : "";
  return { size: times(shown), word, interval: least === most ? "" : ` (${range}${least}–${most})` };
}
