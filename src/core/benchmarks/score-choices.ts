import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import type { Decoder } from "#core/engine/decoder.ts";
import type { Logits } from "#core/engine/logits.ts";
import type { ChoicePlan } from "./choice-plan.ts";

/**
 * Log-likelihood in nats of each choice's tokens: the sum of their log-probabilities over the full vocabulary.
 * One-token letters are all read from the prompt's own next-token logits. Other sequences get a forward pass of their own,
 * alone and from the start, which is exact for every format (a dynamically quantized model sees the whole tensor).
 * @param promptLogits the row that predicts the token behind `plan.promptIds`
 * @returns null for a choice without tokens or with a NaN in its logits
 */
export async function scoreChoices(
  decoder: Decoder,
  plan: ChoicePlan,
  promptLogits: Float32Array,
): Promise<(number | null)[]> {
  const scores: (number | null)[] = plan.sequences.map(() => null);
  // Choices that feed the same tokens share a pass; its logits are large, so they go before the next pass comes.
  const byFed = Map.groupBy(plan.sequences.keys(), (choice) => plan.sequences[choice]!.ids.slice(0, -1).join());
  const prompt = plan.promptIds.join();
  for (const [fed, choices] of byFed) {
    let logits: Logits | null = null;
    for (const choice of choices) {
      const { ids, scoredFrom } = plan.sequences[choice]!;
      if (ids.length <= scoredFrom) continue;
      // A seam that merged needs positions inside the prompt, which the prompt's own pass did not keep.
      if (fed === prompt && scoredFrom === ids.length - 1) {
        scores[choice] = sumLogprobs(ids, scoredFrom, () => promptLogits);
        continue;
      }
      const passed = (logits ??= await decoder.forward([ids.slice(0, -1)]));
      scores[choice] = sumLogprobs(ids, scoredFrom, (position) => passed.row(0, position));
    }
  }
  return scores;
}

function sumLogprobs(ids: readonly number[], from: number, row: (position: number) => Float32Array): number | null {
  let sum = 0;
  for (let position = from; position < ids.length; position++) {
    const [logprob] = logSoftmaxAt(row(position - 1), [ids[position]!]) ?? [NaN];
    if (Number.isNaN(logprob)) return null;
    sum += logprob!;
  }
  return sum;
}

/** Index of the largest score; of equal ones the first. Null when any score is missing: the question is invalid then. */
export function bestChoice(scores: readonly (number | null)[]): number | null {
  let best: number | null = null;
  for (const [index, score] of scores.entries()) {
    if (score === null) return null;
    if (best === null || score > scores[best]!) best = index;
  }
  return best;
}
