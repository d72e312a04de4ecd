import { type BootstrapOptions, bootstrapMeanDifference } from "../stats/bootstrap.ts";
import type { Interval } from "../stats/interval.ts";
import { type FloorFinding, aboveFloor } from "../stats/noise-floor.ts";
import { describeMetric } from "./descriptor.ts";

export const excessFlipsMetric = describeMetric({
  id: "excessFlips",
  label: "Flips beyond the noise floor",
  unit: "shareDifference",
  direction: "lower",
  aggregation:
    "flips less those of the reference against itself, on the same questions; paired bootstrap over questions",
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
  /**
   * 95 %; null with fewer than 10 questions. Width 0 only says that every question did the same (mostly: nothing flipped),
   * and then Wilson's interval of the flips is the one to show.
   */
  readonly interval: Interval | null;
  /** Whether the candidate's flips are at least 3 x the floor's. */
  readonly finding: FloorFinding;
  readonly n: number;
  /** Questions left out because a side is invalid. */
  readonly invalid: number;
}

/** How much more a candidate flips than the reference does against itself. Order changes nothing; null without questions. */
export function excessFlips(questions: readonly FlipPair[], options: BootstrapOptions): ExcessFlips | null {
  const valid = questions.filter(({ candidate, floor }) => candidate !== null && floor !== null);
  const difference = bootstrapMeanDifference(
    valid.map(({ floor }) => [Number(floor)]),
    valid.map(({ candidate }) => [Number(candidate)]),
    options,
  );
  if (difference === null) return null;
  const n = valid.length;
  const candidateShare = valid.filter(({ candidate }) => candidate).length / n;
  const floorShare = valid.filter(({ floor }) => floor).length / n;
  return {
    candidateShare,
    floorShare,
    excess: candidateShare - floorShare,
    interval: difference.interval,
    finding: aboveFloor(candidateShare, floorShare),
    n,
    invalid: questions.length - n,
  };
}
