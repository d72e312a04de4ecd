import { Z_95 } from "./interval.ts";
import { requireMargin } from "./non-inferiority.ts";
import { normalCdf } from "./normal.ts";
import { requireInteger } from "./require.ts";

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

/** More than any question set has. */
export const MOST_QUESTIONS = 10_000_000;

/**
 * Chance that `total` questions decide: that they rule out a loss of the margin, or show a loss. The true change is not taken to be
 * the estimate; it is as uncertain as the questions asked leave it (a predictive probability, Spiegelhalter, Freedman and
 * Parmar 1994). Normal approximation; further questions are like those asked.
 * @param total of which `asked` are answered; RangeError for fewer
 */
export function chanceToDecide({ asked, low, high, margin }: DecisionPlan, total: number): number {
  requireInteger(asked, "asked", 1);
  requireInteger(total, "total", asked);
  requireMargin(margin);
  const ruledOutFrom = -margin + (low.critical * low.deviation) / Math.sqrt(total);
  const shownUpTo = -(high.critical * high.deviation) / Math.sqrt(total);
  // So narrow an interval cannot hold both the margin and no change.
  if (shownUpTo >= ruledOutFrom) return 1;
  // How far the estimate after `total` questions may lie from the one so far.
  const drift = Math.sqrt((total - asked) / total / asked);
  const below = (value: number, { mean, deviation }: Estimate): number => {
    const spread = deviation * drift;
    return spread === 0 ? Number(mean < value) : normalCdf((value - mean) / spread);
  };
  return Math.min(1, 1 - below(ruledOutFrom, low) + below(shownUpTo, high));
}

/** How many more questions decide with an even chance, and in four of five cases. */
export interface QuestionsToDecide {
  readonly even: number;
  readonly likely: number;
}

const EVEN = 0.5;
const LIKELY = 0.8;

/** Null where more than 10 million questions were needed. RangeError for a plan that cannot be. */
export function questionsToDecide(plan: DecisionPlan): QuestionsToDecide | null {
  const [even, likely] = [EVEN, LIKELY].map((chance) => totalFor(plan, chance));
  return even == null || likely == null ? null : { even: even - plan.asked, likely: likely - plan.asked };
}

function totalFor(plan: DecisionPlan, chance: number): number | null {
  if (chanceToDecide(plan, MOST_QUESTIONS) < chance) return null;
  let [tooFew, enough] = [plan.asked, MOST_QUESTIONS];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (chanceToDecide(plan, middle) >= chance) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/**
 * Half-width in points of the 95 % interval that n questions will give an accuracy change, when a share of them flips
 * and as many are lost as won: what a question set can tell apart, known before a run. Bonett-Price.
 * @returns null for n = 0; RangeError for a share outside 0 to 1
 */
export function resolutionOf(n: number, discordantShare: number): number | null {
  requireInteger(n, "n");
  if (!(discordantShare >= 0 && discordantShare <= 1)) {
    throw new RangeError(`A discordant share lies from 0 to 1, got ${discordantShare}.`);
  }
  return n === 0 ? null : (100 * Z_95 * Math.sqrt((n * discordantShare + 2) / (n + 2))) / Math.sqrt(n + 2);
}
