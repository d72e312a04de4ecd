import { type Interval, Z_95 } from "./interval.ts";
import { assertInteger } from "./assert-input.ts";

/**
 * Wilson score interval of a share (Wilson 1927), always inside 0 to 1 and never empty at 0 or n successes. Beside 0 and n
 * Wilson's coverage falls to 84 %: at one or two successes (three of 50 trials on) the lower end is the 5 % limit of a Poisson
 * mean, and the upper end of as many failures mirrors it (Brown, Cai and DasGupta 2001, "Interval estimation for a binomial proportion", 4.1.1).
 * @param successes integer from 0 to n
 * @param n independent trials
 * @param z normal quantile, 95 % by default
 * @returns shares from 0 to 1; null when n is 0
 */
export function wilson(successes: number, n: number, z = Z_95): Interval | null {
  assertInteger(n, "n");
  assertInteger(successes, "successes");
  if (successes > n) throw new RangeError(`successes (${successes}) must not exceed n (${n}).`);
  if (n === 0) return null;
  return scoreInterval(successes / n, n, z);
}

/** Mean of a Poisson variable whose chance of reaching 0, 1, 2 or 3 is 5 %. */
const RARE = [0, 0.0513, 0.3554, 0.8177] as const;

/**
 * Wilson's interval of a share over so many trials, whole or not: what values with another variance than right and wrong are
 * worth in trials (bounded-mean.ts). RangeError unless the share is 0 to 1 and the trials are above 0.
 */
export function scoreInterval(share: number, trials: number, z: number): Interval {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`A share lies from 0 to 1, got ${share}.`);
  if (!(trials > 0)) throw new RangeError(`A share needs trials, got ${trials}.`);
  const scale = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const low = Math.min(centre - half, rareLimit(share * trials, trials) / trials);
  const high = Math.max(centre + half, 1 - rareLimit((1 - share) * trials, trials) / trials);
  return { low: share === 0 ? 0 : Math.max(0, low), high: share === 1 ? 1 : Math.min(1, high) };
}

/** Between whole numbers on the straight line; no limit beyond the rare ones. */
function rareLimit(successes: number, trials: number): number {
  const whole = Math.floor(successes + 1e-9);
  if (whole >= (trials < 50 ? RARE.length - 1 : RARE.length)) return Infinity;
  const below = RARE[whole]!;
  // Beyond three, but short of four, the limit rises with the successes.
  const above = RARE[whole + 1] ?? below + 1;
  return below + Math.max(0, successes - whole) * (above - below);
}
