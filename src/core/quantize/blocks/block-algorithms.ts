import { FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import type { Recipe } from "#shared/recipe.ts";
import { fromHalf, toHalf } from "../weights/half.ts";
import type { BlockKernel } from "./block-kernel.ts";
import { kQuantBlock } from "./k-quant.ts";
import { blockShape, type BlockSpec } from "./matmulnbits.ts";
import { type BlockTensorNames, quantizeMatrix } from "./matmulnbits-stream.ts";
import { type FloatType, notFinite, storedFloats, type WeightMatrix } from "../weights/weight-matrix.ts";
import { rtnBlock } from "./rtn.ts";
import { placeOf, takeErrors } from "../weights/wasm-instance.ts";
import { addScaled, addSums, noSums } from "../weights/weight-error.ts";
import { type RowLimits, RowReader } from "../weights/weight-rows.ts";

export type Algorithm = NonNullable<Recipe["algorithm"]>;

/** A matrix to store in blocks, the tensors that they go to, and how they are rounded. */
export interface BlockTask {
  readonly matrix: WeightMatrix;
  readonly spec: BlockSpec;
  readonly scaleType: FloatType;
  readonly names: BlockTensorNames;
  readonly algorithm: Algorithm;
}

const BLOCK_ALGORITHMS: Readonly<Record<Exclude<Algorithm, "default">, BlockKernel>> = Object.freeze({
  rtn: rtnBlock,
  k_quant: kQuantBlock,
});
const INFINITY_BITS = 0x7f800000;

/**
 * quantizeMatrix with a choice of algorithm. Zero points are packed row by row, as the operator reads them; the Python
 * tool packs those of RTN and k-quant over row ends and fails for an odd number of blocks in 4 bits.
 * @throws LabError MODEL_CORRUPT where a weight is NaN or infinite
 */
export function quantizeBlockMatrix(task: BlockTask, limits?: RowLimits): Generator<TensorPiece> {
  const { matrix, spec, scaleType, names, algorithm } = task;
  if (algorithm === "default") return quantizeMatrix(matrix, spec, scaleType, names, { range: limits?.range });
  return quantizeRows({ ...task, algorithm }, limits);
}

function* quantizeRows(
  { matrix, spec, scaleType, names, algorithm }: BlockTask & { readonly algorithm: Exclude<Algorithm, "default"> },
  limits?: RowLimits,
): Generator<TensorPiece> {
  const { K, N } = matrix;
  const { bits, blockSize, symmetric } = spec;
  const { blocks, blobBytes, zeroPointRowBytes } = blockShape(K, spec);
  using reader = matrix.open();
  const rows = new RowReader(matrix, reader, limits);
  const tileBlocks = rows.tileRows * blocks;
  using memory = rows.borrow(rows.tileRows * K, tileBlocks * blobBytes, tileBlocks * 8, tileBlocks);
  const { floats } = memory;
  const [codes, scaleBytes, zeros] = memory.parts as [Uint8Array, Uint8Array, Uint8Array];
  const words = new Int32Array(floats.buffer, floats.byteOffset, floats.length);
  const scales = new Float64Array(scaleBytes.buffer, scaleBytes.byteOffset, tileBlocks);
  const zeroPoints = new Uint8Array(symmetric ? 0 : rows.tileRows * zeroPointRowBytes);
  const block = new Float32Array(blockSize);
  const blockCodes = new Uint8Array(blockSize);
  const out = { scale: 0, zero: 0 };
  const half = matrix.dataType === FLOAT16;
  const options = { bits, symmetric, half, inOrder: blocks === 1 && N > 1 };
  const middle = 2 ** (bits - 1);
  const kernel = BLOCK_ALGORITHMS[algorithm];
  // The machine's loops are for float32 and for NumPy's sums of rows.
  const exception = algorithm === "rtn" ? half : options.inOrder;
  const loops = bits === 2 || exception ? null : memory.loops;
  const wholeBlocks = loops ? Math.floor(K / blockSize) : 0;

  for (const tile of rows.tiles()) {
    rows.read(tile.firstRow, tile.rows, floats, 0);
    const count = tile.rows * K;
    for (let i = 0; i < count; i++) if ((words[i]! & INFINITY_BITS) === INFINITY_BITS) throw notFinite(matrix);
    zeroPoints.fill(bits === 8 ? middle : (middle << 4) | middle);
    loops?.searchBlocks(
      algorithm === "rtn" ? 0 : 1,
      placeOf(floats),
      tile.rows,
      K,
      wholeBlocks,
      blocks,
      bits,
      blockSize,
      Number(symmetric),
      placeOf(codes),
      placeOf(scales),
      placeOf(zeros),
      Number(scaleType === FLOAT16),
    );
    const sums = noSums();
    if (loops) addSums(sums, takeErrors(loops, tile.rows * wholeBlocks * blockSize));
    for (let row = 0; row < tile.rows; row++) {
      for (let index = 0; index < wholeBlocks && !symmetric; index++) {
        putZeroPoint(zeroPoints, row * zeroPointRowBytes, index, bits, zeros[row * blocks + index]!);
      }
      for (let index = wholeBlocks; index < blocks; index++) {
        const from = row * K + index * blockSize;
        const to = Math.min(from + blockSize, (row + 1) * K);
        block.set(floats.subarray(from, to));
        block.fill(0, to - from);
        kernel(block, options, blockCodes, out);
        const at = row * blocks + index;
        scales[at] = out.scale;
        const scale = scaleType === FLOAT16 ? fromHalf(toHalf(roundToOdd(out.scale))) : Math.fround(out.scale);
        addScaled(sums, floats, from, to, scale, -out.zero, 2 ** bits - 1 - out.zero);
        pack(blockCodes, bits, codes, at * blobBytes);
        if (!symmetric) putZeroPoint(zeroPoints, row * zeroPointRowBytes, index, bits, out.zero);
      }
    }
    const rowBytes = blocks * blobBytes;
    const error = { weight: matrix.name, bits, part: tile.firstRow, sums };
    const bytes = codes.subarray(0, tile.rows * rowBytes);
    yield { tensor: names.codes, offset: tile.firstRow * rowBytes, bytes, report: error };
    const stored = storedScales(scales.subarray(0, tile.rows * blocks), scaleType);
    yield { tensor: names.scales, offset: (tile.firstRow * stored.length) / tile.rows, bytes: stored };
    if (!symmetric && names.zeroPoints !== null) {
      const bytes = zeroPoints.subarray(0, tile.rows * zeroPointRowBytes);
      yield { tensor: names.zeroPoints, offset: tile.firstRow * zeroPointRowBytes, bytes };
    }
  }
}

function pack(block: Uint8Array, bits: number, codes: Uint8Array, at: number): void {
  if (bits === 8) {
    codes.set(block, at);
    return;
  }
  for (let i = 0; i < block.length; at++) {
    let byte = 0;
    for (let shift = 0; shift < 8; shift += bits) byte |= block[i++]! << shift;
    codes[at] = byte;
  }
}

function putZeroPoint(zeroPoints: Uint8Array, row: number, block: number, bits: number, zero: number): void {
  const bit = block * bits;
  const at = row + (bit >> 3);
  const mask = (2 ** bits - 1) << (bit & 7);
  zeroPoints[at] = (zeroPoints[at]! & ~mask) | (zero << (bit & 7));
}

/** Rounded once, from float64. */
function storedScales(scales: Float64Array, type: FloatType): Uint8Array {
  if (type !== FLOAT16) return storedFloats(Float32Array.from(scales), type);
  return new Uint8Array(Uint16Array.from(scales, (scale) => toHalf(roundToOdd(scale))).buffer);
}

const float = new Float32Array(1);
const word = new Int32Array(float.buffer);

/** A float32 from which a half can be rounded as if from the float64: cut off, the last bit set where something was lost. */
function roundToOdd(value: number): number {
  float[0] = value;
  if (float[0] === value) return value;
  if (Math.abs(float[0]) > Math.abs(value)) word[0] = word[0]! - 1;
  word[0] = word[0]! | 1;
  return float[0];
}
