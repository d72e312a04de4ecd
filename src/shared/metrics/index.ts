/** The table of metrics, by id. A new metric is one file and one row here. */
import { accuracyMetric } from "./accuracy.ts";
import { accuracyDeltaBySubjectMetric } from "./accuracy-by-subject.ts";
import { accuracyDeltaMetric } from "./accuracy-delta.ts";
import { boundaryTiesMetric } from "./boundary-ties.ts";
import { positionBiasMetric } from "./choice-histogram.ts";
import { deltaPMetric } from "./delta-p.ts";
import type { MetricDescriptor } from "./descriptor.ts";
import { commonPrefixMetric } from "./divergence.ts";
import { excessFlipsMetric } from "./excess-flips.ts";
import { changedAnswersMetric, flipsMetric } from "./flips.ts";
import {
  decodeSpeedMetric,
  endToEndSpeedMetric,
  prefillSpeedMetric,
  timeToFirstTokenMetric,
} from "./generation-speed.ts";
import { identicalTopKMetric, jaccardMetric } from "./jaccard.ts";
import { klDivergenceMetric } from "./kl-divergence.ts";
import { klLowerBoundMetric } from "./kl-lower-bound.ts";
import { latencyMetric, latencyRatioMetric } from "./latency.ts";
import { marginMetric } from "./margin.ts";
import { memoryRatioMetric, peakMemoryMetric } from "./peak-memory.ts";
import { bitsPerByteMetric, perplexityMetric } from "./perplexity.ts";
import { perplexityRatioMetric } from "./perplexity-ratio.ts";
import { top1AgreementMetric } from "./top1-agreement.ts";
import { wordsPerMinuteMetric } from "./words-per-minute.ts";

export const METRIC_IDS = [
  "jaccard",
  "identicalTopK",
  "boundaryTies",
  "top1Agreement",
  "klDivergence",
  "klLowerBound",
  "perplexity",
  "perplexityRatio",
  "bitsPerByte",
  "deltaP",
  "commonPrefix",
  "accuracy",
  "accuracyDelta",
  "accuracyDeltaBySubject",
  "flips",
  "changedAnswers",
  "excessFlips",
  "positionBias",
  "margin",
  "wordsPerMinute",
  "latency",
  "latencyRatio",
  "timeToFirstToken",
  "prefillSpeed",
  "decodeSpeed",
  "endToEndSpeed",
  "peakMemory",
  "memoryRatio",
] as const;
export type MetricId = (typeof METRIC_IDS)[number];

export const METRICS: { readonly [Id in MetricId]: MetricDescriptor<Id> } = Object.freeze({
  jaccard: jaccardMetric,
  identicalTopK: identicalTopKMetric,
  boundaryTies: boundaryTiesMetric,
  top1Agreement: top1AgreementMetric,
  klDivergence: klDivergenceMetric,
  klLowerBound: klLowerBoundMetric,
  perplexity: perplexityMetric,
  perplexityRatio: perplexityRatioMetric,
  bitsPerByte: bitsPerByteMetric,
  deltaP: deltaPMetric,
  commonPrefix: commonPrefixMetric,
  accuracy: accuracyMetric,
  accuracyDelta: accuracyDeltaMetric,
  accuracyDeltaBySubject: accuracyDeltaBySubjectMetric,
  flips: flipsMetric,
  changedAnswers: changedAnswersMetric,
  excessFlips: excessFlipsMetric,
  positionBias: positionBiasMetric,
  margin: marginMetric,
  wordsPerMinute: wordsPerMinuteMetric,
  latency: latencyMetric,
  latencyRatio: latencyRatioMetric,
  timeToFirstToken: timeToFirstTokenMetric,
  prefillSpeed: prefillSpeedMetric,
  decodeSpeed: decodeSpeedMetric,
  endToEndSpeed: endToEndSpeedMetric,
  peakMemory: peakMemoryMetric,
  memoryRatio: memoryRatioMetric,
});

export function isMetricId(text: string): text is MetricId {
  return (METRIC_IDS as readonly string[]).includes(text);
}
