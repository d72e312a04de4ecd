import { studentTQuantile } from "./student-t.ts";

const known = new Map<number, number>();

/** Two-sided 95 % quantile of Student's t. Remembered by degrees of freedom: a table of overlaps asks for the same one at every k. */
export function student95(degrees: number): number {
  const before = known.get(degrees);
  if (before !== undefined) return before;
  const quantile = studentTQuantile(0.975, degrees);
  known.set(degrees, quantile);
  return quantile;
}
