import { bonettPrice } from "../stats/bonett-price.ts";
import type { Interval } from "../stats/interval.ts";
import { mcnemar } from "../stats/mcnemar.ts";
import { describeMetric } from "./descriptor.ts";
import type { FlipCounts } from "./flips.ts";

export const accuracyDeltaMetric = describeMetric({
  id: "accuracyDelta",
  label: "Accuracy change from the reference",
  unit: "shareDifference",
  direction: "higher",
  aggregation: "candidate minus reference over questions answered by both; Bonett-Price 95 %, McNemar's exact test",
});

interface AccuracyDelta {
  /** (wrong to correct - correct to wrong) / n, -1 to 1; times 100 gives points. */
  readonly delta: number;
  /** Bonett-Price 95 %; its centre is shrunk, so `delta` need not be the middle. */
  readonly interval: Interval;
  /** Exact p of McNemar's test: the one to decide by, after Holm when there are several candidates. */
  readonly exactP: number;
  /** Mid-p, for the tooltip. */
  readonly midP: number;
  readonly n: number;
}

/** Paired change of accuracy from counted flips; null when no question was answered by both. */
export function accuracyDelta({ n, correctToWrong, wrongToCorrect }: FlipCounts): AccuracyDelta | null {
  const difference = bonettPrice({ n, b: correctToWrong, c: wrongToCorrect });
  if (difference === null) return null;
  const { exact, midP } = mcnemar(correctToWrong, wrongToCorrect);
  const { plain, low, high } = difference;
  return { delta: plain, interval: { low, high }, exactP: exact, midP, n };
}
