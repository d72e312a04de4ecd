/** Errors of dynamic 8-bit weights (weight-error.ts), where the weights lie in a slab. */
import type { ErrorSums } from "#core/onnx/tensor-job.ts";
import type { CodeType, Quantization } from "./dynamic8.ts";
import type { FloatSlab } from "./float-reader.ts";
import { placeOf, takeErrors } from "./wasm-machine.ts";
import { addScaled, noSums } from "./weight-error.ts";

/** Codes less zero point. */
function ends(type: CodeType, zeroPoint: number): [low: number, high: number] {
  const low = (type === "int8" ? -128 : 0) - zeroPoint;
  return [low, low + 255];
}

/** Weights from `from` on that share scale and zero point. */
export function slabErrors(
  { floats, loops }: FloatSlab,
  from: number,
  count: number,
  { scale, zeroPoint }: Quantization,
  type: CodeType,
): ErrorSums {
  const [low, high] = ends(type, zeroPoint);
  if (loops) {
    loops.errorsOfRow(placeOf(floats, from), count, scale, low, high);
    return takeErrors(loops, count);
  }
  const sums = noSums();
  addScaled(sums, floats, from, from + count, scale, low, high);
  return sums;
}

/** Rows of weights of which each column has its own scale and zero point. */
export function columnErrors(
  floats: Float32Array,
  count: number,
  scales: Float32Array,
  zeroPoints: Int16Array,
  type: CodeType,
): ErrorSums {
  const sums = noSums();
  const N = scales.length;
  for (let column = 0; column < N; column++) {
    const [low, high] = ends(type, zeroPoints[column]!);
    for (let at = column; at < count; at += N) addScaled(sums, floats, at, at + 1, scales[column]!, low, high);
  }
  return sums;
}
