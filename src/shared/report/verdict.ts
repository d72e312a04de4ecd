/**
 * The answer to "should I quantize to this?", from intervals only. A format is worth it when it saves something and its loss
 * of accuracy is shown to be within the margin; it is refused when it saves nothing, or when a loss is shown that may be
 * beyond the margin; otherwise the data cannot say.
 */
import { FORMATS } from "../formats/formats.ts";
import { type Answer, type CellResult, isValidAnswer, type Verdict } from "../results.ts";
import { decideNonInferiority } from "../stats/non-inferiority.ts";
import { questionsToDecide } from "../stats/questions-to-decide.ts";
import { wilson } from "../stats/wilson.ts";
import { comparedAnswers, type Differences } from "./compare-cells.ts";
import { medianLatencyMs } from "./compare-speeds.ts";
import { costs } from "./costs.ts";
import { grouped, mebibytes, percent, plural, pValue, signed, significant } from "./quantities.ts";

export interface VerdictInput {
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
  /** Accuracy of guessing: mean of 1 / choices. */
  readonly chanceLevel: number | null;
  readonly limits: Limits;
  /** McNemar's p after Holm, and the number of candidates it was adjusted for; without it the comparison's own p. */
  readonly adjusted?: { readonly p: number; readonly candidates: number } | undefined;
}

/** What the user accepts; whoever decides sets these. */
export interface Limits {
  /** Largest loss of accuracy, in points. */
  readonly marginPoints: number;
  /** Most memory at the smallest batch size. */
  readonly peakMemoryBytes?: number | undefined;
  /** Longest forward pass at the smallest batch size. */
  readonly latencyMs?: number | undefined;
}

export const DEFAULT_MARGIN_POINTS = 1;

const SIGNIFICANT_P = 0.05;
/** With a larger share of answers that were computed from NaN, a variant is broken and not ranked (docs/measurement.md). */
const BROKEN_SHARE = 0.01;

export function verdict(input: VerdictInput): Verdict {
  const { reference, candidate, differences } = input;
  const { marginPoints: margin } = input.limits;
  if (candidate.status !== "done" || reference.status !== "done") return unfinished(input);
  const cost = costs(input);
  const reasons = [tokenText(input), cost.text, ...cost.doubts, ...answerNotes(input)].filter((text) => text !== "");
  const say = (answer: Verdict["answer"], sentence: string, questionsToDecide: number | null = null): Verdict => ({
    answer,
    sentence: `${sentence}.`,
    reasons,
    questionsToDecide,
  });
  const notEnough = (what: string): Verdict => say("not enough data", `Not enough data on ${candidate.label}: ${what}`);

  const lost = (cell: CellResult): string | null => brokenText(cell, input);
  if (lost(reference)) return notEnough(`the reference ${reference.label} is broken here, ${lost(reference)}`);
  if (lost(candidate))
    return say("keep", `Keep ${reference.label}: ${candidate.label} is broken here, ${lost(candidate)}`);

  const over = overLimits(candidate, input.limits);
  if (over) {
    const too = overLimits(reference, input.limits);
    return say(
      "keep",
      `Keep ${reference.label}: ${candidate.label} ${over}${too ? `, as ${reference.label} does` : ""}`,
    );
  }

  // Nothing to gain: then its quality, known or not, changes nothing.
  if (cost.saves === "nothing" || cost.saves === "disk") {
    const nothing = cost.saves === "disk" ? "nothing but disk space" : "nothing";
    return say("keep", `Keep ${reference.label}: ${candidate.label} saves ${nothing} here (${cost.text})`);
  }
  if (cost.saves === "unknown") return notEnough(`what it saves was not measured (${cost.text})`);

  const delta = differences.accuracyDelta;
  if (!delta) return notEnough("no question was answered by both cells, so its quality is unknown");
  const chance = atChance(input);
  if (chance) return notEnough(chance + whatTellsMore(input));

  reasons.push(`margin: a loss of up to ${pointsOf(margin)} is accepted`);
  const sure = (input.adjusted?.p ?? delta.mcnemarP) < SIGNIFICANT_P;
  const shownLoss = delta.high < 0 && sure;
  const { what, change } = accuracyText(input);
  const accuracy = `${what} ${change}`;
  if (decideNonInferiority({ low: delta.low / 100, high: delta.high / 100 }, margin / 100) === "non-inferior") {
    const found = shownLoss
      ? `a real loss, within the margin of ${pointsOf(margin)}`
      : delta.low > 0 && sure
        ? "a gain"
        : `no loss beyond the margin of ${pointsOf(margin)}`;
    return say("quantize", `${advice(input)} ${candidate.label}: ${cost.text}; ${accuracy}: ${found}`);
  }
  if (shownLoss) {
    return say("keep", `Keep ${reference.label}: ${candidate.label} loses ${what}, ${change}, for ${cost.text}`);
  }
  const more = questionsNeeded(input);
  return say(
    "not enough data",
    `Not enough data on ${candidate.label}: ${accuracy}, which neither shows a loss nor rules out one of more than ` +
      pointsOf(margin) +
      (more === null ? "" : `; about ${rounded(more)} more questions like these would most likely decide`),
    more,
  );
}

/** The reference may be the lower precision, or the same one on another provider: that is no quantizing. */
function advice({ reference, candidate }: VerdictInput): string {
  const lower = FORMATS[candidate.format].precisionRank < FORMATS[reference.format].precisionRank;
  return lower ? "Quantize to" : "Switch to";
}

function unfinished({ reference, candidate }: VerdictInput): Verdict {
  const whatOf = ({ label, status, error }: CellResult): string => {
    if (status === "failed") return `${label} failed${error ? ` (${error.message.replace(/\.$/, "")})` : ""}`;
    return status === "cancelled" ? `${label} was cancelled before its end` : `${label} was not measured`;
  };
  const sentence =
    reference.status === "done"
      ? `Not enough data on ${candidate.label}: ${whatOf(candidate)}.`
      : `Not enough data on ${candidate.label}: ${whatOf(reference)}, and it is the reference.`;
  return { answer: "not enough data", sentence, reasons: [], questionsToDecide: null };
}

/** How much of a cell's output was not a number, where that is too much; null where it is not. */
function brokenText(cell: CellResult, { reference, candidate }: VerdictInput): string | null {
  const mode = comparedAnswers(reference, candidate)?.mode;
  const rows = mode
    ? cell.benchmark.find((result) => result.mode === mode)!.answers.map(isValidAnswer)
    : cell.tokens.map(({ topIds }) => topIds.length > 0);
  const invalid = rows.filter((valid) => !valid).length;
  if (invalid === 0 || invalid / rows.length <= BROKEN_SHARE) return null;
  return `its output was not a number (NaN) for ${grouped(invalid)} of ${plural(rows.length, "question")}`;
}

function accuracyText(input: VerdictInput): { what: string; change: string } {
  const { reference, candidate, differences, adjusted } = input;
  const { points, low, high, mcnemarP } = differences.accuracyDelta!;
  const { rightToWrong, wrongToRight, questions } = differences.flips!;
  const what =
    comparedAnswers(reference, candidate)?.mode === "generate" ? "accuracy of generated answers" : "accuracy";
  const several = adjusted !== undefined && adjusted.candidates > 1;
  const p = several ? `${pValue(adjusted.p)} for ${adjusted.candidates} candidates` : pValue(mcnemarP);
  const change =
    `${signed(points, 1)} points (95 % CI ${signed(low, 1)} to ${signed(high, 1)}; ` +
    `of ${plural(questions, "question")} ${grouped(rightToWrong)} right to wrong, ${grouped(wrongToRight)} wrong to right; ${p})`;
  return { what, change };
}

function tokenText({ differences }: VerdictInput): string {
  const overlap = [jaccardText(differences), klText(differences)].filter((text) => text !== "").join(", ");
  return overlap === "" ? "" : `next tokens: ${overlap}`;
}

/** Divergence from the reference, with the sign of a bound where it is one. */
function klText({ tokens, texts }: Differences): string {
  const parts: string[] = [];
  const kl = tokens?.kl ?? texts?.kl;
  // A bound of 0 says nothing.
  if (kl?.mean != null && (kl.exact || kl.mean > 0))
    parts.push(`KL divergence ${kl.exact ? "" : "≥ "}${significant(kl.mean)} nats`);
  const perplexity = texts?.perplexity;
  if (perplexity?.ratio != null) parts.push(`perplexity × ${perplexity.ratio.toFixed(3)}`);
  return parts.join(", ");
}

/** Overlap at the smallest and the largest k. */
function jaccardText({ jaccard }: Differences): string {
  const entries = Object.entries(jaccard);
  const shown = entries.filter(([k], index) => k === "1" || index === entries.length - 1);
  return shown.map(([k, { mean }]) => `Jaccard@${k} ${mean.toFixed(3)}`).join(", ");
}

/** Where answers are guesses, the predictions behind them still show how far two formats are apart. */
function whatTellsMore({ differences }: VerdictInput): string {
  const overlap = [jaccardText(differences), klText(differences)].filter((text) => text !== "").join(", ");
  return overlap === "" ? "" : `; the next tokens can, and differ by ${overlap}`;
}

/** What a reader of the accuracy must know of the answers. */
function answerNotes({ reference, candidate }: VerdictInput): string[] {
  const compared = comparedAnswers(reference, candidate);
  if (!compared) return [];
  const count = (test: (pair: readonly [Answer, Answer]) => boolean): number => compared.pairs.filter(test).length;
  const total = plural(compared.pairs.length, "question");
  const invalid = count((pair) => !pair.every(isValidAnswer));
  const nameless = [count(([answer]) => answer.formatFailure), count(([, answer]) => answer.formatFailure)] as const;
  return [
    ...(invalid > 0 ? [`left out: ${grouped(invalid)} of ${total}, where an output was not a number (NaN)`] : []),
    ...(nameless[0] + nameless[1] > 0
      ? [
          `named no choice, of ${total}: ${reference.label} ${nameless[0]}, ${candidate.label} ${nameless[1]} (wrong answers)`,
        ]
      : []),
  ];
}

/** Why the questions cannot tell formats apart; null when they can. */
function atChance({ reference, candidate, chanceLevel }: VerdictInput): string | null {
  const compared = comparedAnswers(reference, candidate);
  if (!compared || chanceLevel === null) return null;
  const answers = compared.pairs.map(([answer]) => answer).filter(isValidAnswer);
  const correct = answers.filter((answer) => answer.correct).length;
  const interval = wilson(correct, answers.length);
  if (!interval || interval.low > chanceLevel) return null;
  const how = interval.high < chanceLevel ? "worse than chance" : "at chance";
  const nameless = answers.filter(({ formatFailure }) => formatFailure).length;
  const why =
    nameless > answers.length / 2
      ? `; ${grouped(nameless)} of its ${grouped(answers.length)} answers name no choice`
      : "";
  return (
    `these questions cannot tell, because ${reference.label} itself answers them ${how} ` +
    `(${percent(correct / answers.length)}, 95 % CI ${percent(interval.low)} to ${percent(interval.high)}; guessing gives ${percent(chanceLevel)}${why})`
  );
}

/** More questions that would decide at a chance of four in five, if the shares stay what they are; null where none would. */
function questionsNeeded({ differences, limits }: VerdictInput): number | null {
  const { rightToWrong, wrongToRight, questions } = differences.flips!;
  const plan = questionsToDecide({
    discordantShare: (rightToWrong + wrongToRight) / questions,
    delta: (wrongToRight - rightToWrong) / questions,
    margin: limits.marginPoints / 100,
    asked: questions,
  });
  return plan && plan.additional > 0 ? plan.additional : null;
}

/** Two digits that count, upwards: a forecast has no more. */
function rounded(count: number): string {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return grouped(Math.ceil(count / magnitude) * magnitude);
}

/** How a cell breaks the user's limits, at its smallest batch size; null when it keeps them. */
function overLimits({ forward }: CellResult, { peakMemoryBytes, latencyMs }: Limits): string | null {
  const first = forward.find(({ skipped }) => skipped === null);
  if (!first) return null;
  const at = `at batch ${first.batchSize}`;
  const peak = first.deviceMemoryBytes ?? first.peakMemoryBytes;
  if (peakMemoryBytes !== undefined && peak !== null && peak > peakMemoryBytes) {
    return `needs ${mebibytes(peak)} MiB ${at}, more than your limit of ${mebibytes(peakMemoryBytes)} MiB`;
  }
  const ms = medianLatencyMs(first);
  if (latencyMs !== undefined && ms !== null && ms > latencyMs) {
    return `takes ${significant(ms)} ms ${at}, longer than your limit of ${significant(latencyMs)} ms`;
  }
  return null;
}

function pointsOf(value: number): string {
  return `${value} ${value === 1 ? "point" : "points"}`;
}
