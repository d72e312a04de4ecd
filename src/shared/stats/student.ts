import { Z_95 } from "./interval.ts";
import { requireInteger } from "./require.ts";

/**
 * Two-sided 95 % quantile of Student's t distribution, by the expansion around the normal one (Abramowitz and Stegun 26.7.5),
 * below 0.001 off from 5 degrees of freedom on. RangeError below 5.
 */
export function student95(degrees: number): number {
  requireInteger(degrees, "degrees", 5);
  const z = Z_95;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const fourth = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3 + fourth / degrees ** 4;
}
