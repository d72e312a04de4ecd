import { assertInteger } from "../stats/assert-input.ts";
import { type LogitsRow, usedLength } from "./logits-row.ts";

/**
 * The ids of the k largest logits, by logit descending, then id ascending; -Infinity (probability 0) is left out, so the
 * list may be shorter than k. One scan with insertion into a small sorted array: 150,000 logits take about 0.5 ms.
 * @param vocabularySize ids from here on are padding and are left out
 * @returns null when the row is invalid (a NaN or +Infinity in it). RangeError for k below 1.
 */
export function topK(row: LogitsRow, k: number, vocabularySize?: number): number[] | null {
  assertInteger(k, "k", 1);
  const size = usedLength(row, vocabularySize);
  const most = Math.min(k, size);
  const ids = new Int32Array(most);
  const logits = new Float64Array(most);
  let filled = 0;
  let threshold = -Infinity;
  for (let id = 0; id < size; id += 1) {
    const logit = row[id]!;
    if (logit > threshold) {
      if (logit === Infinity) return null;
      let place = filled < most ? filled++ : most - 1;
      // Strictly smaller: of equal logits the lower id, seen first, stays in front.
      for (; place > 0 && logits[place - 1]! < logit; place -= 1) {
        logits[place] = logits[place - 1]!;
        ids[place] = ids[place - 1]!;
      }
      logits[place] = logit;
      ids[place] = id;
      if (filled === most) threshold = logits[most - 1]!;
    } else if (Number.isNaN(logit)) {
      return null;
    }
  }
  return Array.from(ids.subarray(0, filled));
}
