import type { Interval } from "../stats/interval.ts";
import { assertSameLength } from "../stats/assert-input.ts";
import { wilson } from "../stats/wilson.ts";
import { describeMetric } from "./descriptor.ts";

export const flipsMetric = describeMetric({
  id: "flips",
  label: "Flips",
  unit: "share",
  direction: "lower",
  aggregation: "share of questions answered by both whose correctness changed; Wilson 95 %",
});

export const changedAnswersMetric = describeMetric({
  id: "changedAnswers",
  label: "Changed answers",
  unit: "share",
  direction: "lower",
  aggregation: "flips and changes from one wrong answer to another, share of questions; Wilson 95 %",
});

/** An answer: index or letter of the choice. Null: invalid for that variant. */
type Answer = number | string;

export interface FlipCounts {
  /** Questions that both answered: the paired set. */
  readonly n: number;
  readonly bothCorrect: number;
  readonly correctToWrong: number;
  readonly wrongToCorrect: number;
  readonly wrongToOtherWrong: number;
  /** Questions left out because either side has no valid answer. */
  readonly invalid: number;
}

/**
 * What happened to each answer between reference and candidate (Dutta et al. 2024, "Accuracy is not all you need":
 * accuracy can stand still while answers churn). The arrays are paired by position; RangeError for unequal lengths.
 */
export function countFlips<T extends Answer>(
  gold: readonly T[],
  reference: readonly (T | null)[],
  candidate: readonly (T | null)[],
): FlipCounts {
  assertSameLength(gold, reference, "Gold and reference answers");
  assertSameLength(gold, candidate, "Gold and candidate answers");
  const counts = { n: 0, bothCorrect: 0, correctToWrong: 0, wrongToCorrect: 0, wrongToOtherWrong: 0, invalid: 0 };
  gold.forEach((right, question) => {
    const before = reference[question] ?? null;
    const after = candidate[question] ?? null;
    if (before === null || after === null) {
      counts.invalid += 1;
      return;
    }
    counts.n += 1;
    if (before === right && after === right) counts.bothCorrect += 1;
    else if (before === right) counts.correctToWrong += 1;
    else if (after === right) counts.wrongToCorrect += 1;
    else if (before !== after) counts.wrongToOtherWrong += 1;
  });
  return counts;
}

interface ShareWithInterval {
  readonly count: number;
  readonly n: number;
  /** 0 to 1; null when n is 0. */
  readonly share: number | null;
  /** Wilson 95 %; null when n is 0. */
  readonly interval: Interval | null;
}

const shareOf = (count: number, n: number): ShareWithInterval => ({
  count,
  n,
  share: n === 0 ? null : count / n,
  interval: wilson(count, n),
});

type Changes = Pick<FlipCounts, "n" | "correctToWrong" | "wrongToCorrect" | "wrongToOtherWrong">;

/** Questions whose correctness changed, (correct to wrong + wrong to correct) / n. */
export function flipShare({ n, correctToWrong, wrongToCorrect }: Changes): ShareWithInterval {
  return shareOf(correctToWrong + wrongToCorrect, n);
}

/** Questions whose answer changed at all: flips and one wrong answer for another. */
export function changedShare({ n, correctToWrong, wrongToCorrect, wrongToOtherWrong }: Changes): ShareWithInterval {
  return shareOf(correctToWrong + wrongToCorrect + wrongToOtherWrong, n);
}
