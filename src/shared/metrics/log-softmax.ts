import type { Numbers } from "../stats/numbers.ts";
import { type LogitsRow, usedLength } from "./logits-row.ts";

/**
 * ln(sum of exp(logit)) of one row, in nats: shifted by the largest logit, summed in float64.
 * @param vocabularySize ids from here on are padding and are left out
 * @returns null when the row is no distribution: a NaN or +Infinity in it, every logit -Infinity, or no logit at all
 */
export function logSumExp(row: LogitsRow, vocabularySize?: number): number | null {
  const size = usedLength(row, vocabularySize);
  let largest = -Infinity;
  for (let id = 0; id < size; id += 1) {
    const logit = row[id]!;
    if (!(logit < Infinity)) return null;
    if (logit > largest) largest = logit;
  }
  if (largest === -Infinity) return null;
  let sum = 0;
  for (let id = 0; id < size; id += 1) sum += Math.exp(row[id]! - largest);
  return largest + Math.log(sum);
}

/**
 * Log-probabilities of chosen ids, in nats and in the order of the ids; -Infinity where the probability is 0.
 * Null for a row that is no distribution (see `logSumExp`); RangeError for an id outside the vocabulary.
 */
export function logSoftmaxAt(logits: LogitsRow, ids: Numbers, vocabularySize?: number): number[] | null {
  const size = usedLength(logits, vocabularySize);
  const logTotal = logSumExp(logits, size);
  if (logTotal === null) return null;
  return Array.from(ids, (id) => {
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new RangeError(`Token id ${id} is outside the vocabulary of ${size}.`);
    }
    return logits[id]! - logTotal;
  });
}
