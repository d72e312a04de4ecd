import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import { BNB4_THRESHOLDS, BNB4_VALUES, type Bnb4Type, quantizeBnb4 } from "./bnb4.ts";
import { roundNested } from "./double-quant.ts";
import { type FloatType, notFinite, storedFloats, type WeightMatrix } from "../weights/weight-matrix.ts";
import { floatsOf, placeOf, takeErrors, type WasmLoops } from "../weights/wasm-instance.ts";
import { addOne, addSums, noSums, type Sums } from "../weights/weight-error.ts";
import { floatBytes, type RowLimits, RowReader } from "../weights/weight-rows.ts";

export interface Bnb4Spec {
  readonly type: Bnb4Type;
  readonly blockSize: number;
  /** Store block maxima as nested quantization would round them (double-quant.ts). */
  readonly doubleQuant: boolean;
}

/** Names of the tensors that a weight becomes. */
export interface Bnb4TensorNames {
  readonly codes: string;
  readonly absmax: string;
}

/** Lengths of the two tensors of a weight [K, N]; both are flat. */
export function bnb4Lengths(K: number, N: number, blockSize: number): { codes: number; absmax: number } {
  return { codes: Math.ceil((K * N) / 2), absmax: Math.ceil((K * N) / blockSize) };
}

/**
 * Quantizes a weight of any size in bounded memory. Blocks run over the ends of rows, so the weights after the last whole
 * block of a tile wait in front of the next. `doubleQuant` needs the mean of all block maxima and holds them to the end:
 * 1/64 of the float32 weight at block size 64. The codes do not depend on it, as in bitsandbytes.
 * @param absmaxType element type of the stored maxima
 * @throws LabError MODEL_CORRUPT where a weight is NaN or infinite
 */
export function* quantizeMatrixBnb4(
  matrix: WeightMatrix,
  { type, blockSize, doubleQuant }: Bnb4Spec,
  absmaxType: FloatType,
  names: Bnb4TensorNames,
  limits?: RowLimits,
): Generator<TensorPiece> {
  const { K, N } = matrix;
  using reader = matrix.open();
  const rows = new RowReader(matrix, reader, limits);
  const capacity = rows.tileRows * K + blockSize;
  using memory = rows.borrow(capacity, Math.ceil(capacity / 2), Math.ceil(capacity / blockSize) * 4);
  const { floats } = memory;
  const [codes, maxima] = memory.parts as [Uint8Array, Uint8Array];
  const absmax = floatsOf(maxima);
  const all = doubleQuant ? new Float32Array(bnb4Lengths(K, N, blockSize).absmax) : null;

  const end = rows.range.first + rows.range.count;
  let waiting = 0;
  // A range begins and ends where a block does.
  let done = rows.range.first * K;
  for (const tile of rows.tiles()) {
    rows.read(tile.firstRow, tile.rows, floats, waiting);
    const present = waiting + tile.rows * K;
    waiting = tile.firstRow + tile.rows === end ? 0 : present % blockSize;
    const count = present - waiting;
    if (count === 0) continue;
    const blocks = Math.ceil(count / blockSize);
    const sums = noSums();
    if (!quantize(floats, count, blockSize, type, codes, absmax, memory.loops, sums)) throw notFinite(matrix);
    const error = { weight: matrix.name, bits: 4, part: done, sums };
    yield { tensor: names.codes, offset: done / 2, bytes: codes.subarray(0, Math.ceil(count / 2)), report: error };
    if (all) all.set(absmax.subarray(0, blocks), done / blockSize);
    else {
      const offset = (done / blockSize) * floatBytes(absmaxType);
      yield { tensor: names.absmax, offset, bytes: storedFloats(absmax.subarray(0, blocks), absmaxType) };
    }
    floats.copyWithin(0, count, present);
    done += count;
  }
  if (!all) return;
  roundNested(all);
  yield { tensor: names.absmax, offset: 0, bytes: storedFloats(all, absmaxType) };
}

/** quantizeBnb4, whole blocks by the machine's loop where there is one. */
function quantize(
  floats: Float32Array,
  count: number,
  blockSize: number,
  type: Bnb4Type,
  codes: Uint8Array,
  absmax: Float32Array,
  loops: WasmLoops | null,
  sums: Sums,
): boolean {
  let done = 0;
  if (loops) {
    const blocks = Math.floor(count / blockSize);
    const thresholds = BNB4_THRESHOLDS[type];
    new Float32Array(floats.buffer as ArrayBuffer, loops.thresholdsAt(), thresholds.length).set(thresholds);
    new Float32Array(floats.buffer as ArrayBuffer, loops.valuesAt(), 16).set(BNB4_VALUES[type]);
    const normal = Number(type === "nf4");
    if (!loops.bnb4Blocks(placeOf(floats), blocks, blockSize, normal, placeOf(codes), placeOf(absmax))) return false;
    done = blocks * blockSize;
    addSums(sums, takeErrors(loops, done));
    if (done === count) return true;
  }
  const rest = floats.subarray(done, count);
  const words = new Int32Array(rest.buffer, rest.byteOffset, rest.length);
  const [codesLeft, absmaxLeft] = [codes.subarray(done / 2), absmax.subarray(done / blockSize)];
  if (!quantizeBnb4({ floats: rest, words }, count - done, blockSize, type, codesLeft, absmaxLeft)) return false;
  for (let i = 0; i < rest.length; i++) {
    const code = (codesLeft[i >> 1]! >> (i & 1 ? 0 : 4)) & 15;
    addOne(sums, rest[i]!, Math.fround(BNB4_VALUES[type][code]! * absmaxLeft[Math.floor(i / blockSize)]!));
  }
  return true;
}
