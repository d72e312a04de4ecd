import type { Numbers } from "../stats/numbers.ts";
import { quantile } from "../stats/quantile.ts";
import { requireFinite, requireInteger } from "../stats/require.ts";
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

export const endToEndSpeedMetric = describeMetric({
  id: "endToEndSpeed",
  label: "Generation speed, prompt included",
  unit: "tokens/s",
  direction: "higher",
  aggregation: "generated tokens over the time to the last one; median over launches",
});

export interface GenerationSpeed {
  readonly timeToFirstTokenMs: number;
  /** P / t(1). */
  readonly prefillTokensPerSecond: number;
  /** (N - 1) / (t(N) - t(1)); null for a single token, which has no decoding step. */
  readonly decodeTokensPerSecond: number | null;
  /** N / t(N). */
  readonly endToEndTokensPerSecond: number;
  /** Time between tokens; null for a single one. */
  readonly interTokenMs: { readonly p50: number; readonly p95: number } | null;
}

/**
 * Speeds of one generated sequence from when each of its tokens was chosen.
 * @param promptTokens fed before the first token
 * @param tokenMs ascending, since before the prompt's forward pass
 * @returns null without tokens. RangeError for times that are not finite, not above 0 or not ascending.
 */
export function generationSpeed(promptTokens: number, tokenMs: Numbers): GenerationSpeed | null {
  requireInteger(promptTokens, "promptTokens", 1);
  requireFinite(tokenMs, "tokenMs");
  const n = tokenMs.length;
  if (n === 0) return null;
  const [first, last] = [tokenMs[0]!, tokenMs[n - 1]!];
  const gaps = Array.from({ length: n - 1 }, (_, i) => tokenMs[i + 1]! - tokenMs[i]!);
  if (!(first > 0) || gaps.some((gap) => gap < 0)) throw new RangeError("tokenMs must ascend from above 0.");
  return {
    timeToFirstTokenMs: first,
    prefillTokensPerSecond: (1000 * promptTokens) / first,
    decodeTokensPerSecond: last > first ? (1000 * (n - 1)) / (last - first) : null,
    endToEndTokensPerSecond: (1000 * n) / last,
    interTokenMs: n === 1 ? null : { p50: quantile(gaps, 0.5)!, p95: quantile(gaps, 0.95)! },
  };
}
