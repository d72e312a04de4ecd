import type { MetricDirection } from "../metrics/descriptor.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * The points that no other point beats: none is at least as good in both directions and better in one. Ascending in x. Equal
 * points are all on it.
 */
export function paretoFront<P extends Place>(
  points: readonly P[],
  betterX: MetricDirection,
  betterY: MetricDirection,
): P[] {
  const signX = betterX === "higher" ? -1 : 1;
  const signY = betterY === "higher" ? -1 : 1;
  const beats = (a: Place, b: Place): boolean => {
    const dx = signX * (a.x - b.x);
    const dy = signY * (a.y - b.y);
    return dx <= 0 && dy <= 0 && dx + dy < 0;
  };
  return points.filter((each) => !points.some((other) => beats(other, each))).sort((a, b) => a.x - b.x || a.y - b.y);
}
