/**
 * The answer to "should I quantize to this?", from intervals only. A format is worth it when it saves something and its loss
 * of accuracy is shown to be within the margin; it is refused when it saves nothing, or when a loss is shown that may be
 * beyond the margin; otherwise the data cannot say.
 */
import { FORMATS } from "../formats/formats.ts";
import { type Answer, type CellResult, isValidAnswer, type Verdict } from "../results.ts";
import { wilson } from "../stats/wilson.ts";
import { comparedAnswers, type Differences } from "./compare-cells.ts";
import { costs } from "./costs.ts";
import { grouped, percent, plural, pValue, signed } from "./quantities.ts";

export interface VerdictInput {
  readonly reference: CellResult;
  readonly candidate: CellResult;
  readonly differences: Differences;
  /** Accuracy of guessing: mean of 1 / choices. */
  readonly chanceLevel: number | null;
  /** Largest loss of accuracy that is still acceptable, in points. */
  readonly marginPoints: number;
  /** McNemar's p after Holm, and the number of candidates it was adjusted for; without it the comparison's own p. */
  readonly adjusted?: { readonly p: number; readonly candidates: number } | undefined;
}

export const DEFAULT_MARGIN_POINTS = 1;

const SIGNIFICANT_P = 0.05;
/** With a larger share of answers that were computed from NaN, a variant is broken and not ranked (docs/measurement.md). */
const BROKEN_SHARE = 0.01;

export function verdict(input: VerdictInput): Verdict {
  const { reference, candidate, differences, marginPoints: margin } = input;
  if (candidate.status !== "done" || reference.status !== "done") return unfinished(input);
  const cost = costs(input);
  const reasons = [tokenText(input), cost.text, ...cost.doubts, ...answerNotes(input)].filter((text) => text !== "");
  const say = (answer: Verdict["answer"], sentence: string): Verdict => ({ answer, sentence: `${sentence}.`, reasons });
  const notEnough = (what: string): Verdict => say("not enough data", `Not enough data on ${candidate.label}: ${what}`);

  const lost = (cell: CellResult): string | null => brokenText(cell, input);
  if (lost(reference)) return notEnough(`the reference ${reference.label} is broken here, ${lost(reference)}`);
  if (lost(candidate))
    return say("keep", `Keep ${reference.label}: ${candidate.label} is broken here, ${lost(candidate)}`);

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
  if (delta.low >= -margin) {
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
  const enough = questionsNeeded(input);
  return notEnough(
    `${accuracy}, which neither shows a loss nor rules out one of more than ${pointsOf(margin)}` +
      (enough === null ? "" : `; about ${enough} questions could`),
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
  return { answer: "not enough data", sentence, reasons: [] };
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
  const overlap = jaccardText(differences);
  return overlap === "" ? "" : `next tokens: ${overlap}`;
}

/** Overlap at the smallest and the largest k. */
function jaccardText({ jaccard }: Differences): string {
  const entries = Object.entries(jaccard);
  const shown = entries.filter(([k], index) => k === "1" || index === entries.length - 1);
  return shown.map(([k, { mean }]) => `Jaccard@${k} ${mean.toFixed(3)}`).join(", ");
}

/** Where answers are guesses, the predictions behind them still show how far two formats are apart. */
function whatTellsMore({ differences }: VerdictInput): string {
  const overlap = jaccardText(differences);
  return overlap === "" ? "" : `; the next tokens can, and overlap by ${overlap}`;
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

/**
 * Questions at which an interval of this scatter would be narrow enough to decide, if the difference stays what it is: its
 * width falls with the square root. Null where no number would (a margin of 0 and no difference).
 */
function questionsNeeded({ differences, marginPoints }: VerdictInput): string | null {
  const { points, low, high } = differences.accuracyDelta!;
  const halfWidth = Math.max(marginPoints + points, -points);
  if (halfWidth <= 0) return null;
  const needed = differences.flips!.questions * ((high - low) / 2 / halfWidth) ** 2;
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(needed)) - 1);
  return grouped(Math.ceil(needed / magnitude) * magnitude);
}

function pointsOf(value: number): string {
  return `${value} ${value === 1 ? "point" : "points"}`;
}
