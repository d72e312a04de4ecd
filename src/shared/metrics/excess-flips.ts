import { bonettPrice } from "../stats/bonett-price.ts";
import type { Interval } from "../stats/interval.ts";
import { type FloorFinding, aboveFloor } from "../stats/noise-floor.ts";
import { describeMetric } from "./descriptor.ts";

export const excessFlipsMetric = describeMetric({
  id: "excessFlips",
  label: "Flips beyond the noise floor",
  unit: "shareDifference",
  direction: "lower",
  aggregation:
    "flips less those of the reference against itself, on the same questions; Bonett-Price 95 % of the paired shares",
});

export interface FlipPair {
  /** Whether the candidate's correctness differs from the reference's; null where either answer is invalid. */
  readonly candidate: boolean | null;
  /** The same of the reference against itself (A/A: asked again, or in another batch); null where invalid. */
  readonly floor: boolean | null;
}

interface ExcessFlips {
  /** Shares of the questions that count, 0 to 1. */
  readonly candidateShare: number;
  readonly floorShare: number;
  /** candidateShare - floorShare, -1 to 1. */
  readonly excess: number;
  /** Bonett-Price 95 % of the excess. */
  readonly interval: Interval;
  /** Whether the candidate's flips are at least 3 x the floor's. */
  readonly finding: FloorFinding;
  readonly n: number;
  /** Questions left out because a side is invalid. */
  readonly invalid: number;
}

/** How much more a candidate flips than the reference does against itself. Order changes nothing; null without questions. */
export function excessFlips(questions: readonly FlipPair[]): ExcessFlips | null {
  const valid = questions.filter(({ candidate, floor }) => candidate !== null && floor !== null);
  const n = valid.length;
  const only = (one: "candidate" | "floor", other: "candidate" | "floor"): number =>
    valid.filter((each) => each[one] && !each[other]).length;
  const difference = bonettPrice({ n, b: only("floor", "candidate"), c: only("candidate", "floor") });
  if (difference === null) return null;
  const candidateShare = valid.filter(({ candidate }) => candidate).length / n;
  const floorShare = valid.filter(({ floor }) => floor).length / n;
  return {
    candidateShare,
    floorShare,
    excess: candidateShare - floorShare,
    interval: { low: difference.low, high: difference.high },
    finding: aboveFloor(candidateShare, floorShare),
    n,
    invalid: questions.length - n,
  };
}
