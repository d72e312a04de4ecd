import { createRandom, hashSeed } from "../random.ts";
import { ascending, quantileOfSorted } from "./quantile.ts";
import { assertFinite } from "./assert-input.ts";

/** One number that sums up a candidate, computed anew from each draw of its units. */
export interface DrawnObjective {
  readonly id: string;
  /**
   * What is drawn anew: `questions`, `launches`, ... Objectives over one kind of unit share their draws, as all
   * candidates do: a question drawn twice counts twice for everyone's accuracy and flips.
   */
  readonly over: string;
  /** Of the drawn units: the mean of questions, the median of launches. */
  readonly aggregate: "mean" | "median";
}

export interface DrawnCandidate {
  readonly id: string;
  /** By objective: the value of each unit, by question id or launch number. One unit for what has no scatter (a file's size). */
  readonly values: Readonly<Record<string, ReadonlyMap<string | number, number>>>;
}

interface JointDraws {
  /** Units that all candidates have, by kind: only those are drawn from. */
  readonly units: Readonly<Record<string, number>>;
  /** Draws all units anew, with replacement; before the first draw each unit counts once. */
  readonly draw: () => void;
  /** The objective of a candidate over the units drawn last, in the unit of its values. */
  readonly value: (objective: number, candidate: number) => number;
}

/**
 * Joint resampling of several objectives of several candidates (a paired bootstrap): one draw of units serves them all.
 * Units are put in the order of their ids first, so that the order in which they came changes nothing.
 * @returns RangeError for a candidate that lacks an objective, for a kind of unit of which the candidates have none in
 * common, and for values that are not finite
 */
export function jointDraws(
  objectives: readonly DrawnObjective[],
  candidates: readonly DrawnCandidate[],
  seed: number,
): JointDraws {
  const groups = Map.groupBy(objectives, ({ over }) => over);
  const units = new Map([...groups].map(([over, members]) => [over, commonUnits(over, members, candidates)]));
  const drawn = new Map([...units].map(([over, ids]) => [over, Uint32Array.from(ids.keys())]));
  const random = new Map([...units.keys()].map((over) => [over, createRandom(hashSeed("joint draws", over, seed))]));
  const columns = objectives.map(({ id, over }) =>
    candidates.map((candidate) => {
      const values = Float64Array.from(units.get(over)!, (unit) => candidate.values[id]!.get(unit)!);
      assertFinite(values, `${id} of ${candidate.id}`);
      return values;
    }),
  );
  return {
    units: Object.fromEntries([...units].map(([over, ids]) => [over, ids.length])),
    draw: () => {
      for (const [over, indexes] of drawn) drawIndexes(indexes, random.get(over)!.fill);
    },
    value: (objective, candidate) => {
      const { over, aggregate } = objectives[objective]!;
      return AGGREGATES[aggregate](columns[objective]![candidate]!, drawn.get(over)!);
    },
  };
}

function drawIndexes(indexes: Uint32Array, fill: (target: Uint32Array) => void): void {
  fill(indexes);
  // Scaled to an index without a division by the count; the bias is below count / 2^32.
  const scale = indexes.length / 2 ** 32;
  for (let i = 0; i < indexes.length; i += 1) indexes[i] = Math.floor(indexes[i]! * scale);
}

function commonUnits(
  over: string,
  objectives: readonly DrawnObjective[],
  candidates: readonly DrawnCandidate[],
): (string | number)[] {
  const maps = objectives.flatMap(({ id }) =>
    candidates.map((candidate) => {
      const values = candidate.values[id];
      if (values === undefined) throw new RangeError(`Candidate ${candidate.id} has no values of ${id}.`);
      return values;
    }),
  );
  const common = [...(maps[0]?.keys() ?? [])].filter((unit) => maps.every((map) => map.has(unit)));
  if (common.length === 0 && maps.length > 0) {
    throw new RangeError(`The candidates have no ${over} in common (${objectives.map(({ id }) => id).join(", ")}).`);
  }
  return common.sort(byTypeThenValue);
}

/** Not the locale's order, which differs between machines. */
function byTypeThenValue(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const AGGREGATES: Readonly<Record<DrawnObjective["aggregate"], (values: Float64Array, drawn: Uint32Array) => number>> =
  Object.freeze({
    // Plainly summed: shares of right answers are exact, so that equal ones are ties.
    mean: (values, drawn) => {
      let sum = 0;
      for (const index of drawn) sum += values[index]!;
      return sum / drawn.length;
    },
    median: (values, drawn) => quantileOfSorted(ascending(Float64Array.from(drawn, (index) => values[index]!)), 0.5)!,
  });
