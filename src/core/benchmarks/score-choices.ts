import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import type { Decoder } from "#core/engine/decoder.ts";
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
  const rows = new Map<string, (position: number) => Float32Array>();
  const rowsOf = async (ids: readonly number[]): Promise<(position: number) => Float32Array> => {
    const key = ids.join();
    let row = rows.get(key);
    if (!row) {
      const logits = await decoder.forward([ids]);
      row = (position) => logits.row(0, position);
      rows.set(key, row);
    }
    return row;
  };
  const lastOfPrompt = plan.promptIds.length - 1;
  rows.set(plan.promptIds.join(), (position) => {
    if (position !== lastOfPrompt)
      throw new RangeError(`only the last position of the prompt was kept, not ${position}`);
    return promptLogits;
  });

  const scores: (number | null)[] = [];
  for (const { ids, scoredFrom } of plan.sequences) {
    if (ids.length <= scoredFrom) {
      scores.push(null);
      continue;
    }
    const fed = ids.slice(0, -1);
    const onlyLast = scoredFrom === ids.length - 1;
    // A seam that merged needs positions inside the prompt, which the prompt's own pass did not keep.
    if (!onlyLast) rows.delete(plan.promptIds.join());
    const row = await rowsOf(fed);
    scores.push(sumLogprobs(ids, scoredFrom, row));
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
