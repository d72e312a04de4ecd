import type { BootstrapOptions } from "./bootstrap.ts";
import { type DrawnCandidate, type DrawnObjective, jointDraws } from "./joint-draws.ts";
import { assertInteger } from "./assert-input.ts";

/** The Monte Carlo error of a share is at most 1.1 points. */
const PARETO_RESAMPLES = 2000;

export interface ParetoObjective extends DrawnObjective {
  readonly better: "lower" | "higher";
}

interface ParetoShare {
  readonly id: string;
  /** Share of draws in which no other candidate dominates it, 0 to 1. */
  readonly share: number;
  /** Whether it is on the front of the plain estimates. */
  readonly onFront: boolean;
  /** The plain estimates by objective, in the unit of the values. */
  readonly estimates: Readonly<Record<string, number>>;
}

interface ParetoResult {
  /** In the order of the candidates. */
  readonly candidates: readonly ParetoShare[];
  /** Units that all candidates have, by kind: only those are drawn from. */
  readonly units: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly resamples: number;
}

/**
 * Probability of being on the Pareto front: units (questions, launches) are drawn with replacement, the same for all
 * candidates, every objective is computed anew, and the draws count in which nobody else is at least as good in everything
 * and better in something. Equal in everything is not dominated: copies of one candidate are on the front together.
 * The order of units, objectives and candidates changes no share.
 * @returns null without candidates; RangeError without objectives, without a resample, and as for `jointDraws`
 */
export function paretoShares(
  objectives: readonly ParetoObjective[],
  candidates: readonly DrawnCandidate[],
  { seed, resamples = PARETO_RESAMPLES }: BootstrapOptions,
): ParetoResult | null {
  assertInteger(resamples, "resamples", 1);
  if (objectives.length === 0) throw new RangeError("A Pareto front needs at least one objective.");
  if (candidates.length === 0) return null;
  const draws = jointDraws(objectives, candidates, seed);
  const points = (): number[][] => candidates.map((_, c) => objectives.map((_, o) => draws.value(o, c)));

  const plain = points();
  const onFront = front(plain, objectives);
  const hits = new Uint32Array(candidates.length);
  for (let resample = 0; resample < resamples; resample += 1) {
    draws.draw();
    front(points(), objectives).forEach((on, candidate) => (hits[candidate]! += Number(on)));
  }
  return {
    candidates: candidates.map(({ id }, candidate) => ({
      id,
      share: hits[candidate]! / resamples,
      onFront: onFront[candidate]!,
      estimates: Object.fromEntries(objectives.map((objective, o) => [objective.id, plain[candidate]![o]!])),
    })),
    units: draws.units,
    seed,
    resamples,
  };
}

/** Which points nobody dominates. */
function front(points: readonly (readonly number[])[], objectives: readonly ParetoObjective[]): boolean[] {
  const signs = objectives.map(({ better }) => (better === "lower" ? 1 : -1));
  const dominates = (a: readonly number[], b: readonly number[]): boolean => {
    let ahead = false;
    for (const [objective, sign] of signs.entries()) {
      const difference = sign * (a[objective]! - b[objective]!);
      if (difference > 0) return false;
      if (difference < 0) ahead = true;
    }
    return ahead;
  };
  return points.map((point) => !points.some((other) => dominates(other, point)));
}
