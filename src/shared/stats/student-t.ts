import { logGamma } from "./log-gamma.ts";
import { normalCdf } from "./normal.ts";

/** From here on Student's t and the normal distribution differ by less than 1e-7 where anybody looks. */
const NORMAL_FROM = 1e6;

/**
 * P(T <= t) of Student's t with `df` degrees of freedom, relative error below 1e-10 in the lower tail: the regularised incomplete
 * beta function by its continued fraction (Abramowitz and Stegun 26.5.8, 26.7.1). RangeError for NaN and df not above 0.
 */
export function studentTCdf(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0))
    throw new RangeError(`Student's t needs a number and df above 0, got ${t} and ${df}.`);
  if (df >= NORMAL_FROM) return normalCdf(t);
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t with P(T <= t) = p, to full precision: regula falsi on the logarithm, which is nearly straight in t^2 (Illinois variant).
 * @param p above 0 and below 1; RangeError outside
 */
export function studentTQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A quantile needs a probability between 0 and 1, got ${p}.`);
  if (p > 0.5) return -studentTQuantile(1 - p, df);
  const excess = (t: number): number => Math.log(studentTCdf(t, df) / p);
  let low = -1;
  while (excess(low) > 0) low *= 2;
  let high = 0;
  let [below, above] = [excess(low), excess(high)];
  for (let step = 0; step < 100 && high - low > 1e-14 * -low; step += 1) {
    if (above === 0) return high;
    const between = low - (below * (high - low)) / (above - below);
    const found = excess(between);
    if (found === 0) return between;
    if (found > 0) {
      [high, above] = [between, found];
      below /= 2;
    } else {
      [low, below] = [between, found];
      above /= 2;
    }
  }
  return (low + high) / 2;
}

/** I_x(a, b). The fraction converges fast below the mean; above it the other side is computed. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  return front * betaFraction(x, a, b);
}

/** Lentz's method; never more than a few dozen terms where `incompleteBeta` asks. */
function betaFraction(x: number, a: number, b: number): number {
  const least = 1e-300;
  const away = (value: number): number => (Math.abs(value) < least ? least : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m += 1) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return fraction;
}
