const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

/** ln Γ(x) for x above 0, absolute error below 1e-12 of its size: Stirling's series with four terms, moved up by Γ(x + 1) = x Γ(x). */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`ln Γ needs a number above 0, got ${x}.`);
  let shift = 0;
  let at = x;
  while (at < 16) {
    shift += Math.log(at);
    at += 1;
  }
  const series = 1 / (12 * at) - 1 / (360 * at ** 3) + 1 / (1260 * at ** 5) - 1 / (1680 * at ** 7);
  return (at - 0.5) * Math.log(at) - at + HALF_LOG_TWO_PI + series - shift;
}
