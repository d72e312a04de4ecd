/** What a verdict says of answers and predictions. */
import { BOUNDARY_TIE_WARNING } from "../metrics/boundary-ties.ts";
import { choiceHistogram } from "../metrics/choice-histogram.ts";
import { type Answer, type CellResult, isValidAnswer } from "../results.ts";
import { accuracyOf } from "../compare/accuracy-of.ts";
import { comparedAnswers, type Differences } from "../compare/compare-cells.ts";
import type { Decision } from "./decide.ts";
import { grouped, percent, plural, signed, significant } from "../format-numbers.ts";
import type { VerdictInput } from "./verdict.ts";

/** With a larger share of answers that were computed from NaN, a variant is broken and not ranked (docs/measurement.md). */
const BROKEN_SHARE = 0.01;
/** A to Z. */
const MOST_CHOICES = 26;

/** How much of a cell's output was not a number, where that is too much; null where it is not. */
export function brokenText(cell: CellResult, { reference, candidate }: VerdictInput): string | null {
  const mode = comparedAnswers(reference, candidate)?.mode;
  const rows = mode
    ? cell.benchmark.find((result) => result.mode === mode)!.answers.map(isValidAnswer)
    : cell.tokens.map(({ topIds }) => topIds.length > 0);
  const invalid = rows.filter((valid) => !valid).length;
  if (invalid === 0 || invalid / rows.length <= BROKEN_SHARE) return null;
  return `its output was not a number (NaN) for ${grouped(invalid)} of ${plural(rows.length, "question")}`;
}

export function accuracyText({ reference, candidate, differences, decision, limits }: VerdictInput): {
  what: string;
  change: string;
} {
  const { n, lost, gained, combined } = differences.answerChange!;
  const { estimate, low, high } = decision!;
  const generated = comparedAnswers(reference, candidate)?.mode === "generate";
  const digits = digitsApart([low, high], [0, -limits.marginPoints]);
  const points = (value: number): string => signed(value, digits);
  const flips = `${grouped(lost)} right to wrong, ${grouped(gained)} wrong to right of ${plural(n, "question")}`;
  const plain = `${points((100 * (gained - lost)) / n)} points (${flips})`;
  const interval = `${confidenceText(decision!)} ${points(low)} to ${points(high)}${judgedWith(decision!)}`;
  return {
    what: generated ? "accuracy of generated answers" : "accuracy",
    change: combined
      ? `${plain}, with the right answers' probabilities ${points(estimate)} (${interval})`
      : `${plain.slice(0, -1)}; ${interval})`,
  };
}

/** The fewest decimals, one to four, with which no end of an interval looks as if it stood at a limit that it lies beside. */
export function digitsApart(ends: readonly number[], limits: readonly number[]): number {
  const apart = (digits: number): boolean =>
    ends.every((end) => limits.every((limit) => end === limit || Number(end.toFixed(digits)) !== limit));
  return [1, 2, 3].find(apart) ?? 4;
}

/** `95 % CI`; higher where several candidates share the error. Rounded down. */
function confidenceText({ confidence }: Decision): string {
  return `${Math.floor(confidence * 1000 + 1e-9) / 10} % CI`;
}

function judgedWith({ candidates, look }: Decision): string {
  return `${candidates > 1 ? `, for ${candidates} candidates` : ""}${look > 1 ? `, look ${look}` : ""}`;
}

/** The paired test of what the model writes, where the log-likelihoods decide; empty without. */
export function generatedText({ differences, generated }: VerdictInput): string {
  const change = differences.generated;
  if (!change || !generated) return "";
  const { low, high } = generated;
  const digits = digitsApart([low, high], [0]);
  const flips = `${grouped(change.rightToWrong)} right to wrong, ${grouped(change.wrongToRight)} wrong to right of ${plural(change.questions, "question")}`;
  const found = generated.shown ? "a loss" : low > 0 ? "a gain" : "no loss shown";
  return (
    `generated answers: accuracy ${signed(change.points, digits)} points (${flips}; ${confidenceText(generated)} ` +
    `${signed(low, digits)} to ${signed(high, digits)}${judgedWith(generated)}): ${found}`
  );
}

/** How far apart the next tokens are; empty where none were compared. */
export function overlapText(differences: Differences): string {
  return [jaccardText(differences), klText(differences)].filter((text) => text !== "").join(", ");
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

/** Where the rule for ties decides too often about who is among the top k: coarse outputs have many. */
export function tieNotes({ tokens }: Differences): string[] {
  return Object.entries(tokens?.jaccard ?? {}).flatMap(([k, { boundaryTieShare }]) =>
    boundaryTieShare !== null && boundaryTieShare > BOUNDARY_TIE_WARNING
      ? [
          `Jaccard@${k} depends on ties: at ${percent(boundaryTieShare)} of the positions token ${k} and the next are equally likely, and the lower id counts`,
        ]
      : [],
  );
}

/** What a reader of the accuracy must know of the answers. */
export function answerNotes({ reference, candidate }: VerdictInput): string[] {
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
    ...[reference, candidate].flatMap(({ label }, side) =>
      biasNotes(
        label,
        compared.pairs.map((pair) => pair[side]!),
      ),
    ),
  ];
}

/** Where one letter is most of the answers, they may go by its place. Choices that are scored by their texts have none. */
function biasNotes(label: string, answers: readonly Answer[]): string[] {
  const letters = answers.flatMap(({ predicted, normalized }) => (normalized === null ? (predicted ?? []) : []));
  const { mostCommon, share, n, biased } = choiceHistogram(letters, MOST_CHOICES);
  if (mostCommon === null || share === null || !biased) return [];
  const letter = String.fromCharCode("A".charCodeAt(0) + mostCommon);
  return [
    `${label} answers ${letter} to ${percent(share, 0)} of ${plural(n, "question")}: it may go by the place of a choice`,
  ];
}

/** Why the questions cannot tell formats apart; null when they can. */
export function atChance({ reference, candidate, chanceLevel }: VerdictInput): string | null {
  const compared = comparedAnswers(reference, candidate);
  if (!compared || chanceLevel === null) return null;
  const answers = compared.pairs.map(([answer]) => answer).filter(isValidAnswer);
  const { share, interval } = accuracyOf(answers);
  if (share === null || !interval || interval.low > chanceLevel) return null;
  const how = interval.high < chanceLevel ? "worse than chance" : "at chance";
  const nameless = answers.filter(({ formatFailure }) => formatFailure).length;
  const why =
    nameless > answers.length / 2
      ? `; ${grouped(nameless)} of its ${grouped(answers.length)} answers name no choice`
      : "";
  return (
    `these questions cannot tell, because ${reference.label} itself answers them ${how} ` +
    `(${percent(share)}, 95 % CI ${percent(interval.low)} to ${percent(interval.high)}; guessing gives ${percent(chanceLevel)}${why})`
  );
}
