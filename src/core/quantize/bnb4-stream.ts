import type { TensorPiece } from "#core/onnx/write-model.ts";
import { type Bnb4Type, quantizeBnb4 } from "./bnb4.ts";
import { roundNested } from "./double-quant.ts";
import { type FloatType, notFinite, storedFloats, type WeightMatrix } from "./matmulnbits-stream.ts";
import { floatBytes, type RowLimits, RowReader } from "./weight-rows.ts";

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
 * Quantizes a weight of any size in bounded memory. Blocks run over the ends of rows, so the weights behind the last whole
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
  const floats = new Float32Array(rows.tileRows * K + blockSize);
  const weights = { floats, words: new Int32Array(floats.buffer) };
  const codes = new Uint8Array(Math.ceil(floats.length / 2));
  const all = doubleQuant ? new Float32Array(bnb4Lengths(K, N, blockSize).absmax) : null;
  const absmax = new Float32Array(all ? 0 : Math.ceil(floats.length / blockSize));

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
    const maxima = all ? all.subarray(done / blockSize) : absmax;
    if (!quantizeBnb4(weights, count, blockSize, type, codes, maxima)) throw notFinite(matrix);
    yield { tensor: names.codes, offset: done / 2, bytes: codes.subarray(0, Math.ceil(count / 2)) };
    if (!all) {
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
