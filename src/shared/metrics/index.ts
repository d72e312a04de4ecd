/** The table of metrics, by id. A new metric is one file and one row here. */
import { accuracyMetric } from "./accuracy.ts";
import { accuracyDeltaBySubjectMetric } from "./accuracy-by-subject.ts";
import { accuracyDeltaMetric } from "./accuracy-delta.ts";
import { answerChangeMetric } from "./answer-change.ts";
import { boundaryTiesMetric } from "./boundary-ties.ts";
import { positionBiasMetric } from "./choice-histogram.ts";
import { deltaPMetric } from "./delta-p.ts";
import { commonPrefixMetric } from "./divergence.ts";
import { excessFlipsMetric } from "./excess-flips.ts";
import { changedAnswersMetric, flipsMetric } from "./flips.ts";
import { decodeSpeedMetric, prefillSpeedMetric, timeToFirstTokenMetric } from "./generation-speed.ts";
import { identicalTopKMetric, jaccardMetric } from "./jaccard.ts";
import { klDivergenceMetric } from "./kl-divergence.ts";
import { klLowerBoundMetric } from "./kl-lower-bound.ts";
import { latencyMetric, latencyRatioMetric } from "./latency.ts";
import { memoryRatioMetric, peakMemoryMetric } from "./peak-memory.ts";
import { perplexityMetric } from "./perplexity.ts";
import { perplexityRatioMetric } from "./perplexity-ratio.ts";
import { top1AgreementMetric } from "./top1-agreement.ts";
import { wordsPerMinuteMetric } from "./words-per-minute.ts";

export const METRICS = Object.freeze({
  jaccard: jaccardMetric,
  identicalTopK: identicalTopKMetric,
  boundaryTies: boundaryTiesMetric,
  top1Agreement: top1AgreementMetric,
  klDivergence: klDivergenceMetric,
  klLowerBound: klLowerBoundMetric,
  perplexity: perplexityMetric,
  perplexityRatio: perplexityRatioMetric,
  deltaP: deltaPMetric,
  commonPrefix: commonPrefixMetric,
  accuracy: accuracyMetric,
  accuracyDelta: accuracyDeltaMetric,
  answerChange: answerChangeMetric,
  accuracyDeltaBySubject: accuracyDeltaBySubjectMetric,
  flips: flipsMetric,
  changedAnswers: changedAnswersMetric,
  excessFlips: excessFlipsMetric,
  positionBias: positionBiasMetric,
  wordsPerMinute: wordsPerMinuteMetric,
  latency: latencyMetric,
  latencyRatio: latencyRatioMetric,
  timeToFirstToken: timeToFirstTokenMetric,
  prefillSpeed: prefillSpeedMetric,
  decodeSpeed: decodeSpeedMetric,
  peakMemory: peakMemoryMetric,
  memoryRatio: memoryRatioMetric,
});
