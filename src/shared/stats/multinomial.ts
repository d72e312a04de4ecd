import type { Random } from "../random.ts";
import { logFactorial } from "./binomial.ts";
import { assertInteger } from "./assert-input.ts";

/**
 * Draws how often each group comes up among n draws with replacement from n things, `sizes[g]` of which are in group g:
 * exactly the counts that drawing the things one by one would give, for the price of one binomial a group (conditional
 * binomials, Davis 1993, "The computer generation of multinomial random variates"). RangeError for sizes below 1.
 * @returns fills its argument, one count a group; the counts sum to n
 */
export function multinomialDraws(
  sizes: readonly number[],
  random: Pick<Random, "nextFloat">,
): (to: Uint32Array) => void {
  sizes.forEach((size, group) => {
    assertInteger(size, `size of group ${group}`, 1);
  });
  const total = sizes.reduce((a, b) => a + b, 0);
  const logFactorials = Float64Array.from({ length: total + 1 }, (_, n) => logFactorial(n));
  let rest = total;
  // Of what the groups before have left, each takes a share that depends on the sizes alone. The last one takes the rest.
  const groups = sizes.slice(0, -1).map((size) => {
    const share = size / rest;
    rest -= size;
    return { share, odds: share / (1 - share), logShare: Math.log(share), logOther: Math.log1p(-share) };
  });
  return (to) => {
    let left = total;
    for (let group = 0; group < groups.length; group += 1) {
      const { share, odds, logShare, logOther } = groups[group]!;
      const mode = Math.min(left, Math.floor((left + 1) * share));
      const logWays = logFactorials[left]! - logFactorials[mode]! - logFactorials[left - mode]!;
      const atMode = Math.exp(logWays + mode * logShare + (left - mode) * logOther);
      const drawn = walkFromMode(left, odds, mode, atMode, random.nextFloat());
      to[group] = drawn;
      left -= drawn;
    }
    to[groups.length] = left;
  };
}

/** The binomial number at the place `u` (0 to 1) when probabilities are laid side by side, from the mode to both sides. */
function walkFromMode(n: number, odds: number, mode: number, atMode: number, u: number): number {
  let beyond = u - atMode;
  let [low, high] = [mode, mode];
  let [atLow, atHigh] = [atMode, atMode];
  while (beyond >= 0 && (high < n || low > 0)) {
    if (high < n) {
      atHigh *= ((n - high) / (high + 1)) * odds;
      high += 1;
      beyond -= atHigh;
      if (beyond < 0) return high;
    }
    if (low > 0) {
      atLow *= low / ((n - low + 1) * odds);
      low -= 1;
      beyond -= atLow;
      if (beyond < 0) return low;
    }
  }
  // Also for the 1e-13 or so that rounding leaves beyond both ends.
  return mode;
}
