import type { Interval } from "./interval.ts";
import type { Numbers } from "./numbers.ts";
import { ascending, quantileOfSorted } from "./quantile.ts";
import { assertFinite } from "./assert-input.ts";
import { signedRankCut } from "./signed-rank.ts";

/** Walsh averages grow with n squared: 4,000 differences make 8 million of them. */
const MOST = 4000;

interface HodgesLehmann extends Interval {
  readonly estimate: number;
  readonly n: number;
  /** `range`: too few differences for a 95 % interval, low and high are the smallest and largest difference. */
  readonly kind: "signed-rank" | "range";
  /** Coverage of a signed-rank interval, at least 0.95; null for a range. */
  readonly confidence: number | null;
}

/**
 * Location of paired differences, one per launch: the median of all averages (d_i + d_j) / 2 with i <= j, and the
 * interval by inverting the signed-rank test (Hodges and Lehmann 1963). One wild launch does not move it.
 * @param differences any unit, any order; for a ratio give ln(A/B), see launch-ratio.ts
 * @returns null when empty. RangeError for values that are not finite and for more than 4,000 of them.
 */
export function hodgesLehmann(differences: Numbers): HodgesLehmann | null {
  assertFinite(differences, "Hodges-Lehmann");
  const n = differences.length;
  if (n === 0) return null;
  if (n > MOST) throw new RangeError(`Hodges-Lehmann takes up to ${MOST} differences, got ${n}.`);
  const sorted = ascending(differences);
  const walsh = new Float64Array((n * (n + 1)) / 2);
  let filled = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i; j < n; j += 1) walsh[filled++] = (sorted[i]! + sorted[j]!) / 2;
  }
  walsh.sort();
  const estimate = quantileOfSorted(walsh, 0.5)!;
  const cut = signedRankCut(n);
  if (cut === null) return { estimate, low: sorted[0]!, high: sorted[n - 1]!, n, kind: "range", confidence: null };
  const low = walsh[cut.k - 1]!;
  const high = walsh[walsh.length - cut.k]!;
  return { estimate, low, high, n, kind: "signed-rank", confidence: cut.confidence };
}
