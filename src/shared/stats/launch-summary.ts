import type { Interval } from "./interval.ts";
import { medianInterval } from "./median-interval.ts";
import type { Numbers } from "./numbers.ts";
import { median } from "./quantile.ts";
import { requireInteger } from "./require.ts";
import { summarize } from "./summary.ts";

/** The repeated samples of one process, in any one unit (mostly ms). */
export interface LaunchSamples {
  /** Number of the launch within its run: launches of one number ran side by side and are paired. */
  readonly launch: number;
  /** Empty where the launch measured nothing: it is left out. */
  readonly samples: Numbers;
}

/** What is shown of one cell; every value but the counts has the unit of the samples. */
export interface LaunchSummary extends Interval {
  /** Median of the launches' medians, with the interval of that median. */
  readonly median: number;
  /** `range`: fewer than 6 launches, low and high are the smallest and largest median of a launch. */
  readonly kind: "order-statistics" | "range";
  /** Coverage of the interval, at least 0.95; null for a range. */
  readonly confidence: number | null;
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
    requireInteger(launch, "launch");
    if (medians.has(launch)) throw new RangeError(`Launch ${launch} is given twice: join its samples first.`);
    const middle = median(samples);
    if (middle !== null) medians.set(launch, middle);
  }
  return medians;
}

/**
 * One cell over its launches. The unit is the launch: processes differ by more than the runs of one (Kalibera and Jones
 * 2013, "Rigorous benchmarking in reasonable time"), so only their medians make the interval.
 * @returns null when no launch measured anything; RangeError as for `launchMedians`
 */
export function launchSummary(launches: readonly LaunchSamples[]): LaunchSummary | null {
  const middle = medianInterval([...launchMedians(launches).values()]);
  const all = summarize(launches.flatMap(({ samples }) => Array.from(samples)));
  if (middle === null || all === null) return null;
  return {
    median: middle.median,
    low: middle.low,
    high: middle.high,
    kind: middle.kind,
    confidence: middle.confidence,
    launches: middle.n,
    runs: all.n,
    p10: all.p10,
    p90: all.p90,
    min: all.min,
    outliersSeen: all.outliers,
  };
}
