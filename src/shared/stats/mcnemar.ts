import { halfBinomial } from "./binomial.ts";
import { assertInteger } from "./assert-input.ts";

interface McNemar {
  /** Two-sided exact p; conservative, so this is the one to decide by. */
  readonly exact: number;
  /** Two-sided mid-p; better calibrated (Fagerland, Lydersen and Laake 2013). */
  readonly midP: number;
  /** Items on which the two differ in correctness: all that the test looks at. */
  readonly discordant: number;
}

/**
 * McNemar's test of paired right/wrong outcomes: are right-to-wrong and wrong-to-right equally likely?
 * @param b items that only the reference got right
 * @param c items that only the candidate got right
 * @returns p-values from 0 to 1; both 1 when nothing differs. RangeError for negative or broken counts.
 */
export function mcnemar(b: number, c: number): McNemar {
  assertInteger(b, "b");
  assertInteger(c, "c");
  const discordant = b + c;
  if (discordant === 0) return { exact: 1, midP: 1, discordant };
  const { equal, atMost } = halfBinomial(discordant, Math.min(b, c));
  if (b === c) return { exact: 1, midP: 1 - equal, discordant };
  const exact = Math.min(1, 2 * atMost);
  return { exact, midP: Math.max(0, exact - equal), discordant };
}
