import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { CacheSelfTest } from "#shared/results.ts";
import { arithmeticLimit, COMPARED_TOKENS, roundsActivations } from "#core/engine/arithmetic.ts";
import type { Decoder } from "#core/engine/decoder.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";

const PROMPT_TOKENS = 8;
const STEPS = 4;

/**
 * Feeds the same tokens in one pass and token by token with the cache, and compares the log-probabilities of the most likely
 * next tokens. Where they differ by more than arithmetic explains, the cache is not understood and generation does without
 * it. Formats whose activations are rounded (accuracy level 4, dynamic 8-bit) differ by their nature: there is no limit then.
 */
export async function testCache(
  decoder: Decoder,
  facts: GraphFacts,
  vocabularySize: number,
  provider: ProviderId,
): Promise<CacheSelfTest | null> {
  if (decoder.signature.cache.length === 0) return null;
  const random = createRandom(hashSeed("cache self-test"));
  const ids = Array.from({ length: PROMPT_TOKENS + STEPS }, () => random.nextInt(vocabularySize));
  const whole = (await decoder.forward([ids])).row(0, ids.length - 1);
  let { logits, cache } = await decoder.prefill(ids.slice(0, PROMPT_TOKENS));
  for (const id of ids.slice(PROMPT_TOKENS)) ({ logits, cache } = await decoder.step(cache, id));

  const top = topK(whole, COMPARED_TOKENS, Math.min(vocabularySize, whole.length)) ?? [];
  const [expected, found] = [logSoftmaxAt(whole, top), logSoftmaxAt(logits, top)];
  const difference =
    expected && found ? Math.max(0, ...expected.map((logprob, index) => Math.abs(logprob - found[index]!))) : null;
  const limit = roundsActivations(facts) ? null : arithmeticLimit(decoder.signature, facts, provider);
  const cacheUsed = difference === null || limit === null || difference <= limit;
  if (!cacheUsed) decoder.forgetCache();
  return { maxLogprobDifference: difference, limit, cacheUsed };
}
