import { type Interval, Z_95 } from "./interval.ts";
import { requireInteger } from "./require.ts";

/**
 * Wilson score interval of a share (Wilson 1927), always inside 0 to 1 and never empty at 0 or n successes.
 * @param successes integer from 0 to n
 * @param n independent trials
 * @param z normal quantile, 95 % by default
 * @returns shares from 0 to 1; null when n is 0
 */
export function wilson(successes: number, n: number, z = Z_95): Interval | null {
  requireInteger(n, "n");
  requireInteger(successes, "successes");
  if (successes > n) throw new RangeError(`successes (${successes}) must not exceed n (${n}).`);
  if (n === 0) return null;
  const share = successes / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}
