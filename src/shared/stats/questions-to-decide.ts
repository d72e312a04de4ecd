import { Z_95 } from "./interval.ts";
import { levelOfLook } from "./look-level.ts";
import { normalCdf } from "./normal.ts";
import { assertInteger, assertMargin } from "./assert-input.ts";
import { studentTQuantile } from "./student-t.ts";

/** An estimate of the change of accuracy so far, and how much one question varies; shares. */
interface Estimate {
  readonly mean: number;
  /** Standard deviation of one question; of an independent one where questions of a subject hang together. */
  readonly deviation: number;
}

/** What is known after the questions asked, and how it will be judged after more of them. */
export interface DecisionPlan {
  readonly asked: number;
  /** Rules out a loss of the margin when `low.mean - low.critical * error` is above -margin. */
  readonly low: Estimate & { readonly critical: number };
  /** Shows a loss when `high.mean + high.critical * error` is below 0. */
  readonly high: Estimate & { readonly critical: number };
  /** The largest loss that is accepted, a share. */
  readonly margin: number;
}

/** Of as many questions as it takes the t distribution is normal. */
const FIRST_LOOK_CRITICAL = studentTQuantile(1 - levelOfLook(1), Number.MAX_SAFE_INTEGER);

/** More than any question set has. */
export const MOST_QUESTIONS = 10_000_000;

/**
 * Chance that `total` questions decide, if the true change is `change`: that they rule out a loss of the margin, or show a loss. Normal
 * approximation; further questions are like those asked. RangeError for a margin that cannot be and less than one question.
 */
export function chanceToDecide(
  { low, high, margin }: Omit<DecisionPlan, "asked">,
  total: number,
  change: Changes,
): number {
  assertInteger(total, "total", 1);
  assertMargin(margin);
  const [lowError, highError] = [low.deviation / Math.sqrt(total), high.deviation / Math.sqrt(total)];
  const ruledOutFrom = -margin + low.critical * lowError;
  const shownUpTo = -high.critical * highError;
  // So narrow an interval cannot hold both the margin and no change.
  if (shownUpTo >= ruledOutFrom) return 1;
  const below = (value: number, error: number): number => (error === 0 ? Number(value > 0) : normalCdf(value / error));
  return Math.min(1, below(change.low - ruledOutFrom, lowError) + below(shownUpTo - change.high, highError));
}

/** True changes, as what rules out a loss and what shows one would estimate them. */
interface Changes {
  readonly low: number;
  readonly high: number;
}

/** Further questions that decide in four of five cases. */
export interface QuestionsToDecide {
  /** If the true change is what the questions so far say. */
  readonly asSeen: number;
  /** Whatever it is: in the hardest case it lies between the margin and no change. */
  readonly whatever: number;
}

const CHANCE = 0.8;
/** Quantile of the normal distribution at half of what is left. */
const HALF_OF_THE_REST = -0.2533471031357997;

/** Null where more than 10 million questions were needed. RangeError for a plan that cannot be. */
export function questionsToDecide(plan: DecisionPlan): QuestionsToDecide | null {
  assertInteger(plan.asked, "asked", 1);
  const { asked, low, high, margin } = plan;
  assertMargin(margin);
  // Hardest is the change from which both decisions are as many errors away: each then has half the chance.
  const away = (of: DecisionPlan["low"]): number => (of.critical + HALF_OF_THE_REST) * of.deviation;
  const hardest = Math.ceil(((away(low) + away(high)) / margin) ** 2);
  if (!(hardest <= MOST_QUESTIONS)) return null;
  const whatever = Math.max(hardest, asked + 1);
  const asSeen = fewest(plan, whatever);
  return { asSeen: asSeen - asked, whatever: whatever - asked };
}

/** The fewest that decide if the change is what it seems, `most` at most. */
function fewest(plan: DecisionPlan, most: number): number {
  const seen = { low: plan.low.mean, high: plan.high.mean };
  let [tooFew, enough] = [plan.asked, most];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (chanceToDecide(plan, middle, seen) >= CHANCE) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/** Quantile of the normal distribution at four of five cases. */
const POWER_QUANTILE = 0.8416212335729143;

/**
 * The fewest questions that rule out a loss of the margin in four of five cases where nothing is lost, by answers alone, known before
 * a run: (c + 0.84)^2 flips / margin^2 with the first look's c (Liu et al. 2002).
 * @param discordantShare share of questions that flip, as many either way; RangeError for shares that cannot be
 */
export function questionsToRuleOut(discordantShare: number, margin: number): number {
  assertMargin(margin);
  requireShare(discordantShare);
  return Math.ceil(((FIRST_LOOK_CRITICAL + POWER_QUANTILE) / margin) ** 2 * discordantShare);
}

/**
 * Half-width in points of the 95 % interval that n questions will give an accuracy change, when a share of them flips
 * and as many are lost as won: what a question set can tell apart, known before a run. Bonett-Price.
 * @returns null for n = 0; RangeError for a share outside 0 to 1
 */
export function resolutionOf(n: number, discordantShare: number): number | null {
  assertInteger(n, "n");
  requireShare(discordantShare);
  return n === 0 ? null : (100 * Z_95 * Math.sqrt((n * discordantShare + 2) / (n + 2))) / Math.sqrt(n + 2);
}

function requireShare(value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`A discordant share lies from 0 to 1, got ${value}.`);
}
