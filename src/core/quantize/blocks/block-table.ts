import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import { type BlockTask, quantizeBlockMatrix } from "./block-algorithms.ts";
import type { RowLimits } from "../weights/weight-rows.ts";

/**
 * Quantizes an embedding table to 8-bit blocks along its rows as MatMulNBits blocks are, but with rows of exactly K codes:
 * the UINT8 table of GatherBlockQuantized has no room for those that fill up the last block.
 * @param task rows of its matrix are table entries: N of them, K wide
 */
export function* quantizeTable8(task: BlockTask, limits?: RowLimits): Generator<TensorPiece> {
  const { matrix, spec, names } = task;
  const { K } = matrix;
  const padded = Math.ceil(K / spec.blockSize) * spec.blockSize;
  for (const piece of quantizeBlockMatrix(task, limits)) {
    yield piece.tensor === names.codes && padded !== K ? unpad(piece, padded, K) : piece;
  }
}

/** Pieces of codes are whole rows. */
function unpad({ tensor, offset, bytes, report }: TensorPiece, padded: number, K: number): TensorPiece {
  const rows = bytes.length / padded;
  const dense = new Uint8Array(rows * K);
  for (let row = 0; row < rows; row++) dense.set(bytes.subarray(row * padded, row * padded + K), row * K);
  return { tensor, offset: (offset / padded) * K, bytes: dense, report };
}
