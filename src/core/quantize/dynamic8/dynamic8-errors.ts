/** Errors of dynamic 8-bit weights (weight-error.ts), where the weights lie in a slab. */
import type { ErrorSums } from "../weights/error-sums.ts";
import type { CodeType, Quantization } from "./dynamic8.ts";
import type { FloatSlab } from "../weights/float-reader.ts";
import { placeOf, takeErrors } from "../weights/wasm-instance.ts";
import { addScaled, noSums } from "../weights/weight-error.ts";

/** Weights from `from` on that share scale and zero point. */
export function slabErrors(
  { floats, loops }: FloatSlab,
  from: number,
  count: number,
  { scale, zeroPoint }: Quantization,
  type: CodeType,
): ErrorSums {
  // Codes less zero point.
  const low = (type === "int8" ? -128 : 0) - zeroPoint;
  const high = low + 255;
  if (loops) {
    loops.errorsOfRow(placeOf(floats, from), count, scale, low, high);
    return takeErrors(loops, count);
  }
  const sums = noSums();
  addScaled(sums, floats, from, from + count, scale, low, high);
  return sums;
}
