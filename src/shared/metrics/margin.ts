import type { Numbers } from "../stats/numbers.ts";
import { assertNoNaN } from "../stats/assert-input.ts";

/** p1 - p2 from log-probabilities in any order, 0 to 1: how sure the model was. Null with fewer than two, RangeError for NaN. */
export function probabilityMargin(logprobs: Numbers): number | null {
  assertNoNaN(logprobs, "margin");
  if (logprobs.length < 2) return null;
  let [first, second] = [-Infinity, -Infinity];
  for (const value of logprobs) {
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  return Math.exp(first) - Math.exp(second);
}
