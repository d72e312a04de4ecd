/**
 * The float32 that a C++ compiler makes of a literal like "5.208333333e-03f": rounded from decimal once, to nearest, ties to
 * even. `Math.fround` of the same digits rounds twice (the digits are a float64 first) and can end at the other neighbour.
 */
export function float32Literal(text: string): number {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?f?$/.exec(text)!;
  const power = Number(exponent) - fraction.length;
  // The value is over / under, exactly.
  const over = BigInt(whole! + fraction) * 10n ** BigInt(Math.max(power, 0));
  const under = 10n ** BigInt(Math.max(-power, 0));
  // Units of the last place: 24 digits, or those of the subnormal numbers.
  let unit = -149;
  while (over * 2n ** BigInt(Math.max(-unit, 0)) >= under * 2n ** BigInt(24 + Math.max(unit, 0))) unit++;
  const scaled = over * 2n ** BigInt(Math.max(-unit, 0));
  const divisor = under * 2n ** BigInt(Math.max(unit, 0));
  let units = scaled / divisor;
  const twiceRest = 2n * (scaled % divisor);
  if (twiceRest > divisor || (twiceRest === divisor && units % 2n === 1n)) units++;
  const size = Number(units) * 2 ** unit;
  const value = size < 2 ** 128 ? size : Infinity;
  return sign ? -value : value;
}
