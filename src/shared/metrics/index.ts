/** The table of metrics, by id. A new metric is one file and one row here. */
import { accuracyMetric } from "./accuracy.ts";
import { accuracyDeltaMetric } from "./accuracy-delta.ts";
import type { MetricDescriptor } from "./descriptor.ts";
import { changedAnswersMetric, flipsMetric } from "./flips.ts";
import { jaccardMetric } from "./jaccard.ts";
import { klDivergenceMetric } from "./kl-divergence.ts";
import { klLowerBoundMetric } from "./kl-lower-bound.ts";
import { marginMetric } from "./margin.ts";
import { perplexityMetric } from "./perplexity.ts";
import { perplexityRatioMetric } from "./perplexity-ratio.ts";
import { top1AgreementMetric } from "./top1-agreement.ts";
import { wordsPerMinuteMetric } from "./words-per-minute.ts";

export const METRIC_IDS = [
  "jaccard",
  "top1Agreement",
  "klDivergence",
  "klLowerBound",
  "perplexity",
  "perplexityRatio",
  "accuracy",
  "accuracyDelta",
  "flips",
  "changedAnswers",
  "margin",
  "wordsPerMinute",
] as const;
export type MetricId = (typeof METRIC_IDS)[number];

export const METRICS: { readonly [Id in MetricId]: MetricDescriptor<Id> } = Object.freeze({
  jaccard: jaccardMetric,
  top1Agreement: top1AgreementMetric,
  klDivergence: klDivergenceMetric,
  klLowerBound: klLowerBoundMetric,
  perplexity: perplexityMetric,
  perplexityRatio: perplexityRatioMetric,
  accuracy: accuracyMetric,
  accuracyDelta: accuracyDeltaMetric,
  flips: flipsMetric,
  changedAnswers: changedAnswersMetric,
  margin: marginMetric,
  wordsPerMinute: wordsPerMinuteMetric,
});

export function isMetricId(text: string): text is MetricId {
  return (METRIC_IDS as readonly string[]).includes(text);
}
