import { type LaunchRatio, ratioFinding, type RatioFinding } from "./launch-ratio.ts";

/** Reference over candidate at one batch size: above 1 the candidate is faster. */
export interface BatchRatio extends Pick<LaunchRatio, "ratio" | "low" | "high" | "kind"> {
  readonly batchSize: number;
}

interface BatchCrossover {
  /** Of the measured batch sizes; `always` needs a measurable difference at every one. */
  readonly kind: "always faster" | "always slower" | "crosses" | "not resolved";
  /** What happens as batches grow; null unless it crosses. */
  readonly direction: "stops winning" | "starts winning" | null;
  /** The last batch size of the one finding and the first of the other; null unless it crosses. */
  readonly between: readonly [number, number] | null;
  /** Batch size at which both are equally fast; null unless it crosses, and where the ratios swing to and fro in between. */
  readonly estimate: number | null;
}

/**
 * From which batch size on a candidate stops (or starts) winning. Only measurable differences count (`ratioFinding`):
 * the crossing lies between the last one of one sign and the first of the other, unresolved ones in between or not, so
 * `between` is as wide as the intervals make it. The point estimate is where ln(ratio) over ln(batch size), joined by
 * straight lines, is 0. Signs that change more than once, and fewer than two batch sizes, are not resolved.
 * @param points in any order. RangeError for a batch size or ratio that is not above 0, and for one given twice.
 */
export function batchCrossover(points: readonly BatchRatio[]): BatchCrossover {
  const sorted = points.toSorted((a, b) => a.batchSize - b.batchSize);
  sorted.forEach(check);
  const sizes = (finding: RatioFinding): number[] =>
    sorted.filter((point) => ratioFinding(point) === finding).map(({ batchSize }) => batchSize);
  const [fasterAt, slowerAt] = [sizes("faster"), sizes("slower")];
  const rest = { direction: null, between: null, estimate: null };

  if (points.length > 1 && fasterAt.length === points.length) return { kind: "always faster", ...rest };
  if (points.length > 1 && slowerAt.length === points.length) return { kind: "always slower", ...rest };
  const stops = between(fasterAt, slowerAt);
  const starts = between(slowerAt, fasterAt);
  const crossed = stops ?? starts;
  if (crossed === null) return { kind: "not resolved", ...rest };
  return {
    kind: "crosses",
    direction: stops ? "stops winning" : "starts winning",
    between: crossed,
    estimate: crossing(sorted.filter(({ batchSize }) => batchSize >= crossed[0] && batchSize <= crossed[1])),
  };
}

/** The gap between two groups that both exist and do not overlap. */
function between(before: readonly number[], after: readonly number[]): [number, number] | null {
  const [last, first] = [before.at(-1), after[0]];
  return last !== undefined && first !== undefined && last < first ? [last, first] : null;
}

/** Where the line through (ln batch size, ln ratio) is 0; null where it is so more than once. */
function crossing(points: readonly BatchRatio[]): number | null {
  const found: number[] = [];
  for (const [index, { batchSize, ratio }] of points.entries()) {
    if (ratio === 1) found.push(batchSize);
    const next = points[index + 1];
    if (next === undefined || (ratio - 1) * (next.ratio - 1) >= 0) continue;
    const share = Math.log(ratio) / (Math.log(ratio) - Math.log(next.ratio));
    found.push(batchSize * (next.batchSize / batchSize) ** share);
  }
  return found.length === 1 ? found[0]! : null;
}

function check({ batchSize, ratio }: BatchRatio, index: number, sorted: readonly BatchRatio[]): void {
  if (!(batchSize > 0 && batchSize < Infinity)) throw new RangeError(`A batch size is above 0, got ${batchSize}.`);
  if (!(ratio > 0 && ratio < Infinity))
    throw new RangeError(`Batch size ${batchSize}: a ratio is above 0, got ${ratio}.`);
  if (sorted[index + 1]?.batchSize === batchSize) throw new RangeError(`Batch size ${batchSize} is given twice.`);
}
