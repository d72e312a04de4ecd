import { logGamma } from "./log-gamma.ts";
import { assertInteger } from "./assert-input.ts";

/** ln(n!), absolute error below 1e-12 of its size: the product up to 31, ln Γ(n + 1) above. */
export function logFactorial(n: number): number {
  assertInteger(n, "n");
  if (n >= 32) return logGamma(n + 1);
  let product = 1;
  for (let factor = 2; factor <= n; factor += 1) product *= factor;
  return Math.log(product);
}

/** P(X = k) and P(X <= k) for X of the binomial distribution with n trials of probability 1/2. */
interface HalfBinomial {
  readonly equal: number;
  readonly atMost: number;
}

/**
 * Lower tail of Bin(n, 1/2) at k. Starts from ln P(X = k) and walks down with P(j-1)/P(j) = j/(n-j+1), so nothing
 * overflows at n = 100,000 and only probabilities below 1e-308 become 0. RangeError unless 0 <= k <= n, integers.
 */
export function halfBinomial(n: number, k: number): HalfBinomial {
  assertInteger(n, "n");
  assertInteger(k, "k");
  if (k > n) throw new RangeError(`k (${k}) must not exceed n (${n}).`);
  if (2 * k > n) {
    const upper = k === n ? 0 : halfBinomial(n, n - k - 1).atMost;
    return { equal: halfBinomial(n, n - k).equal, atMost: 1 - upper };
  }
  const equal = Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) - n * Math.LN2);
  let sum = 1;
  let term = 1;
  for (let j = k; j > 0 && term > sum * 1e-18; j -= 1) {
    term *= j / (n - j + 1);
    sum += term;
  }
  return { equal, atMost: equal * sum };
}
