/**
 * k-quant: searches scale and minimum of a block for the least weighted squared error, as ONNX Runtime 1.30's
 * KQuantWeightOnlyQuantConfig (quant_tensor_k_quant_cpu, after llama.cpp's make_qkx2_quants). Large weights count more.
 * Everything but the last step is float32 in NumPy's order of summation, which decides the last bits and so now and then a
 * code. Always with zero points. A block of one value other than 0 loses it, as in the tool.
 */
import type { BlockKernel } from "./block-kernel.ts";
import { ROUND, roundClamped } from "./rtn.ts";

const TRIALS = 20;
const LANE_LIMIT = 128;
const LARGEST_BLOCK = 256;
const fround = Math.fround;

const importance = new Float32Array(LARGEST_BLOCK);
const trial = new Float32Array(LARGEST_BLOCK);
const products = new Float32Array(LARGEST_BLOCK);
/** importance * code, and that times the code and the weight. */
const byCode = new Float32Array(LARGEST_BLOCK);
const byCodeCode = new Float32Array(LARGEST_BLOCK);
const byCodeWeight = new Float32Array(LARGEST_BLOCK);

type Sum = (values: Float32Array, from: number, count: number) => number;

export const kQuantBlock: BlockKernel = (weights, { bits, inOrder }, codes, out) => {
  const max = 2 ** bits - 1;
  const count = weights.length;
  const sum: Sum = inOrder ? sumInOrder : sumPairwise;

  let lowest = weights[0]!;
  let highest = lowest;
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    if (weight < lowest) lowest = weight;
    if (weight > highest) highest = weight;
    products[i] = weight * weight;
  }
  const meanMagnitude = fround(Math.sqrt(fround(sum(products, 0, count) / count)));
  for (let i = 0; i < count; i++) {
    importance[i] = meanMagnitude + Math.abs(weights[i]!);
    products[i] = importance[i]! * weights[i]!;
  }
  const sumW = sum(importance, 0, count);
  const sumX = sum(products, 0, count);

  /** Codes of one inverse scale, into `trial`, and their products. */
  const tryCodes = (inverse: number): void => {
    for (let i = 0; i < count; i++) {
      const weight = weights[i]!;
      const rough = fround(inverse * fround(weight - lowest));
      const code = rough > 0 ? (rough < max ? rough + ROUND - ROUND : max) : 0;
      const product = fround(importance[i]! * code);
      trial[i] = code;
      byCode[i] = product;
      byCodeCode[i] = product * code;
      byCodeWeight[i] = product * weight;
    }
  };
  /** Weighted squared error of the codes in `trial`. */
  const error = (withScale: number, withLowest: number): number => {
    for (let i = 0; i < count; i++) {
      const difference = fround(fround(fround(withScale * trial[i]!) + withLowest) - weights[i]!);
      products[i] = importance[i]! * fround(difference * difference);
    }
    return sum(products, 0, count);
  };

  let inverse = lowest === highest ? 1 : fround(max / fround(highest - lowest));
  let scale = fround(1 / inverse);
  tryCodes(inverse);
  let best = error(scale, lowest);
  for (let step = 0; step < TRIALS; step++) {
    const factor = fround(-1 + 0.1 * step + max);
    inverse = lowest === highest ? 1 : fround(factor / fround(highest - lowest));
    tryCodes(inverse);
    const sumQ = sum(byCode, 0, count);
    const sumQQ = sum(byCodeCode, 0, count);
    const sumQX = sum(byCodeWeight, 0, count);
    const determinant = minus(sumW, sumQQ, sumQ, sumQ);
    const newScale = fround(minus(sumW, sumQX, sumX, sumQ) / determinant);
    const newLowest = fround(minus(sumQQ, sumX, sumQ, sumQX) / determinant);
    const newError = error(newScale, newLowest);
    // False for NaN, of a block of zeros and of one whose codes are all the same.
    if (newError < best) {
      best = newError;
      scale = newScale;
      lowest = newLowest;
    }
  }
  // A range beyond float32 leaves no scale; the tool would write an infinite one.
  if (scale === Infinity) scale = fround(highest / max - lowest / max);

  const zero = roundClamped(fround(-lowest / scale), max);
  for (let i = 0; i < count; i++) codes[i] = roundClamped(weights[i]! / scale + zero, max);
  out.scale = scale;
  out.zero = zero;
};

/** a b - c d, each step rounded to float32. */
function minus(a: number, b: number, c: number, d: number): number {
  return fround(fround(a * b) - fround(c * d));
}

/** numpy.sum of a contiguous row (numpy/_core/src/umath/loops_utils.h, pairwise_sum), for multiples of 8 elements. */
function sumPairwise(values: Float32Array, from: number, count: number): number {
  if (count > LANE_LIMIT) {
    const half = (count >> 1) & ~7;
    return fround(sumPairwise(values, from, half) + sumPairwise(values, from + half, count - half));
  }
  let a = values[from]!;
  let b = values[from + 1]!;
  let c = values[from + 2]!;
  let d = values[from + 3]!;
  let e = values[from + 4]!;
  let f = values[from + 5]!;
  let g = values[from + 6]!;
  let h = values[from + 7]!;
  for (let i = from + 8, end = from + count; i < end; i += 8) {
    a = fround(a + values[i]!);
    b = fround(b + values[i + 1]!);
    c = fround(c + values[i + 2]!);
    d = fround(d + values[i + 3]!);
    e = fround(e + values[i + 4]!);
    f = fround(f + values[i + 5]!);
    g = fround(g + values[i + 6]!);
    h = fround(h + values[i + 7]!);
  }
  const left = fround(fround(a + b) + fround(c + d));
  return fround(left + fround(fround(e + f) + fround(g + h)));
}

/**
 * numpy.sum over the rows of an array that is stored by columns: one after the other. A weight of a single block per
 * output feature reaches the tool's sums that way (its reshape returns a view of the transpose).
 */
function sumInOrder(values: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from, end = from + count; i < end; i++) sum = fround(sum + values[i]!);
  return sum;
}
