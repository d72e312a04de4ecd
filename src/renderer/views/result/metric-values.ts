/** Values of the table's costs with their intervals, and what may be said of the difference between two. */
import { plural, significant, times } from "#shared/report/quantities.ts";
import type { Comparison } from "#shared/results.ts";
import { excludes, type Interval } from "#shared/stats/interval.ts";
import { isNegligible, ratioFinding } from "#shared/stats/launch-ratio.ts";
import { medianInterval } from "#shared/stats/median-interval.ts";
import type { MetricValue } from "./metric-rows.ts";

type Difference = NonNullable<MetricValue["difference"]>;
type Ratio = Interval & { readonly ratio: number };
type Ends = Pick<MetricValue, "value" | "low" | "high" | "exact">;

export function exactly(value: string, exact: number, note: string): MetricValue {
  return { value, low: null, high: null, note, exact: [exact, null, null], difference: null };
}

export function within(value: number, low: number, high: number, show: (value: number) => string): Ends {
  return { value: show(value), low: show(low), high: show(high), exact: [value, low, high] };
}

/** A value with the smallest and largest of those that it stands for; one alone has no spread. */
export function spread(value: number, values: readonly number[], show: (value: number) => string): Ends {
  if (values.length < 2) return { value: show(value), low: null, high: null, exact: [value, null, null] };
  return within(value, Math.min(...values), Math.max(...values), show);
}

/** The median of one value a launch, with its interval. */
export function overLaunches(values: readonly number[], more = ""): MetricValue | null {
  const interval = medianInterval(values);
  if (!interval) return null;
  const { median, low, high, n, kind } = interval;
  const note = `median of ${plural(n, "launch")}${more}`;
  if (n === 1) return exactly(significant(median), median, note);
  const how = kind === "range" ? "smallest to largest" : "95 % interval";
  return { ...within(median, low, high, significant), note: `${note}, ${how}`, difference: null };
}

/** Coloured only where there surely is a difference that anyone would notice. */
export function speedDifference(
  ratio: Omit<Comparison["latencyRatio"][number], "batchSize"> | undefined,
): Difference | null {
  if (!ratio) return null;
  const finding = ratioFinding(ratio);
  if (finding === "unknown") {
    const { size, word } = turned(ratio, "faster", "slower");
    return { text: `${size} ${word}, too few launches`, tone: "none" };
  }
  return finding === "same" ? unclear(ratio, "faster", "slower") : clear(ratio, "faster", "slower");
}

/** @param differs whether the two peaks do, by more than launches scatter */
export function memoryDifference(ratio: Ratio, differs: boolean): Difference {
  if (!differs) return { text: "the same", tone: "none" };
  return excludes(ratio, 1) ? clear(ratio, "less", "more") : unclear(ratio, "less", "more");
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
function turned({ ratio, low, high }: Ratio, good: string, bad: string): Record<"size" | "word" | "interval", string> {
  const [shown, from, to, word] = ratio >= 1 ? [ratio, low, high, good] : [1 / ratio, 1 / high, 1 / low, bad];
  const [least, most] = [from.toFixed(2), to.toFixed(2)];
  return { size: times(shown), word, interval: least === most ? "" : ` (${least}–${most})` };
}
