/** A closed interval; the unit is that of the estimate it belongs to. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % quantile of the normal distribution. */
export const Z_95 = 1.959963984540054;

/** Whether `value` (mostly "no effect": 0, or 1 for ratios) lies outside: only then may a result say "differs". */
export function excludes(interval: Interval, value: number): boolean {
  return value < interval.low || value > interval.high;
}
