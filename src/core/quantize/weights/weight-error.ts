/**
 * How far the values that stand for weights lie from them, summed while a weight is quantized. The plain loops here are the
 * reference for those of tools/wasm/errors.ts, which agree but for the rounding of sums.
 *
 * An error is the weight less the value that the operator computes from code and stored scale. Clipped is a weight more
 * than half a step beyond the values of the outermost codes; for float16 one that the clamp rule changes. NF4 and FP4 clip
 * nothing: the largest magnitude of a block is the last value.
 */
import type { ErrorSums } from "./error-sums.ts";

/** The error of a layer's weights, as reports and sidecars hold it: plain JSON. */
export interface WeightError {
  /** 10 log10 of the weights' squares over the errors' squares. Null where nothing was lost, or there is no signal. */
  readonly snrDb: number | null;
  /** Every value is the weight itself. */
  readonly exact: boolean;
  readonly maxError: number | null;
  readonly clippedShare: number;
}

/** A little more: RTN's scale puts the extreme of every block at half a step, where rounding would decide. */
const HALF_STEP = 0.501;

export type Sums = { -readonly [Key in keyof ErrorSums]: number };

export function noSums(): Sums {
  return { count: 0, sumSquares: 0, sumSquaredError: 0, maxError: 0, clipped: 0 };
}

export function addSums(to: Sums, more: ErrorSums): void {
  to.count += more.count;
  to.sumSquares += more.sumSquares;
  to.sumSquaredError += more.sumSquaredError;
  to.maxError = Math.max(to.maxError, more.maxError);
  to.clipped += more.clipped;
}

/** Null without weights. */
export function summarize({ count, sumSquares, sumSquaredError, maxError, clipped }: ErrorSums): WeightError | null {
  if (count === 0) return null;
  const snrDb = 10 * Math.log10(sumSquares / sumSquaredError);
  return {
    snrDb: Number.isFinite(snrDb) ? snrDb : null,
    exact: sumSquaredError === 0,
    maxError: Number.isFinite(maxError) ? maxError : null,
    clippedShare: clipped / count,
  };
}

export function addOne(sums: Sums, weight: number, value: number, clipped = false): void {
  const error = weight - value;
  sums.count++;
  sums.sumSquares += weight * weight;
  sums.sumSquaredError += error * error;
  if (Math.abs(error) > sums.maxError) sums.maxError = Math.abs(error);
  if (clipped) sums.clipped++;
}

/**
 * Weights from `from` on whose values are whole multiples of `scale`, by the nearest of them.
 * @param scale as stored
 * @param low lowest code less zero point; so too `high`
 */
export function addScaled(
  sums: Sums,
  weights: Float32Array,
  from: number,
  to: number,
  scale: number,
  low: number,
  high: number,
): void {
  const reciprocal = scale === 0 ? 0 : Math.fround(1 / scale);
  for (let i = from; i < to; i++) {
    const weight = weights[i]!;
    const exact = Math.fround(weight * reciprocal);
    // NaN, zero by an infinite reciprocal, gets the lowest code, as in the kernels.
    const code = exact > low ? (exact < high ? Math.round(exact) : high) : low;
    addOne(sums, weight, Math.fround(code * scale), exact > high + HALF_STEP || exact < low - HALF_STEP);
  }
}

/** The weight that lost most, by the first node that uses it. */
export function lowestSnr(
  tensors: readonly { name: string; nodes: readonly string[]; error: WeightError | null }[],
): { snrDb: number; layer: string } | null {
  let worst: { snrDb: number; layer: string } | null = null;
  for (const { name, nodes, error } of tensors) {
    const snrDb = error?.snrDb ?? Infinity;
    if (snrDb < (worst?.snrDb ?? Infinity)) worst = { snrDb, layer: nodes.find((node) => node !== "") ?? name };
  }
  return worst;
}

/** Parts of weights, merged in their own order whichever thread was first: a sum of floats depends on it. */
export class ErrorLedger {
  readonly #parts = new Map<string, { part: number; sums: ErrorSums }[]>();

  /** One thing quantized in two ways in one file (a head and its table, say) differs by `bits`, or is one entry. */
  add({ weight, bits, part, sums }: { weight: string; bits: number; part: number; sums: ErrorSums }): void {
    const key = `${bits} ${weight}`;
    const parts = this.#parts.get(key);
    if (parts) parts.push({ part, sums });
    else this.#parts.set(key, [{ part, sums }]);
  }

  of({ name, bits }: { readonly name: string; readonly bits: number }): WeightError | null {
    const parts = this.#parts.get(`${bits} ${name}`) ?? [];
    const all = noSums();
    for (const { sums } of parts.toSorted((a, b) => a.part - b.part)) addSums(all, sums);
    return summarize(all);
  }
}
