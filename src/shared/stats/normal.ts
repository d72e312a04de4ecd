/** Below this the sum of the central series is exact to rounding; above it the continued fraction of the tail converges. */
const SERIES_LIMIT = 3;
const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * P(Z <= z) of the standard normal distribution, relative error below 1e-12 in either tail: the series z + z^3/3 + z^5/15
 * + ... around 0, Laplace's continued fraction of the tail beyond (Abramowitz and Stegun 26.2.11 and 26.2.14).
 * RangeError for NaN.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) throw new RangeError("The normal distribution has no value at NaN.");
  if (z < -SERIES_LIMIT) return upperTail(-z);
  if (z > SERIES_LIMIT) return 1 - upperTail(z);
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + sum * density(z);
}

const density = (z: number): number => Math.exp((-z * z) / 2) / SQRT_TWO_PI;

function upperTail(z: number): number {
  let fraction = z;
  for (let level = 100; level > 0; level -= 1) fraction = z + level / fraction;
  return density(z) / fraction;
}

/** The z with P(Z <= z) = p, by halving: absolute error below 1e-12. RangeError unless 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A normal quantile needs a probability between 0 and 1, got ${p}.`);
  let [low, high] = [-40, 40];
  while (high - low > 1e-13 * Math.max(1, Math.abs(low))) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
