/**
 * Round to nearest over the block's own range, as ONNX Runtime 1.30's RTNWeightOnlyQuantConfig (neural-compressor's
 * quant_tensor). Unlike the default algorithm: the range need not hold 0, the scale is never negative, codes come from a
 * division in float64 by the scale before it is stored, and ties go to the even code.
 */
import type { BlockKernel } from "./block-kernel.ts";
import { fromHalf, toHalf } from "../weights/half.ts";

/** Added and taken off again, it rounds a float64 below 2^51 to the nearest integer, ties to even. */
export const ROUND = 1.5 * 2 ** 52;

/** Clamped first: rounding keeps the order, and the bounds are integers. NaN becomes 0. */
export function roundClamped(value: number, max: number): number {
  if (value > 0) return value < max ? value + ROUND - ROUND : max;
  return 0;
}

export const rtnBlock: BlockKernel = (weights, { bits, symmetric, half }, codes, out) => {
  const max = 2 ** bits - 1;
  let lowest = weights[0]!;
  let highest = lowest;
  for (let i = 1; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight < lowest) lowest = weight;
    if (weight > highest) highest = weight;
  }
  let scale = 1;
  let zero = 2 ** (bits - 1);
  if (symmetric) {
    const largest = Math.max(Math.abs(lowest), Math.abs(highest));
    if (largest > 0) scale = (largest * 2) / max;
  } else {
    if (lowest !== highest) scale = stored(highest - lowest, half) / max;
    zero = roundClamped((0 - lowest) / scale, max);
  }
  for (let i = 0; i < weights.length; i++) codes[i] = roundClamped(weights[i]! / scale + zero, max);
  out.scale = scale;
  out.zero = zero;
};

/** The range in the weights' own type; where it does not fit, the tool's scale would be infinite, ours is not. */
function stored(range: number, half: boolean): number {
  const single = Math.fround(range);
  const rounded = half ? fromHalf(toHalf(single)) : single;
  return rounded === Infinity ? range : rounded;
}
