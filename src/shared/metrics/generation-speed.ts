import type { Numbers } from "../stats/numbers.ts";
import { describeMetric } from "./descriptor.ts";

export const timeToFirstTokenMetric = describeMetric({
  id: "timeToFirstToken",
  label: "Time to the first token",
  unit: "ms",
  direction: "lower",
  aggregation: "from before the prompt's forward pass until the first token is chosen; median over launches",
});

export const prefillSpeedMetric = describeMetric({
  id: "prefillSpeed",
  label: "Prompt speed",
  unit: "tokens/s",
  direction: "higher",
  aggregation: "prompt tokens over the time to the first token; median over launches",
});

export const decodeSpeedMetric = describeMetric({
  id: "decodeSpeed",
  label: "Generation speed",
  unit: "tokens/s",
  direction: "higher",
  aggregation: "tokens after the first over their time, never the mean of speeds; median over launches",
});

/** The generations of one launch, all of one batch size and prompt length. */
export interface GenerationTimes {
  readonly batchSize: number;
  /** Fed before the first new token, each sequence. */
  readonly promptTokens: number;
  /** One a generation. */
  readonly timeToFirstTokenMs: Numbers;
  /** Of each further token of all generations. */
  readonly interTokenMs: Numbers;
}

/** Tokens of all sequences that the prompts held, by the time until their first new token; null where none was timed. */
export function prefillTokensPerSecond(times: GenerationTimes): number | null {
  const { batchSize, promptTokens, timeToFirstTokenMs } = times;
  return perSecond(batchSize * promptTokens * timeToFirstTokenMs.length, timeToFirstTokenMs);
}

/** New tokens of all sequences after the first, by the time that they took; null where there was no second one. */
export function decodeTokensPerSecond({
  batchSize,
  interTokenMs,
}: Pick<GenerationTimes, "batchSize" | "interTokenMs">): number | null {
  return perSecond(batchSize * interTokenMs.length, interTokenMs);
}

function perSecond(tokens: number, times: Numbers): number | null {
  let ms = 0;
  for (const each of times) ms += each;
  return ms > 0 ? (1000 * tokens) / ms : null;
}
