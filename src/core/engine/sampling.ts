import type { Random } from "#shared/random.ts";

export interface SamplingOptions {
  /** 0 takes the most likely token; above it divides the logits. */
  readonly temperature: number;
  /** Smallest set of most likely tokens with at least this probability is drawn from; 1 for all. */
  readonly topP: number;
}

/**
 * Draws the next token from a row of logits: softmax of logits / temperature, cut to the nucleus (Holtzman et al. 2020).
 * Equal logits are ordered by id, so the same row and the same random numbers give the same token.
 * @param limit ids from here on are padding of the vocabulary and are never drawn
 * @returns null when the row holds a NaN or +Infinity: the model is broken there
 */
export function sample(logits: Float32Array, options: SamplingOptions, random: Random, limit: number): number | null {
  const size = Math.min(limit, logits.length);
  let best = -1;
  for (let id = 0; id < size; id++) {
    const value = logits[id]!;
    if (Number.isNaN(value) || value === Infinity) return null;
    if (best < 0 || value > logits[best]!) best = id;
  }
  if (best < 0 || options.temperature === 0) return best < 0 ? null : best;

  // Weights below e^-40 cannot change a draw from 32 random bits; leaving them out keeps the list short.
  const candidates: { id: number; weight: number }[] = [];
  let total = 0;
  for (let id = 0; id < size; id++) {
    const exponent = (logits[id]! - logits[best]!) / options.temperature;
    if (exponent < -40) continue;
    const weight = Math.exp(exponent);
    candidates.push({ id, weight });
    total += weight;
  }
  if (options.topP < 1) {
    candidates.sort((a, b) => b.weight - a.weight || a.id - b.id);
    let kept = 0;
    let mass = 0;
    while (kept < candidates.length && mass < options.topP * total) mass += candidates[kept++]!.weight;
    candidates.length = kept;
    total = mass;
  }
  let rest = random.nextFloat() * total;
  for (const { id, weight } of candidates) {
    rest -= weight;
    if (rest < 0) return id;
  }
  return candidates.at(-1)!.id;
}
