/**
 * How much right answering changes between reference and candidate, for a decision: the answers themselves, and where the choices'
 * log-likelihoods are known also the probability of the right choice, which moves before an answer flips and so says more with
 * fewer questions.
 */
import { pairedScore, pairedScoreHigh, pairedScoreLow } from "../stats/paired-score.ts";
import { studentTCdf, studentTQuantile } from "../stats/student-t.ts";
import { describeMetric } from "./descriptor.ts";

export const answerChangeMetric = describeMetric({
  id: "answerChange",
  label: "Change of right answers and their probability",
  unit: "shareDifference",
  direction: "higher",
  aggregation:
    "mean over questions of half the change of correctness and half the change of the right choice's probability; t interval",
});

/** One question that both answered. Probabilities of the right choice among the choices, 0 to 1; null where not known. */
export interface PairedAnswer {
  readonly before: boolean;
  readonly after: boolean;
  readonly probability: readonly [before: number, after: number] | null;
  /** Questions of one subject share what a format breaks; null without subjects. */
  readonly subject: string | null;
}

/** All shares, candidate minus reference, -1 to 1; times 100 gives points. */
export interface AnswerChange {
  readonly n: number;
  readonly lost: number;
  readonly gained: number;
  /** Mean change of the right choice's probability; null where it is not known for every question. */
  readonly probability: number | null;
  /** Mean of half of each, and its standard error, with the two pseudo-questions of `combine`; null without probabilities. */
  readonly combined: { readonly mean: number; readonly standardError: number } | null;
  /** Variance over that of independent questions, at least 1; above it where subjects differ more than chance has them. */
  readonly designEffect: number;
  readonly degreesOfFreedom: number;
}

/** With fewer subjects their spread is not known well enough to be used. */
const LEAST_SUBJECTS = 10;

/** Null without a question. */
export function answerChange(answers: readonly PairedAnswer[]): AnswerChange | null {
  const n = answers.length;
  if (n === 0) return null;
  const flips = answers.map(({ before, after }) => Number(after) - Number(before));
  const known = answers.every(({ probability }) => probability !== null);
  const moves = known ? answers.map(({ probability }) => probability![1] - probability![0]) : null;
  const values = moves ? flips.map((flip, index) => (flip + moves[index]!) / 2) : flips;
  const subjects = answers.every(({ subject }) => subject !== null) ? answers.map(({ subject }) => subject!) : [];
  const { effect, clusters } = designEffect(values, subjects);
  return {
    n,
    lost: flips.filter((flip) => flip < 0).length,
    gained: flips.filter((flip) => flip > 0).length,
    probability: moves && sum(moves) / n,
    combined: moves && combine(values, moves, effect),
    designEffect: effect,
    degreesOfFreedom: clusters === null ? n + 1 : clusters - 1,
  };
}

/**
 * Mean and standard error with two pseudo-questions, one lost and one gained, whose probability moved as far as the furthest did:
 * as Bonett and Price (2012) do for answers alone, so that a handful of equal questions is not certainty.
 */
function combine(values: readonly number[], moves: readonly number[], effect: number): AnswerChange["combined"] {
  const pseudo = (1 + moves.reduce((most, move) => Math.max(most, Math.abs(move)), 0)) / 2;
  const n = values.length + 2;
  const mean = sum(values) / n;
  const squares = values.reduce((total, value) => total + value * value, 2 * pseudo * pseudo);
  const variance = Math.max(0, squares - n * mean * mean) / (n - 1);
  return { mean, standardError: Math.sqrt((effect * variance) / n) };
}

/** Miller (2024, "Adding error bars to evals"): the variance of the mean when whole subjects are drawn, over the usual one. */
function designEffect(
  values: readonly number[],
  subjects: readonly string[],
): { readonly effect: number; readonly clusters: number | null } {
  const none = { effect: 1, clusters: null };
  const mean = sum(values) / values.length;
  const totals = new Map<string, number>();
  subjects.forEach((subject, index) => totals.set(subject, (totals.get(subject) ?? 0) + values[index]! - mean));
  const independent = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  if (totals.size < LEAST_SUBJECTS || independent === 0) return none;
  const clustered = [...totals.values()].reduce((total, value) => total + value * value, 0);
  const effect = ((totals.size / (totals.size - 1)) * clustered) / independent;
  return effect > 1 ? { effect, clusters: totals.size } : none;
}

/**
 * Whether probabilities may speak for the candidate: only where they show at least the loss that the answers show. Where they
 * show less, the answers alone rule a loss out, so that a format that flips answers near a tie is not excused.
 */
function probabilitiesCount({ n, lost, gained, probability, combined }: AnswerChange): boolean {
  return combined !== null && probability! <= (gained - lost) / n;
}

/** Centre of the interval: with probabilities where they are known, else the plain change. */
export function estimateOf({ n, lost, gained, combined }: AnswerChange): number {
  return combined?.mean ?? (gained - lost) / n;
}

/** One-sided p of "the loss is `margin` or more": small where that is ruled out. `margin` is a share from 0 to below 1. */
export function pOfLoss(change: AnswerChange, margin: number): number {
  const { combined, degreesOfFreedom } = change;
  if (!probabilitiesCount(change)) return upperTail(scoreOf(change, -margin), degreesOfFreedom);
  return upperTail(ratio(combined!.mean + margin, combined!.standardError), degreesOfFreedom);
}

/** One-sided p of "there is no loss": small where a loss is shown. */
export function pOfNoLoss(change: AnswerChange): number {
  const { combined, degreesOfFreedom } = change;
  const statistic = combined ? ratio(-combined.mean, combined.standardError) : -scoreOf(change, 0);
  return upperTail(statistic, degreesOfFreedom);
}

/** The end towards a loss, of a one-sided `level`: above -margin exactly where `pOfLoss` is below the level. */
export function lowOf(change: AnswerChange, level: number): number {
  const { combined, degreesOfFreedom, designEffect } = change;
  const critical = studentTQuantile(1 - level, degreesOfFreedom);
  if (!probabilitiesCount(change)) return pairedScoreLow(change, critical * Math.sqrt(designEffect));
  return combined!.mean - critical * combined!.standardError;
}

/** The other end: below 0 exactly where `pOfNoLoss` is below the level. */
export function highOf(change: AnswerChange, level: number): number {
  const { combined, degreesOfFreedom, designEffect } = change;
  const critical = studentTQuantile(1 - level, degreesOfFreedom);
  if (!combined) return pairedScoreHigh(change, critical * Math.sqrt(designEffect));
  return combined.mean + critical * combined.standardError;
}

function scoreOf(change: AnswerChange, difference: number): number {
  return pairedScore(change, difference) / Math.sqrt(change.designEffect);
}

function upperTail(statistic: number, degreesOfFreedom: number): number {
  return studentTCdf(-statistic, degreesOfFreedom);
}

const ratio = (value: number, error: number): number => (value === 0 ? 0 : value / error);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** What rules out a loss and what shows one, as means and standard deviations of one independent question: for planning more. */
export function spreadOf(change: AnswerChange): Record<"low" | "high", { readonly mean: number; readonly deviation: number }> {
  const { n, lost, gained, combined, designEffect } = change;
  const mean = (gained - lost) / n;
  const answers = { mean, deviation: Math.sqrt(designEffect * ((lost + gained + 2) / (n + 2) - mean * mean)) };
  const all = combined && { mean: combined.mean, deviation: combined.standardError * Math.sqrt(n + 2) };
  return { low: probabilitiesCount(change) ? all! : answers, high: all ?? answers };
}
