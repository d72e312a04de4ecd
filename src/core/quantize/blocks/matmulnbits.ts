/**
 * The default weight quantization of `com.microsoft.MatMulNBits`, byte for byte what ONNX Runtime 1.30 writes
 * (DefaultWeightOnlyQuantizer; the operator's contract is in onnxruntime/docs/ContribOperators.md). The weight is seen as
 * [N, K], one row per output feature, cut along K into blocks that share a scale.
 *
 * Every step rounds to float32. Codes come from multiplying by the rounded reciprocal of the scale as stored; dividing
 * by the scale gives other codes.
 */
import { fromHalf, toHalf } from "../weights/half.ts";
import { addScaled, type Sums } from "../weights/weight-error.ts";

export interface BlockSpec {
  readonly bits: 2 | 4 | 8;
  /** Weights that share a scale: a power of two, at least 16. */
  readonly blockSize: number;
  /** Without zero points: 0 is the middle code, and the value of larger magnitude gets code 0 through a signed scale. */
  readonly symmetric: boolean;
  /** Round each scale to half precision before it is used. */
  readonly halfScales: boolean;
}

/** Sizes in bytes of the tensors that one weight [N, K] becomes, and the counts that they follow from. */
export interface BlockShape {
  readonly blocks: number;
  /** Codes of one block. */
  readonly blobBytes: number;
  /** Packed zero points of one row. */
  readonly zeroPointRowBytes: number;
}

export function blockShape(K: number, { bits, blockSize }: BlockSpec): BlockShape {
  const blocks = Math.ceil(K / blockSize);
  return { blocks, blobBytes: (blockSize * bits) / 8, zeroPointRowBytes: Math.ceil((blocks * bits) / 8) };
}

/** Blocks whose last bytes are written together: a slab of K starts at a multiple of this many weights. */
export function groupSize({ bits, blockSize }: BlockSpec): number {
  return (8 / bits) * blockSize;
}

/** Some rows of the result: codes [rows, blocks, blobBytes], scales [rows, blocks], zeroPoints [rows, zeroPointRowBytes]. */
export interface BlockRows {
  readonly codes: Uint8Array;
  /** The scales as they are stored, widened. */
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array | null;
}

/** Weights [rows, stride] of which the first `length` of each row count, from weight `start` of the whole row on. */
export interface Slab {
  readonly floats: Float32Array;
  /** The same memory as words. */
  readonly words: Int32Array;
  readonly rows: number;
  readonly stride: number;
  readonly length: number;
  /** A multiple of groupSize. */
  readonly start: number;
}

const INFINITY_BITS = 0x7f800000;
const MIN_NORMAL = 2 ** -126;
const MIN_NORMAL_HALF = 2 ** -14;
const fround = Math.fround;
const word = new Int32Array(1);
const float = new Float32Array(word.buffer);

/**
 * Quantizes a slab into the rows from `firstRow` on.
 * @param errors are added to
 * @returns false when the slab holds NaN or an infinity; the output is then unusable
 */
export function quantizeBlocks(
  slab: Slab,
  spec: BlockSpec,
  shape: BlockShape,
  out: BlockRows,
  firstRow: number,
  errors?: Sums,
): boolean {
  const { floats, words, rows, stride, length, start } = slab;
  const { bits, blockSize, symmetric, halfScales } = spec;
  const { blocks, blobBytes, zeroPointRowBytes } = shape;
  const { codes, scales, zeroPoints } = out;
  const pack = 8 / bits;
  const max = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  const minNormal = halfScales ? MIN_NORMAL_HALF : MIN_NORMAL;
  const paddedZeroPoints = middle * (255 / max);

  for (let row = 0; row < rows; row++) {
    const rowEnd = row * stride + length;
    let block = start / blockSize;
    for (let from = row * stride; from < rowEnd; from += blockSize, block++) {
      const to = Math.min(from + blockSize, rowEnd);

      // Largest magnitude among the values with and without sign bit, without branches (they would be mispredicted).
      let positive = 0;
      let negative = 0;
      for (let i = from; i < to; i++) {
        const w = words[i]!;
        const sign = w >> 31;
        const magnitude = w & 0x7fffffff;
        let less = (positive - (magnitude & ~sign)) | 0;
        positive = (positive - (less & (less >> 31))) | 0;
        less = (negative - (magnitude & sign)) | 0;
        negative = (negative - (less & (less >> 31))) | 0;
      }
      if (positive >= INFINITY_BITS || negative >= INFINITY_BITS) return false;
      word[0] = positive;
      const highest = float[0]!;
      word[0] = negative;
      const lowest = -float[0]!;

      let scale: number;
      let zero = middle;
      if (symmetric) {
        // A block of zeros keeps the sign of its first one: its scale is the opposite zero.
        const extreme = highest > -lowest ? highest : lowest === 0 ? floats[from]! : lowest;
        scale = fround(-extreme / middle);
      } else {
        scale = fround(fround(highest - lowest) / max);
        zero = scale === 0 ? 0 : Math.max(0, Math.min(max, Math.floor(fround(0 - fround(lowest / scale)) + 0.5)));
      }
      if (halfScales) scale = fromHalf(toHalf(scale));
      const reciprocal = scale === 0 ? 0 : fround(1 / scale);

      const index = (firstRow + row) * blocks + block;
      scales[index] = scale;
      if (errors) addScaled(errors, floats, from, to, scale, -zero, max - zero);
      if (zeroPoints) {
        const at = (firstRow + row) * zeroPointRowBytes + Math.floor(block / pack);
        const shift = (block % pack) * bits;
        const byte = shift === 0 ? paddedZeroPoints : zeroPoints[at]!;
        zeroPoints[at] = (byte & ~(max << shift)) | (zero << shift);
      }

      let at = index * blobBytes;
      const blobEnd = at + blobBytes;
      const wholeBytes = Math.floor((to - from) / pack);
      const normal = Math.abs(scale) >= minNormal;
      if (bits === 4 && normal) packNibbles(floats, from, wholeBytes, reciprocal, zero, codes, at);
      else if (bits === 8 && normal) packBytes(floats, from, wholeBytes, reciprocal, zero, codes, at);
      else packClamped(floats, from, wholeBytes, reciprocal, zero, codes, at, bits);
      at += wholeBytes;
      const rest = (to - from) % pack;
      if (rest > 0) {
        // The lanes after K keep what the byte before left in them, within a group; nobody reads them.
        const stale = wholeBytes > 0 || block % pack > 0 ? codes[at - 1]! : 0;
        let byte = stale & (0xff << (rest * bits));
        for (let lane = 0; lane < rest; lane++) {
          byte |= clampedCode(floats[to - rest + lane]!, reciprocal, zero, max) << (lane * bits);
        }
        codes[at++] = byte;
      }
      codes.fill(0, at, blobEnd);
    }
  }
  return true;
}

/**
 * With a scale in the normal range every code lies between -0.7 and max + 1.2 before rounding, so truncation after adding
 * a half does for the lower bound and one subtraction for the upper.
 */
function packNibbles(
  floats: Float32Array,
  from: number,
  count: number,
  reciprocal: number,
  zero: number,
  codes: Uint8Array,
  at: number,
): void {
  for (let i = from, end = at + count; at < end; i += 2) {
    const low = (fround(fround(floats[i]! * reciprocal) + zero) + 0.5) | 0;
    const high = (fround(fround(floats[i + 1]! * reciprocal) + zero) + 0.5) | 0;
    codes[at++] = (low - (low >> 4)) | ((high - (high >> 4)) << 4);
  }
}

function packBytes(
  floats: Float32Array,
  from: number,
  count: number,
  reciprocal: number,
  zero: number,
  codes: Uint8Array,
  at: number,
): void {
  for (let i = from, end = at + count; at < end; i++) {
    const code = (fround(fround(floats[i]! * reciprocal) + zero) + 0.5) | 0;
    codes[at++] = code - (code >> 8);
  }
}

function packClamped(
  floats: Float32Array,
  from: number,
  count: number,
  reciprocal: number,
  zero: number,
  codes: Uint8Array,
  at: number,
  bits: number,
): void {
  const max = 2 ** bits - 1;
  for (let i = from, end = at + count; at < end; at++) {
    let byte = 0;
    for (let shift = 0; shift < 8; shift += bits) {
      byte |= clampedCode(floats[i++]!, reciprocal, zero, max) << shift;
    }
    codes[at] = byte;
  }
}

/** Rounds half away from zero, then clamps; NaN (zero times an infinite reciprocal) becomes 0, as in C. */
function clampedCode(weight: number, reciprocal: number, zero: number, max: number): number {
  const code = fround(fround(weight * reciprocal) + zero);
  return code > 0 ? (code < max ? (code + 0.5) | 0 : max) : 0;
}
