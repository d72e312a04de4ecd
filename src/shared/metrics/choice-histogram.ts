import { assertInteger } from "../stats/assert-input.ts";
import { wilson } from "../stats/wilson.ts";
import { describeMetric } from "./descriptor.ts";

export const positionBiasMetric = describeMetric({
  id: "positionBias",
  label: "Share of the letter chosen most",
  unit: "share",
  direction: "none",
  aggregation: "answers with the most common letter over all valid answers; surely above 60 % it is a position bias",
});

/** A variant that gives one letter more often than this answers by position and not by content. */
const POSITION_BIAS_SHARE = 0.6;

interface ChoiceHistogram {
  /** Answers by index of the choice. */
  readonly counts: readonly number[];
  readonly n: number;
  /** Index of the most common choice, the first of equals; null without answers. */
  readonly mostCommon: number | null;
  /** Its share of the valid answers, 0 to 1. */
  readonly share: number | null;
  /** The share's Wilson interval is all above 60 %: a few answers show nothing. */
  readonly biased: boolean;
}

/**
 * How often each letter was chosen.
 * @param predicted index of the choice; null is no valid answer and does not count
 * @param choices number of letters; RangeError for an index beyond
 */
export function choiceHistogram(predicted: readonly (number | null)[], choices: number): ChoiceHistogram {
  assertInteger(choices, "choices", 1);
  const counts = new Array<number>(choices).fill(0);
  for (const choice of predicted) {
    if (choice === null) continue;
    assertInteger(choice, "choice");
    if (choice >= choices) throw new RangeError(`Choice ${choice} does not exist among ${choices}.`);
    counts[choice]! += 1;
  }
  const n = counts.reduce((a, b) => a + b, 0);
  const most = Math.max(...counts);
  const interval = wilson(most, n);
  if (interval === null) return { counts, n, mostCommon: null, share: null, biased: false };
  return { counts, n, mostCommon: counts.indexOf(most), share: most / n, biased: interval.low > POSITION_BIAS_SHARE };
}
