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

/**
 * Decimals at which half of an interval's width shows two digits that count; the value beside it gets as many:
 * 1.31 (1.22 to 1.40) has a half-width of 0.09, so 3 decimals. From 0 (hundreds are written out) to 6. A width of 0 has
 * no uncertainty to show, and gets `exact`.
 */
export function decimalsOf({ low, high }: Interval, exact = 6): number {
  const half = (high - low) / 2;
  if (!(half > 0) || half === Infinity) return exact;
  // The power of ten of the rounded half-width: 0.0996 is 0.10 and needs 2 decimals.
  return Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(Number(half.toPrecision(2))))));
}
