import type { Interval } from "../stats/interval.ts";
import { assertInteger } from "../stats/assert-input.ts";
import { wilson } from "../stats/wilson.ts";
import { describeMetric } from "./descriptor.ts";

export const accuracyMetric = describeMetric({
  id: "accuracy",
  label: "Accuracy",
  unit: "share",
  direction: "higher",
  aggregation: "share of validly answered questions that are right, n of N shown; Wilson 95 %",
});

export interface Accuracy {
  readonly correct: number;
  /** Questions with a valid answer. */
  readonly n: number;
  /** All questions: "n of N". */
  readonly total: number;
  /** correct / n, 0 to 1; null when n is 0. */
  readonly share: number | null;
  /** Wilson 95 %; null when n is 0. */
  readonly interval: Interval | null;
}

/** @param right whether each answer is; null where there is no valid one, which leaves n */
export function accuracy(right: readonly (boolean | null)[]): Accuracy {
  const n = right.filter((each) => each !== null).length;
  const correct = right.filter((each) => each === true).length;
  return { correct, n, total: right.length, share: n === 0 ? null : correct / n, interval: wilson(correct, n) };
}

/**
 * Accuracy of blind guessing: the mean of 1 / choices over questions. Null without questions; RangeError for a question
 * without choices.
 */
export function chanceLevel(choiceCounts: readonly number[]): number | null {
  if (choiceCounts.length === 0) return null;
  let sum = 0;
  for (const choices of choiceCounts) {
    assertInteger(choices, "choices", 1);
    sum += 1 / choices;
  }
  return sum / choiceCounts.length;
}
