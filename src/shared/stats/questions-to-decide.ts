import { Z_95 } from "./interval.ts";
import { requireMargin } from "./non-inferiority.ts";
import { normalCdf } from "./normal.ts";
import { requireInteger } from "./require.ts";

/** What the questions to come are assumed to be like, as shares of all questions. */
interface ExpectedAnswers {
  /** Questions whose correctness differs between the two, (b + c) / n: the flips. */
  readonly discordantShare: number;
  /** Candidate minus reference, (c - b) / n. */
  readonly delta: number;
  /** The largest loss that is accepted. */
  readonly margin: number;
}

interface DecisionPlan extends ExpectedAnswers {
  /** Questions answered by both so far. */
  readonly asked: number;
  /** Chance of a decision to plan for, 0.5 to below 1; default 0.8. */
  readonly power?: number;
}

interface QuestionsToDecide {
  /** Questions still to ask. */
  readonly additional: number;
  /** Those asked among them. */
  readonly total: number;
  /** What they would show: that the loss is below the margin, or beyond it. */
  readonly shows: "non-inferior" | "inferior";
}

/** More than any question set has: a difference that needs them lies, for all purposes, at the margin. */
export const MOST_QUESTIONS = 10_000_000;

/** Centre and half-width of the Bonett-Price interval expected after n questions, as shares. */
function expectedInterval(n: number, discordantShare: number, delta: number): { centre: number; half: number } {
  const centre = (n * delta) / (n + 2);
  const variance = (n * discordantShare + 2) / (n + 2) - centre * centre;
  return { centre, half: Z_95 * Math.sqrt(Math.max(0, variance) / (n + 2)) };
}

/**
 * Chance that n paired questions decide in the direction in which delta lies of the margin: that the Bonett-Price interval
 * of the difference ends on that side of -margin. Normal approximation, as in the sample sizes for paired
 * non-inferiority of Liu, Hsueh, Hsieh and Chen (2002, "Tests for equivalence or non-inferiority for paired binary data"),
 * with the interval's own two added pairs, so that it stays right where nothing flips.
 * Assumes that further questions are drawn as those asked were, and that both shares are the true ones.
 * @returns 0 to 1; RangeError for shares that cannot be
 */
export function powerToDecide(expected: ExpectedAnswers, n: number): number {
  requireExpected(expected);
  requireInteger(n, "n", 1);
  const { discordantShare, delta, margin } = expected;
  const { centre, half } = expectedInterval(n, discordantShare, delta);
  const room = Math.sign(delta + margin) * (centre + margin) - half;
  const sd = Math.sqrt(n * Math.max(0, discordantShare - delta * delta)) / (n + 2);
  if (sd === 0) return room > 0 ? 1 : 0;
  return normalCdf(room / sd);
}

/**
 * How many more questions would decide about the margin, if the shares stay what they are (see `powerToDecide`).
 * @returns null when no number would: delta lies at the margin, or so near that more than 10 million were needed.
 * RangeError for shares, a count or a power that cannot be.
 */
export function questionsToDecide(plan: DecisionPlan): QuestionsToDecide | null {
  const { delta, margin, asked, power = 0.8 } = plan;
  requireExpected(plan);
  requireInteger(asked, "asked");
  if (!(power >= 0.5 && power < 1)) throw new RangeError(`A power lies from 0.5 to below 1, got ${power}.`);
  const decides = (n: number): boolean => powerToDecide(plan, n) >= power;
  if (!decides(MOST_QUESTIONS)) return null;
  let [tooFew, enough] = [0, MOST_QUESTIONS];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (decides(middle)) enough = middle;
    else tooFew = middle;
  }
  const total = Math.max(enough, asked);
  return { additional: total - asked, total, shows: delta + margin > 0 ? "non-inferior" : "inferior" };
}

/**
 * Half-width in points of the 95 % interval that n questions will give an accuracy change, when a share of them flips
 * and as many are lost as won: what a question set can tell apart, known before a run. Bonett-Price, as shown afterwards.
 * @returns null for n = 0; RangeError for a share outside 0 to 1
 */
export function resolutionOf(n: number, discordantShare: number): number | null {
  requireInteger(n, "n");
  requireExpected({ discordantShare, delta: 0, margin: 0 });
  return n === 0 ? null : 100 * expectedInterval(n, discordantShare, 0).half;
}

function requireExpected({ discordantShare, delta, margin }: ExpectedAnswers): void {
  requireMargin(margin);
  if (!(discordantShare >= 0 && discordantShare <= 1)) {
    throw new RangeError(`A discordant share lies from 0 to 1, got ${discordantShare}.`);
  }
  if (!(Math.abs(delta) <= discordantShare)) {
    throw new RangeError(`delta (${delta}) must not exceed the discordant share (${discordantShare}).`);
  }
}
