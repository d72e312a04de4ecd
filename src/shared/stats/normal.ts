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
