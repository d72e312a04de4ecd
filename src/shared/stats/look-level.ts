import { assertInteger } from "./assert-input.ts";

/** One-sided, over all looks together: a two-sided 95 % interval has as much on each side. */
export const ONE_SIDED_LEVEL = 0.025;
/** Of what is left of the level, so much is spent at each look. */
const SPENT_A_LOOK = 0.9;

/**
 * The level of the k-th look at growing answers to the same questions: 2.25 %, 0.225 %, 0.0225 %, ... They sum to 2.5 %, so that whoever
 * asks more questions because the first could not decide errs no more often (spending as in Lan and DeMets 1983; a sum, so that
 * it holds whether later looks contain the earlier questions or not). Most runs are looked at once, so most is spent there.
 * @param look counts from 1; RangeError below
 */
export function levelOfLook(look: number): number {
  assertInteger(look, "look", 1);
  return ONE_SIDED_LEVEL * SPENT_A_LOOK * (1 - SPENT_A_LOOK) ** (look - 1);
}
