/** Dynamic 8-bit weights of which each column has its own scale and zero point, by the slab (dynamic8-stream.ts). */
import type { ErrorSums } from "../weights/error-sums.ts";
import { type CodeType, writeColumnCodes } from "./dynamic8.ts";
import type { FloatSlab } from "../weights/float-reader.ts";
import { placeOf, takeErrors } from "../weights/wasm-instance.ts";
import { addScaled, noSums } from "../weights/weight-error.ts";

/** Float32 for each column that a slab must have room for. */
export const FLOATS_PER_COLUMN = 2;

/** Widens the range of each column to hold the rows of a slab. */
export function widenColumns(slab: FloatSlab, min: Float32Array, max: Float32Array): void {
  const { floats, count, loops, columns } = slab;
  const N = min.length;
  if (!loops) {
    for (let at = 0; at < count; at += N) widenRow(floats, at, min, max);
    return;
  }
  columns.set(min);
  columns.set(max, N);
  loops.widenColumns(placeOf(floats), count / N, N, placeOf(columns), placeOf(columns, N));
  min.set(columns.subarray(0, N));
  max.set(columns.subarray(N, 2 * N));
}

function widenRow(floats: Float32Array, from: number, min: Float32Array, max: Float32Array): void {
  for (let i = 0; i < min.length; i++) {
    const weight = floats[from + i]!;
    if (weight < min[i]!) min[i] = weight;
    else if (weight > max[i]!) max[i] = weight;
  }
}

/** Writes the codes of the rows of a slab to its scratch. Returns their errors. */
export function columnCodes(slab: FloatSlab, scales: Float32Array, zeroPoints: Int16Array, type: CodeType): ErrorSums {
  const { floats, count, scratch, loops, columns } = slab;
  const N = scales.length;
  if (loops) {
    columns.set(scales);
    columns.set(zeroPoints, N);
    const lowest = type === "int8" ? -128 : 0;
    const [scaleAt, zeroAt] = [placeOf(columns), placeOf(columns, N)];
    loops.codesOfColumns(placeOf(floats), count / N, N, scaleAt, zeroAt, lowest, placeOf(scratch));
    loops.errorsOfColumns(placeOf(floats), count / N, N, scaleAt, zeroAt, lowest);
    return takeErrors(loops, count);
  }
  for (let at = 0; at < count; at += N) writeColumnCodes(floats, at, scales, zeroPoints, type, scratch, at);
  return columnErrors(floats, count, scales, zeroPoints, type);
}

function columnErrors(
  floats: Float32Array,
  count: number,
  scales: Float32Array,
  zeroPoints: Int16Array,
  type: CodeType,
): ErrorSums {
  const sums = noSums();
  const N = scales.length;
  for (let at = 0; at < count; at++) {
    const column = at % N;
    const low = (type === "int8" ? -128 : 0) - zeroPoints[column]!;
    addScaled(sums, floats, at, at + 1, scales[column]!, low, low + 255);
  }
  return sums;
}
