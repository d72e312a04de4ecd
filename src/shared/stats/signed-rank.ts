import { Z_95 } from "./interval.ts";
import { assertInteger } from "./assert-input.ts";

/** Fewer differences than this give no 95 % signed-rank interval: already P(W = 0) = 2^-5 is more than 2.5 %. */
const SIGNED_RANK_LEAST = 6;

/** Up to here the null distribution is counted out; beyond, the normal approximation is off by one rank at most. */
const EXACT_LIMIT = 100;
const TAIL = 0.025;

interface SignedRankCut {
  /** The interval reaches from the k-th smallest to the k-th largest Walsh average, k from 1. */
  readonly k: number;
  /** Its real coverage, at least 0.95 where counted out. */
  readonly confidence: number;
}

/**
 * Where to cut the n(n+1)/2 Walsh averages for a 95 % interval: k - 1 is the largest w with P(W <= w) <= 2.5 % for
 * Wilcoxon's signed-rank statistic W of n differences (Wilcoxon 1945; Hollander and Wolfe). Null for n below 6.
 */
export function signedRankCut(n: number): SignedRankCut | null {
  assertInteger(n, "n");
  if (n < SIGNED_RANK_LEAST) return null;
  if (n > EXACT_LIMIT) {
    const sd = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
    return { k: Math.floor((n * (n + 1)) / 4 - Z_95 * sd - 0.5) + 1, confidence: 0.95 };
  }
  // P(W = w): rank i joins the sum or does not, with probability 1/2 each. W <= w needs no sum beyond half of all ranks.
  const size = Math.floor((n * (n + 1)) / 4) + 1;
  const probability = new Float64Array(size);
  probability[0] = 1;
  for (let rank = 1; rank <= n; rank += 1) {
    for (let w = size - 1; w >= 0; w -= 1) {
      probability[w] = (probability[w]! + (w >= rank ? probability[w - rank]! : 0)) / 2;
    }
  }
  let k = 0;
  let below = 0;
  while (below + probability[k]! <= TAIL) {
    below += probability[k]!;
    k += 1;
  }
  return { k, confidence: 1 - 2 * below };
}
