import type { Interval } from "../stats/interval.ts";
import type { Numbers } from "../stats/numbers.ts";
import { quantile } from "../stats/quantile.ts";
import { wilson } from "../stats/wilson.ts";
import { describeMetric } from "./descriptor.ts";

export const commonPrefixMetric = describeMetric({
  id: "commonPrefix",
  label: "Text in common before the first different token",
  unit: "share",
  direction: "higher",
  aggregation: "mean over texts of common first tokens over the longer text's tokens",
});

export interface TextAlignment {
  /** Index of the first token that differs; null when one text is the beginning of the other, or both are the same. */
  readonly firstDivergence: number | null;
  /** Tokens before it: the index itself, or the length of the shorter text. */
  readonly commonTokens: number;
  /** Of the longer text, 0 to 1: 1 only for identical texts. Null when both are empty. */
  readonly commonShare: number | null;
  readonly identical: boolean;
}

/** Where two generated texts part, from their token ids. Ids of one tokenizer only. */
export function alignTexts(reference: Numbers, candidate: Numbers): TextAlignment {
  const shorter = Math.min(reference.length, candidate.length);
  const longer = Math.max(reference.length, candidate.length);
  let commonTokens = 0;
  while (commonTokens < shorter && reference[commonTokens] === candidate[commonTokens]) commonTokens += 1;
  return {
    firstDivergence: commonTokens < shorter ? commonTokens : null,
    commonTokens,
    commonShare: longer === 0 ? null : commonTokens / longer,
    identical: commonTokens === longer,
  };
}

export interface DivergenceSummary {
  /** Texts with a token on either side. */
  readonly n: number;
  readonly identical: number;
  readonly identicalShare: number | null;
  /** Wilson 95 % of that share. */
  readonly identicalInterval: Interval | null;
  readonly meanCommonShare: number | null;
  /** Tokens in common, identical texts with all of theirs; null without texts. */
  readonly medianCommonTokens: number | null;
  /** Pairs of two empty texts. */
  readonly empty: number;
}

/** Over the texts of one comparison. */
export function summarizeDivergence(alignments: readonly TextAlignment[]): DivergenceSummary {
  const texts = alignments.filter(({ commonShare }) => commonShare !== null);
  const n = texts.length;
  const identical = texts.filter((text) => text.identical).length;
  const mean = texts.reduce((sum, { commonShare }) => sum + commonShare!, 0) / n;
  return {
    n,
    identical,
    identicalShare: n === 0 ? null : identical / n,
    identicalInterval: wilson(identical, n),
    meanCommonShare: n === 0 ? null : mean,
    medianCommonTokens: quantile(
      texts.map(({ commonTokens }) => commonTokens),
      0.5,
    ),
    empty: alignments.length - n,
  };
}
