import { assertInteger } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const latencyMetric = describeMetric({
  id: "latency",
  label: "Latency of a forward pass",
  unit: "ms",
  direction: "lower",
  aggregation: "median of the launches' medians; order-statistics 95 % over launches, a range below 6",
});

export const latencyRatioMetric = describeMetric({
  id: "latencyRatio",
  label: "Speed-up over the reference",
  unit: "ratio",
  direction: "higher",
  aggregation:
    "reference over candidate, of the medians that are shown; signed-rank 95 % over pairs of launches, stretched to hold it",
});

interface ForwardSpeed {
  readonly msPerSequence: number;
  readonly tokensPerSecond: number;
}

/**
 * What a latency means per sequence and per token: t / b, and 1000 b S / t.
 * @param latencyMs of one forward pass over `batchSize` sequences of `sequenceLength` tokens
 * @returns RangeError for a latency that is not above 0 and for sizes below 1
 */
export function forwardSpeed(latencyMs: number, batchSize: number, sequenceLength: number): ForwardSpeed {
  requireLatency(latencyMs);
  assertInteger(batchSize, "batchSize", 1);
  assertInteger(sequenceLength, "sequenceLength", 1);
  return {
    msPerSequence: latencyMs / batchSize,
    tokensPerSecond: (1000 * batchSize * sequenceLength) / latencyMs,
  };
}

/**
 * Scaling efficiency b t(1) / t(b): 1 when a batch costs as much as its sequences one by one, above 1 when batching pays.
 * RangeError as for `forwardSpeed`.
 */
export function scalingEfficiency(batchSize: number, latencyMs: number, singleLatencyMs: number): number {
  assertInteger(batchSize, "batchSize", 1);
  requireLatency(latencyMs);
  requireLatency(singleLatencyMs);
  return (batchSize * singleLatencyMs) / latencyMs;
}

function requireLatency(latencyMs: number): void {
  if (!(latencyMs > 0 && latencyMs < Infinity)) throw new RangeError(`A latency is above 0 ms, got ${latencyMs}.`);
}
