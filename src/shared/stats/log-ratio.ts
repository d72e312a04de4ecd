import { hodgesLehmann } from "./hodges-lehmann.ts";
import type { Interval } from "./interval.ts";
import type { Numbers } from "./numbers.ts";

export interface RatioEstimate extends Interval {
  readonly ratio: number;
  readonly n: number;
  readonly kind: "signed-rank" | "range";
}

/** Ratios inside these bounds are no difference anyone notices, however sure the interval is. */
const NEGLIGIBLE: Interval = Object.freeze({ low: 0.98, high: 1.02 });

/**
 * Ratio of two variants from ln(A/B) per launch: e to the Hodges-Lehmann estimate, e to the interval's ends.
 * Null when empty; RangeError for logarithms that are not finite (a time of 0).
 */
export function ratioFromLogs(logRatios: Numbers): RatioEstimate | null {
  const log = hodgesLehmann(logRatios);
  if (log === null) return null;
  return {
    ratio: Math.exp(log.estimate),
    low: Math.exp(log.low),
    high: Math.exp(log.high),
    n: log.n,
    kind: log.kind,
  };
}

/** Whether "faster" or "slower" may be said: a 95 % interval that neither holds 1 nor lies inside 0.98 to 1.02. */
export function isMeasurable(estimate: Pick<RatioEstimate, "low" | "high" | "kind">): boolean {
  const { low, high, kind } = estimate;
  if (kind === "range" || (low <= 1 && high >= 1)) return false;
  return low < NEGLIGIBLE.low || high > NEGLIGIBLE.high;
}
