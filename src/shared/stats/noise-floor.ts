/** A difference must be this many times what the same variant shows against itself. */
export const FLOOR_FACTOR = 3;

export type FloorFinding = "resolved" | "not resolved" | "no floor";

/**
 * Whether a difference stands out from the noise floor, the same quantity of a variant against itself (A/A: asked again, or
 * alone against in a batch). Below 3 x the floor it is "not resolved"; so is a difference of 0, where nothing is to resolve.
 * @param difference any unit and sign: KL in nats, flips as a share, a change in points
 * @param floor in the same unit; null where it was not measured
 * @returns RangeError for NaN in either
 */
export function aboveFloor(difference: number, floor: number | null): FloorFinding {
  if (Number.isNaN(difference) || Number.isNaN(floor ?? 0)) {
    throw new RangeError(`A noise floor needs numbers, got ${difference} and ${floor ?? "no floor"}.`);
  }
  if (floor === null) return "no floor";
  const size = Math.abs(difference);
  return size > 0 && size >= FLOOR_FACTOR * Math.abs(floor) ? "resolved" : "not resolved";
}
