import { type Interval, Z_95 } from "./interval.ts";
import { assertInteger } from "./assert-input.ts";

/** Counts of a paired comparison of shares. */
interface PairedCounts {
  /** Items that both answered. */
  readonly n: number;
  /** Items that only the reference got right. */
  readonly b: number;
  /** Items that only the candidate got right. */
  readonly c: number;
}

/** Difference of two paired shares, candidate minus reference, from -1 to 1. */
interface PairedDifference extends Interval {
  /** The interval's centre, (c - b) / (n + 2): shrunk a little towards 0. */
  readonly delta: number;
  /** The plain estimate (c - b) / n, the one to show. */
  readonly plain: number;
}

/**
 * Adjusted Wald interval of the difference of two paired shares: 1 is added to both discordant counts
 * (Bonett and Price 2012). Shares, not percentage points. Null when n is 0; RangeError for counts that cannot be.
 */
export function bonettPrice({ n, b, c }: PairedCounts, z = Z_95): PairedDifference | null {
  assertInteger(n, "n");
  assertInteger(b, "b");
  assertInteger(c, "c");
  if (b + c > n) throw new RangeError(`b + c (${b + c}) must not exceed n (${n}).`);
  if (n === 0) return null;
  const lost = (b + 1) / (n + 2);
  const gained = (c + 1) / (n + 2);
  const delta = gained - lost;
  const half = z * Math.sqrt((lost + gained - delta * delta) / (n + 2));
  return { delta, low: Math.max(-1, delta - half), high: Math.min(1, delta + half), plain: (c - b) / n };
}
