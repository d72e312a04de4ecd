import { LabError } from "#shared/errors.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import type { ErrorSums } from "../weights/error-sums.ts";
import { type CodeRange, type CodeType, type Quantization, quantizationOf, writeCodes } from "./dynamic8.ts";
import { FloatReader, type FloatSlab } from "../weights/float-reader.ts";
import type { FloatType } from "../weights/weight-matrix.ts";
import { columnCodes, FLOATS_PER_COLUMN, widenColumns } from "./dynamic8-columns.ts";
import { slabErrors } from "./dynamic8-errors.ts";
import { placeOf } from "../weights/wasm-instance.ts";
import { addSums, noSums } from "../weights/weight-error.ts";

/** A constant matrix of K rows and N columns as its operator sees it; tensors of other ranks are flattened to one. */
export interface CodeMatrix {
  readonly name: string;
  readonly K: number;
  readonly N: number;
  /** How it is stored, row-major: `KN` as seen, `NK` as the transpose. The codes are always [K, N]. */
  readonly layout: "KN" | "NK";
  readonly dataType: FloatType;
  readonly open: () => TensorReader;
}

export interface CodeSpec {
  readonly type: CodeType;
  readonly range: CodeRange;
  /** A scale for each of the N columns; else one for the tensor. */
  readonly perChannel: boolean;
}

/** Names of the tensors that a weight becomes: codes [K, N], scales and zero points [] or [N]. */
export interface CodeTensorNames {
  readonly codes: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

/** How much is held at once. */
export interface CodeStreamLimits {
  /** Weights as float32, read together; small enough for the second-level cache. */
  readonly slabBytes: number;
  /** Codes of as many columns as are turned from an NK matrix before they are written. */
  readonly tileBytes: number;
}
const LIMITS: CodeStreamLimits = { slabBytes: 1 << 20, tileBytes: 32 << 20 };

/**
 * Quantizes a weight of any size in bounded memory: one pass over it for the ranges, one for the codes.
 * @throws LabError MODEL_CORRUPT where a weight is NaN or infinite, or the weights span more than float32 can say
 */
export function* quantizeCodes(
  matrix: CodeMatrix,
  spec: CodeSpec,
  names: CodeTensorNames,
  limits = LIMITS,
): Generator<TensorPiece> {
  using reader = new FloatReader(matrix);
  const quantizations = findQuantizations(matrix, spec, reader, limits);
  yield* matrix.layout === "KN"
    ? straightCodes(matrix, spec, names, reader, quantizations, limits)
    : turnedCodes(matrix, spec, names, reader, quantizations, limits);
  const { scales, zeroPoints } = quantizations;
  yield { tensor: names.scale, offset: 0, bytes: new Uint8Array(scales.buffer) };
  yield { tensor: names.zeroPoint, offset: 0, bytes: Uint8Array.from(zeroPoints) };
}

/** One entry, or one for each column. */
interface Quantizations {
  readonly scales: Float32Array;
  readonly zeroPoints: Int16Array;
}

function findQuantizations(
  matrix: CodeMatrix,
  { type, range, perChannel }: CodeSpec,
  reader: FloatReader,
  { slabBytes }: CodeStreamLimits,
): Quantizations {
  const { K, N, layout } = matrix;
  const count = perChannel ? N : 1;
  // 0 belongs to every range.
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  const width = perChannel ? (layout === "KN" ? N : K) : 1;
  let element = 0;
  for (const slab of reader.slabs(width, slabBytes, { columnFloats: perChannel ? FLOATS_PER_COLUMN * N : 0 })) {
    const { floats, count: read } = slab;
    if (perChannel && layout === "KN") widenColumns(slab, min, max);
    else if (perChannel) {
      for (let at = 0; at < read; at += K) widen(floats, at, at + K, min, max, (element + at) / K);
    } else widenAll(slab, min, max);
    element += read;
  }
  const scales = new Float32Array(count);
  const zeroPoints = new Int16Array(count);
  for (let i = 0; i < count; i++) {
    const found = quantizationOf(min[i]!, max[i]!, type, range);
    if (found.scale === Infinity) throw tooWide(matrix);
    scales[i] = found.scale;
    zeroPoints[i] = found.zeroPoint;
  }
  return { scales, zeroPoints };
}

/** One range for all of a slab. */
function widenAll({ floats, count, scratch, loops }: FloatSlab, min: Float32Array, max: Float32Array): void {
  if (!loops) {
    widen(floats, 0, count, min, max, 0);
    return;
  }
  const range = new Float32Array(scratch.buffer, scratch.byteOffset, 2);
  range.set([min[0]!, max[0]!]);
  loops.widen(placeOf(floats), count, placeOf(range), placeOf(range, 1));
  [min[0], max[0]] = range as unknown as [number, number];
}

function widen(
  floats: Float32Array,
  from: number,
  end: number,
  min: Float32Array,
  max: Float32Array,
  into: number,
): void {
  let low = min[into]!;
  let high = max[into]!;
  for (let i = from; i < end; i++) {
    const weight = floats[i]!;
    if (weight < low) low = weight;
    else if (weight > high) high = weight;
  }
  min[into] = low;
  max[into] = high;
}

function* straightCodes(
  { name, N }: CodeMatrix,
  { type, perChannel }: CodeSpec,
  names: CodeTensorNames,
  reader: FloatReader,
  { scales, zeroPoints }: Quantizations,
  { slabBytes }: CodeStreamLimits,
): Generator<TensorPiece> {
  const one = quantizationAt(scales, zeroPoints, 0);
  let offset = 0;
  const width = perChannel ? N : 1;
  for (const slab of reader.slabs(width, slabBytes, { columnFloats: perChannel ? FLOATS_PER_COLUMN * N : 0 })) {
    const { count, scratch: codes } = slab;
    const sums = perChannel ? columnCodes(slab, scales, zeroPoints, type) : codesOfOne(slab, one, type);
    const error = { weight: name, bits: 8, part: offset, sums };
    yield { tensor: names.codes, offset, bytes: codes.subarray(0, count), report: error };
    offset += count;
  }
}

/** Writes the codes of a slab with one scale to its scratch. Returns their errors. */
function codesOfOne(slab: FloatSlab, one: Quantization, type: CodeType): ErrorSums {
  const { floats, count, scratch, loops } = slab;
  const lowest = type === "int8" ? -128 : 0;
  if (loops) loops.codesOf8(placeOf(floats), count, one.scale, one.zeroPoint, lowest, placeOf(scratch));
  else writeCodes(floats, 0, count, one, type, scratch, 0);
  return slabErrors(slab, 0, count, one, type);
}

/** Stored [N, K]: rows of the file become columns. A tile of them is turned in memory and written row by row. */
function* turnedCodes(
  { name, K, N }: CodeMatrix,
  { type, perChannel }: CodeSpec,
  names: CodeTensorNames,
  reader: FloatReader,
  { scales, zeroPoints }: Quantizations,
  { slabBytes, tileBytes }: CodeStreamLimits,
): Generator<TensorPiece> {
  const tileColumns = Math.min(N, Math.max(1, Math.floor(tileBytes / K)));
  const tile = new Uint8Array(K * tileColumns);
  const line = new Uint8Array(K);
  for (let first = 0; first < N; first += tileColumns) {
    const columns = Math.min(tileColumns, N - first);
    let column = 0;
    const sums = noSums();
    for (const slab of reader.slabs(K, slabBytes, { first: first * K, count: columns * K })) {
      const { floats, count } = slab;
      for (let at = 0; at < count; at += K, column++) {
        const quantization = quantizationAt(scales, zeroPoints, perChannel ? first + column : 0);
        writeCodes(floats, at, K, quantization, type, line, 0);
        addSums(sums, slabErrors(slab, at, K, quantization, type));
        for (let k = 0, to = column; k < K; k++, to += columns) tile[to] = line[k]!;
      }
    }
    const error = { weight: name, bits: 8, part: first, sums };
    if (columns === N) yield { tensor: names.codes, offset: 0, bytes: tile, report: error };
    else {
      for (let k = 0; k < K; k++) {
        const bytes = tile.subarray(k * columns, (k + 1) * columns);
        yield { tensor: names.codes, offset: k * N + first, bytes, report: k === 0 ? error : undefined };
      }
    }
  }
}

function quantizationAt(scales: Float32Array, zeroPoints: Int16Array, index: number): Quantization {
  return { scale: scales[index]!, zeroPoint: zeroPoints[index]! };
}

function tooWide({ name }: CodeMatrix): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `tensor "${name}" holds weights so large that their range is no float32. Export the model again.`,
    { tensor: name },
  );
}
