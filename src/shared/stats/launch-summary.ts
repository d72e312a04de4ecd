import type { Interval } from "./interval.ts";
import { medianInterval } from "./median-interval.ts";
import type { Numbers } from "./numbers.ts";
import { median } from "./quantile.ts";
import { assertInteger } from "./assert-input.ts";
import { summarize } from "./summary.ts";

/** The repeated samples of one process, in any one unit (mostly ms). */
export interface LaunchSamples {
  /** Number of the launch within its run: launches of one number ran side by side and are paired. */
  readonly launch: number;
  /** Empty where the launch measured nothing: it is left out. */
  readonly samples: Numbers;
}

/** What is shown of one cell; every value but the counts has the unit of the samples. */
interface LaunchSummary extends Interval {
  /** Median of the launches' medians, with the interval of that median. */
  readonly median: number;
  /** `range`: fewer than 6 of what it is over, low and high are the smallest and largest of them. */
  readonly kind: "order-statistics" | "range";
  /** `runs`: a single launch, and the interval is of its runs: it says nothing of other launches. */
  readonly over: "launches" | "runs";
  /** Launches that measured something. */
  readonly launches: number;
  /** Samples of all of them. */
  readonly runs: number;
  /** Of all samples together. */
  readonly p10: number;
  readonly p90: number;
  readonly min: number;
  /** Samples beyond median + 5 x 1.4826 x MAD of all samples: seen and counted, never deleted. */
  readonly outliersSeen: number;
}

/** The median of each launch that measured something, by launch number; RangeError for NaN and for a number given twice. */
export function launchMedians(launches: readonly LaunchSamples[]): Map<number, number> {
  const medians = new Map<number, number>();
  for (const { launch, samples } of launches) {
    assertInteger(launch, "launch");
    if (medians.has(launch)) throw new RangeError(`Launch ${launch} is given twice: join its samples first.`);
    const middle = median(samples);
    if (middle !== null) medians.set(launch, middle);
  }
  return medians;
}

/**
 * One cell over its launches. The unit is the launch: processes differ by more than the runs of one (Kalibera and Jones
 * 2013, "Rigorous benchmarking in reasonable time"), so only their medians make the interval, where there are several.
 * @returns null when no launch measured anything; RangeError as for `launchMedians`
 */
export function launchSummary(launches: readonly LaunchSamples[]): LaunchSummary | null {
  const medians = [...launchMedians(launches).values()];
  const samples = launches.flatMap((launch) => Array.from(launch.samples));
  const over = medians.length === 1 ? "runs" : "launches";
  const middle = medianInterval(over === "runs" ? samples : medians);
  const all = summarize(samples);
  if (middle === null || all === null) return null;
  const { median: value, low, high, kind } = middle;
  const { n: runs, p10, p90, min, outliers: outliersSeen } = all;
  return { median: value, low, high, kind, over, launches: medians.length, runs, p10, p90, min, outliersSeen };
}
