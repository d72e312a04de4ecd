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

/** A mean over questions and its standard error, shares. */
interface MeanChange {
  readonly mean: number;
  readonly standardError: number;
}

/** All shares, candidate minus reference, -1 to 1; times 100 gives points. */
export interface AnswerChange {
  readonly n: number;
  readonly lost: number;
  readonly gained: number;
  /** Change of the right choice's probability; null where it is not known for every question. */
  readonly probability: MeanChange | null;
  /** Of half the change of correctness and half that of the probability; null as `probability`. */
  readonly combined: MeanChange | null;
  /** Variance over that of independent questions, at least 1; above it where subjects differ more than chance has them. */
  readonly designEffect: number;
  readonly degreesOfFreedom: number;
}

/** With fewer subjects their spread is not known well enough to be used. */
const LEAST_SUBJECTS = 10;
/** A format that loses right answers is taken to lose at least this part of it in the right answers' probability too. */
const SHOWN_BY_PROBABILITY = 0.5;
/** Where probabilities rule a loss out, the answers alone need only do so at a level this many times as high. */
const ANSWERS_LEVEL = 8;

/** Null without a question. */
export function answerChange(answers: readonly PairedAnswer[]): AnswerChange | null {
  const n = answers.length;
  if (n === 0) return null;
  const flips = answers.map(({ before, after }) => Number(after) - Number(before));
  const known = answers.every(({ probability }) => probability !== null);
  const moves = known ? answers.map(({ probability }) => probability![1] - probability![0]) : null;
  const combined = moves?.map((move, index) => (flips[index]! + move) / 2);
  const subjects = answers.every(({ subject }) => subject !== null) ? answers.map(({ subject }) => subject!) : [];
  const { effect, clusters } = designEffect(combined ?? flips, subjects);
  return {
    n,
    lost: flips.filter((flip) => flip < 0).length,
    gained: flips.filter((flip) => flip > 0).length,
    probability: moves && meanChange(moves, largest(moves), effect),
    combined: moves && meanChange(combined!, (1 + largest(moves)) / 2, effect),
    designEffect: effect,
    degreesOfFreedom: clusters === null ? n + 1 : clusters - 1,
  };
}

/**
 * Mean and standard error with two pseudo-questions, one lost and one gained, that changed by as much as the one that changed most:
 * as Bonett and Price (2012) do for answers alone, so that a handful of equal questions is not certainty.
 */
function meanChange(values: readonly number[], pseudo: number, effect: number): MeanChange {
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
 * The change of probability, where it may rule a loss out: where it is at least as exact about the loss as the answers are although it
 * need show only a part of it. So it is for formats that move probabilities little (w8, fp16); coarse ones are judged by their answers.
 */
function exactProbability({ n, lost, gained, probability, designEffect }: AnswerChange): MeanChange | null {
  if (probability === null) return null;
  const flips = (lost + gained + 2) / (n + 2);
  const answersError = Math.sqrt((designEffect * flips) / (n + 2));
  return probability.standardError <= SHOWN_BY_PROBABILITY * answersError ? probability : null;
}

/** Centre of the interval: with probabilities where they are known, else the plain change. */
export function estimateOf({ n, lost, gained, combined }: AnswerChange): number {
  return combined?.mean ?? (gained - lost) / n;
}

/**
 * One-sided p of "the loss is `margin` or more": small only where both the answers and the combined change rule that out. Where the
 * probability is exact it must rule out its part of the loss, and the answers alone need less.
 * @param margin a share from 0 to below 1
 */
export function pOfLoss(change: AnswerChange, margin: number): number {
  const { combined, degreesOfFreedom } = change;
  const byAnswers = upperTail(scoreOf(change, -margin), degreesOfFreedom);
  if (!combined) return byAnswers;
  const by = ({ mean, standardError }: MeanChange, limit: number): number =>
    upperTail(ratio(mean + limit, standardError), degreesOfFreedom);
  const exact = exactProbability(change);
  return exact
    ? Math.max(by(combined, margin), by(exact, SHOWN_BY_PROBABILITY * margin), byAnswers / ANSWERS_LEVEL)
    : Math.max(by(combined, margin), byAnswers);
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
  const critical = (of: number): number => Math.max(0, studentTQuantile(1 - of, degreesOfFreedom));
  const answersLow = (of: number): number => pairedScoreLow(change, critical(of) * Math.sqrt(designEffect));
  if (!combined) return answersLow(level);
  const lowOfMean = ({ mean, standardError }: MeanChange): number => mean - critical(level) * standardError;
  const exact = exactProbability(change);
  return exact
    ? Math.min(lowOfMean(combined), lowOfMean(exact) / SHOWN_BY_PROBABILITY, answersLow(ANSWERS_LEVEL * level))
    : Math.min(lowOfMean(combined), answersLow(level));
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

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A mean and the standard deviation of one independent question; `levels` times the level is what it is judged by. */
interface Spread {
  readonly mean: number;
  readonly deviation: number;
  readonly levels: number;
}

/** For planning more questions: all that must rule a loss out, and what shows one. */
export function spreadOf(change: AnswerChange): { readonly low: readonly Spread[]; readonly high: Spread } {
  const { n, lost, gained, combined, designEffect } = change;
  const mean = (gained - lost) / n;
  const deviation = Math.sqrt(designEffect * ((lost + gained + 2) / (n + 2) - mean * mean));
  const ofMean = ({ mean: centre, standardError }: MeanChange, scale = 1): Spread => ({
    mean: centre / scale,
    deviation: (standardError * Math.sqrt(n + 2)) / scale,
    levels: 1,
  });
  const exact = exactProbability(change);
  const byAnswers = { mean, deviation, levels: exact ? ANSWERS_LEVEL : 1 };
  return {
    low: [byAnswers, ...(exact ? [ofMean(exact, SHOWN_BY_PROBABILITY)] : []), ...(combined ? [ofMean(combined)] : [])],
    high: combined ? ofMean(combined) : { mean, deviation, levels: 1 },
  };
}
