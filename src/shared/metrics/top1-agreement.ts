import type { Interval } from "../stats/interval.ts";
import { wilson } from "../stats/wilson.ts";
import { describeMetric } from "./descriptor.ts";

export const top1AgreementMetric = describeMetric({
  id: "top1Agreement",
  label: "Top-1 agreement",
  unit: "share",
  direction: "higher",
  aggregation: "share of positions; Wilson 95 %, for as many trials as clustered positions are worth",
});

/** A reference this far ahead (p1 - p2) was no coin flip: disagreeing with it is a "confident disagreement". */
const CONFIDENT_MARGIN = 0.1;

interface Top1Pair {
  /** First token of each side; null when its row was invalid or held no token. */
  readonly reference: number | null;
  readonly candidate: number | null;
  /** p1 - p2 of the reference, 0 to 1; see margin.ts. */
  readonly referenceMargin?: number | null;
}

interface Top1Agreement {
  readonly n: number;
  readonly agreed: number;
  /** Null when no position counts. */
  readonly share: number | null;
  /** Wilson 95 %, right for independent positions only. */
  readonly interval: Interval | null;
  /** Disagreements where the reference's margin is above 0.1. */
  readonly confidentDisagreements: number;
  /** Pairs with a null side. */
  readonly skipped: number;
}

/** Share of positions at which both sides put the same token first. */
export function top1Agreement(pairs: readonly Top1Pair[]): Top1Agreement {
  let [n, agreed, confidentDisagreements] = [0, 0, 0];
  for (const { reference, candidate, referenceMargin } of pairs) {
    if (reference === null || candidate === null) continue;
    n += 1;
    if (reference === candidate) agreed += 1;
    else if ((referenceMargin ?? 0) > CONFIDENT_MARGIN) confidentDisagreements += 1;
  }
  return {
    n,
    agreed,
    share: n === 0 ? null : agreed / n,
    interval: wilson(agreed, n),
    confidentDisagreements,
    skipped: pairs.length - n,
  };
}
