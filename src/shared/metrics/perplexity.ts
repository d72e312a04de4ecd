import { type Interval, Z_95 } from "../stats/interval.ts";
import type { Numbers } from "../stats/numbers.ts";
import { assertNoNaN } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const perplexityMetric = describeMetric({
  id: "perplexity",
  label: "Perplexity",
  unit: "perplexity",
  direction: "lower",
  aggregation: "e to the mean negative log-likelihood over scored tokens; compare by the paired ratio",
});

interface Perplexity {
  /** Scored tokens, infinite ones among them. */
  readonly n: number;
  /** Nats per token; Infinity when a token got probability 0. */
  readonly meanNll: number;
  readonly perplexity: number;
  /** Of the mean, in nats, as if tokens were independent; null for one token or an infinite mean. */
  readonly standardError: number | null;
  /** 95 % on the log scale (it cannot go below 0) from that error: too narrow for running text, resample chunks there. */
  readonly tokenInterval: Interval | null;
  /** Tokens that got probability 0. */
  readonly infinite: number;
}

/**
 * Perplexity from the negative log-likelihood of each scored token, in nats, -ln p(token).
 * Comparable only for the same tokenizer, text, window and first token. Null when empty; RangeError for NaN.
 */
export function perplexity(nlls: Numbers): Perplexity | null {
  assertNoNaN(nlls, "perplexity");
  const n = nlls.length;
  if (n === 0) return null;
  let [sum, infinite] = [0, 0];
  for (const nll of nlls) {
    sum += nll;
    if (nll === Infinity) infinite += 1;
  }
  const meanNll = sum / n;
  const base = { n, meanNll, perplexity: Math.exp(meanNll), infinite };
  if (n === 1 || infinite > 0) return { ...base, standardError: null, tokenInterval: null };
  let squares = 0;
  for (const nll of nlls) squares += (nll - meanNll) ** 2;
  const standardError = Math.sqrt(squares / (n - 1) / n);
  const half = Z_95 * standardError;
  return { ...base, standardError, tokenInterval: { low: Math.exp(meanNll - half), high: Math.exp(meanNll + half) } };
}
