import type { Numbers } from "../stats/numbers.ts";
import { describeMetric } from "./descriptor.ts";

export const commonPrefixMetric = describeMetric({
  id: "commonPrefix",
  label: "Text in common before the first different token",
  unit: "share",
  direction: "higher",
  aggregation: "mean over texts of common first tokens over the longer text's tokens",
});

interface TextAlignment {
  /** Index of the first token that differs; null when one text is the beginning of the other, or both are the same. */
  readonly firstDivergence: number | null;
  /** Tokens before it, of the longer text's, 0 to 1: 1 only for identical texts. Null when both are empty. */
  readonly commonShare: number | null;
}

/** Where two generated texts part, from their token ids. Ids of one tokenizer only. */
export function alignTexts(reference: Numbers, candidate: Numbers): TextAlignment {
  const shorter = Math.min(reference.length, candidate.length);
  const longer = Math.max(reference.length, candidate.length);
  let common = 0;
  while (common < shorter && reference[common] === candidate[common]) common += 1;
  return {
    firstDivergence: common < shorter ? common : null,
    commonShare: longer === 0 ? null : common / longer,
  };
}
