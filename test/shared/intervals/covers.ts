import { expect } from "vitest";
import { createRandom } from "#shared/random.ts";
import { type Family, tryOut } from "../../../bench/intervals/families.ts";

/** What is promised of every interval that is printed; docs/measurement.md has the full table. */
const PROMISED = 0.93;
/** Standard errors of the simulation itself: the seeds are fixed, so that a result never flickers. */
const ERRORS = 2;

/** Expects of so many experiments that at least 93 % hold the truth, within the error of so many; and that each printed one. */
export function expectCoverage(family: Family, n: number, experiments: number, resamples?: number): void {
  const { covered, printed } = tryOut(family, n, experiments, createRandom(n), resamples);
  const error = Math.sqrt((PROMISED * (1 - PROMISED)) / printed);
  expect(covered / printed, `${family.name} at ${n}`).toBeGreaterThanOrEqual(PROMISED - ERRORS * error);
  expect(printed / experiments, `${family.name} at ${n}: printed`).toBeGreaterThan(0.99);
}
