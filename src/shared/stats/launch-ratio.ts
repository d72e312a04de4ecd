import { hodgesLehmann } from "./hodges-lehmann.ts";
import type { Interval } from "./interval.ts";
import { launchMedians, type LaunchSamples } from "./launch-summary.ts";
import { median } from "./quantile.ts";

/** Reference over candidate: above 1 the candidate's samples are smaller, which for times is faster. */
export interface LaunchRatio extends Interval {
  readonly ratio: number;
  /** `range`: fewer than 6 launches, low and high are the smallest and largest ratio of a launch. */
  readonly kind: "signed-rank" | "range";
  /** Launches that both sides have. */
  readonly launches: number;
}

/**
 * Ratio of two cells over their launches: d_r = ln(median of the reference in launch r / median of the candidate in launch
 * r), the Hodges-Lehmann estimate of the d_r and its signed-rank interval, as ratios (hodges-lehmann.ts). Launches are
 * paired by number, those that only one side has are left out.
 * @param reference samples of any one unit, above 0 (ms, bytes; for speeds swap the sides)
 * @returns null without a launch in common. RangeError for a median of 0 or below, NaN, and a launch given twice.
 */
export function launchRatio(
  reference: readonly LaunchSamples[],
  candidate: readonly LaunchSamples[],
): LaunchRatio | null {
  const others = launchMedians(candidate);
  const logs: number[] = [];
  for (const [launch, ours] of launchMedians(reference)) {
    const theirs = others.get(launch);
    if (theirs === undefined) continue;
    if (!(ours > 0 && theirs > 0)) {
      throw new RangeError(`Launch ${launch}: a ratio needs medians above 0, got ${ours} and ${theirs}.`);
    }
    logs.push(Math.log(ours / theirs));
  }
  const log = hodgesLehmann(logs);
  if (log === null) return null;
  const { estimate, low, high, kind, n } = log;
  return { ratio: Math.exp(estimate), low: Math.exp(low), high: Math.exp(high), kind, launches: n };
}

/**
 * The ratio of two numbers that stand beside it, with the paired interval stretched to hold it: the estimate over pairs can lie on the
 * other side of 1 than the medians do, and then neither is sure.
 * @param ratio of the numbers as they are shown
 */
export function asShown<Found extends Omit<LaunchRatio, "kind">>(found: Found, ratio: number): Found {
  return { ...found, ratio, low: Math.min(found.low, ratio), high: Math.max(found.high, ratio) };
}

/** `launchRatio` with the ratio of the medians over all launches, which are what tables show. */
export function ratioOfMedians(
  reference: readonly LaunchSamples[],
  candidate: readonly LaunchSamples[],
): LaunchRatio | null {
  const found = launchRatio(reference, candidate);
  const [ours, theirs] = [reference, candidate].map((launches) => median([...launchMedians(launches).values()]));
  return found && asShown(found, ours! / theirs!);
}

/** Whether a ratio lies from 0.98 to 1.02: no difference that anyone notices, however sure it is. */
export function isNegligible(ratio: number): boolean {
  return ratio >= 0.98 && ratio <= 1.02;
}

/**
 * What may be said of a ratio of times. `faster` and `slower` only for a 95 % interval clear of 1 that does not lie inside
 * 0.98 to 1.02; `same` where it holds 1 or lies inside; `unknown` for a range and for one launch's runs: launches differ by more
 * than the runs of one, so that of two equal cells one launch each calls every sixth faster or slower. Colour by this, never
 * by the ratio alone.
 */
export type RatioFinding = "faster" | "slower" | "same" | "unknown";

export function ratioFinding(estimate: Interval & { readonly kind: LaunchRatio["kind"] | "runs" }): RatioFinding {
  const { low, high, kind } = estimate;
  if (kind !== "signed-rank") return "unknown";
  if ((low <= 1 && high >= 1) || (isNegligible(low) && isNegligible(high))) return "same";
  return low > 1 ? "faster" : "slower";
}
