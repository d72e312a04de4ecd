import { klDivergence } from "#shared/metrics/kl-divergence.ts";
import { logSumExp } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import type { TokenRow } from "#shared/results.ts";
import { STORED_TOP_TOKENS } from "#shared/spec.ts";
import type { ReferencePosition, RowFile, RowPlace } from "./reference-rows.ts";

/** What is stored of the next tokens at one position, of a question or inside a text. */
type TokenComparison = Omit<TokenRow, "questionId" | "promptTokens">;

/**
 * The most likely next tokens of one row of logits, and how they compare with the reference's. Ids beyond the tokenizer's
 * are padding of the logits and never ranked; probabilities and divergence are over the full row, as every other tool has
 * them. A broken row (NaN, +Infinity) is stored with empty lists and counted as invalid.
 * @param reference null in the reference itself, and where it left nothing that fits
 */
export function compareTokens(
  logits: Float32Array,
  vocabularySize: number,
  reference: ReferencePosition | null,
): TokenComparison {
  const topIds = topK(logits, STORED_TOP_TOKENS, vocabularySize);
  const total = logSumExp(logits);
  if (topIds === null || total === null) {
    const referenceLogprobs = reference && [];
    return { topIds: [], topLogprobs: [], logSumExp: null, referenceLogprobs, klDivergence: null };
  }
  const logprobs = (ids: readonly number[]): number[] => ids.map((id) => logits[id]! - total);
  return {
    topIds,
    topLogprobs: logprobs(topIds),
    logSumExp: total,
    referenceLogprobs: reference && logprobs(reference.topIds),
    klDivergence: reference?.logits ? klDivergence(reference.logits, logits) : null,
  };
}

/** The comparison at one place of a set, which the reference leaves for the others. */
export function tokensAt(
  place: RowPlace,
  logits: Float32Array,
  vocabularySize: number,
  rows: RowFile,
): TokenComparison {
  const comparison = compareTokens(logits, vocabularySize, rows.read(place, logits.length));
  rows.write(place, logits, comparison.topIds);
  return comparison;
}
