/** Answers of two cells, question by question. */
import { accuracyBySubjectOf } from "./accuracy-by-subject.ts";
import { accuracyDelta } from "../metrics/accuracy-delta.ts";
import { answerChange, type PairedAnswer } from "../metrics/answer-change.ts";
import { excessFlips } from "../metrics/excess-flips.ts";
import { countFlips, type FlipCounts, flipShare } from "../metrics/flips.ts";
import { type Answer, type CellResult, type Comparison, isValidAnswer } from "../results.ts";
import { BENCHMARK_MODES, type BenchmarkMode } from "../spec.ts";
import type { CompareOptions } from "./compare-cells.ts";

interface ComparedAnswers {
  readonly mode: BenchmarkMode;
  /** Reference and candidate, question by question. */
  readonly pairs: readonly (readonly [Answer, Answer])[];
}

/** The answers that decide: the log-likelihoods', or the generated ones where only those are in both; null without either. */
export function comparedAnswers(reference: CellResult, candidate: CellResult): ComparedAnswers | null {
  for (const mode of BENCHMARK_MODES) {
    const pairs = pairsOf(reference, candidate, mode);
    if (pairs.length > 0) return { mode, pairs };
  }
  return null;
}

function pairsOf(reference: CellResult, candidate: CellResult, mode: BenchmarkMode): ComparedAnswers["pairs"] {
  const answersOf = (cell: CellResult): readonly Answer[] =>
    cell.benchmark.find((result) => result.mode === mode)?.answers ?? [];
  const byId = new Map(answersOf(candidate).map((answer) => [answer.questionId, answer]));
  return answersOf(reference).flatMap((answer) => {
    const other = byId.get(answer.questionId);
    return other ? [[answer, other] as const] : [];
  });
}

type AnswerDifferences = Pick<
  Comparison,
  "flips" | "accuracyDelta" | "normalizedAccuracyDelta" | "excessFlips" | "answerChange" | "generated"
>;

const NOTHING_COMPARED: AnswerDifferences = Object.freeze({
  flips: null,
  accuracyDelta: null,
  normalizedAccuracyDelta: null,
  excessFlips: null,
  answerChange: null,
  generated: null,
});

export function compareAnswers(
  reference: CellResult,
  candidate: CellResult,
  options: CompareOptions,
): AnswerDifferences {
  const compared = comparedAnswers(reference, candidate);
  if (!compared) return NOTHING_COMPARED;
  const { pairs } = compared;
  const flips = flipsOf(pairs);
  const delta = accuracyDelta(flips);
  const normalized = accuracyDelta(flipsOf(pairs.filter((pair) => pair.every(hasNormalized)).map(byLength)));
  const { share, interval } = flipShare(flips);
  return {
    flips: {
      rightToWrong: flips.correctToWrong,
      wrongToRight: flips.wrongToCorrect,
      wrongToOtherWrong: flips.wrongToOtherWrong,
      questions: flips.n,
      share: share ?? 0,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
    },
    accuracyDelta: delta && {
      ...inPoints(delta),
      mcnemarMidP: delta.midP,
      bySubject: accuracyBySubjectOf(pairs, options),
    },
    normalizedAccuracyDelta: normalized && inPoints(normalized),
    excessFlips: excessOf(reference, pairs, compared.mode, options),
    answerChange: changeOf(pairs, options),
    generated: compared.mode === "generate" ? null : generatedDifference(reference, candidate, options),
  };
}

function generatedDifference(
  reference: CellResult,
  candidate: CellResult,
  options: CompareOptions,
): Comparison["generated"] {
  const pairs = pairsOf(reference, candidate, "generate");
  const flips = flipsOf(pairs);
  const delta = accuracyDelta(flips);
  const change = changeOf(pairs, options);
  if (!delta || !change) return null;
  return {
    ...inPoints(delta),
    rightToWrong: flips.correctToWrong,
    wrongToRight: flips.wrongToCorrect,
    questions: flips.n,
    answerChange: change,
  };
}

/** Questions whose output was not a number on either side are left out, as in every other comparison of answers. */
function changeOf(
  pairs: ComparedAnswers["pairs"],
  { subjects = {}, rightChoices = {} }: CompareOptions,
): Comparison["answerChange"] {
  const valid = pairs.filter((pair) => pair.every(isValidAnswer));
  return answerChange(
    valid.map(([answer, other]): PairedAnswer => {
      const right = rightChoices[answer.questionId];
      const before = rightProbability(answer, right);
      const after = rightProbability(other, right);
      return {
        before: answer.correct,
        after: other.correct,
        probability: before === null || after === null ? null : [before, after],
        subject: subjects[answer.questionId] ?? null,
      };
    }),
  );
}

/** Of the right choice among the choices: the softmax of their log-likelihoods. Null where one of them is not known. */
function rightProbability({ choiceLogprobs }: Answer, right: number | undefined): number | null {
  if (right === undefined || !(right < choiceLogprobs.length)) return null;
  if (choiceLogprobs.some((value) => value === null || !Number.isFinite(value))) return null;
  const values = choiceLogprobs as readonly number[];
  const largest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - largest));
  return weights[right]! / weights.reduce((a, b) => a + b, 0);
}

function inPoints(delta: NonNullable<ReturnType<typeof accuracyDelta>>): {
  points: number;
  low: number;
  high: number;
  mcnemarP: number;
} {
  const { delta: share, interval, exactP } = delta;
  return { points: share * 100, low: interval.low * 100, high: interval.high * 100, mcnemarP: exactP };
}

type Outcome = Pick<Answer, "predicted" | "correct" | "formatFailure">;

function flipsOf(pairs: readonly (readonly [Outcome, Outcome])[]): FlipCounts {
  // The gold answer is known here only as right or wrong, which is all that flips need.
  const gold = pairs.map(() => "right");
  return countFlips(
    gold,
    pairs.map(([answer]) => outcome(answer)),
    pairs.map(([, other]) => outcome(other)),
  );
}

function outcome(answer: Outcome): string | null {
  if (!isValidAnswer(answer)) return null;
  return answer.correct ? "right" : `wrong ${answer.predicted ?? "(no choice named)"}`;
}

function hasNormalized({ normalized }: Answer): boolean {
  return normalized !== null;
}

/** The answers by log-likelihood a character. Both are of the same log-likelihoods: where those are valid, so are these. */
function byLength(pair: readonly [Answer, Answer]): [Outcome, Outcome] {
  const of = (answer: Answer): Outcome => {
    const { predicted, correct } = answer.normalized!;
    // Another tool says that the choice was wrong, and not always which one it was.
    return { predicted, correct, formatFailure: isValidAnswer(answer) };
  };
  return [of(pair[0]), of(pair[1])];
}

/** Against the flips of the reference's repeat, on the questions that all three answered. */
function excessOf(
  reference: CellResult,
  pairs: ComparedAnswers["pairs"],
  mode: BenchmarkMode,
  { repeat }: CompareOptions,
): Comparison["excessFlips"] {
  const again = repeat && comparedAnswers(reference, repeat);
  if (again?.mode !== mode) return null;
  const byId = new Map(again.pairs.map(([answer, other]) => [answer.questionId, flipped(answer, other)]));
  const result = excessFlips(
    pairs.map(([answer, other]) => ({
      candidate: flipped(answer, other),
      floor: byId.get(answer.questionId) ?? null,
    })),
  );
  if (!result) return null;
  const { candidateShare, floorShare, interval, finding } = result;
  return { share: candidateShare, floorShare, ...interval, resolved: finding === "resolved" };
}

function flipped(answer: Answer, other: Answer): boolean | null {
  if (!isValidAnswer(answer) || !isValidAnswer(other)) return null;
  return answer.correct !== other.correct;
}
