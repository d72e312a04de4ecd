import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import { FLOAT16 } from "#core/onnx/data-types.ts";
import { fromHalf, toHalf } from "../weights/half.ts";
import type { BlockTask } from "./block-algorithms.ts";
import type { BlockSpec } from "./matmulnbits.ts";
import { notFinite, storedFloats } from "../weights/weight-matrix.ts";
import { addScaled, noSums } from "../weights/weight-error.ts";
import { floatBytes, type RowLimits, RowReader } from "../weights/weight-rows.ts";

/** `symmetric`: INT4 codes around 0; otherwise UINT4 codes with zero points. */
interface Gather4Task extends Omit<BlockTask, "spec" | "algorithm"> {
  readonly spec: Pick<BlockSpec, "blockSize" | "symmetric">;
}

const fround = Math.fround;

/**
 * Quantizes an embedding table in 4-bit blocks along its rows, byte for byte what ONNX Runtime 1.30's MatMulNBitsQuantizer
 * writes for Gather (quantize_ndarray of its DefaultWeightOnlyQuantizer, in NumPy): true division, ties to the even code,
 * every step in the table's own type. Nibbles are packed over the flat tensors, low half first.
 * @param task rows of its matrix are table entries: N of them, K wide
 * @throws LabError MODEL_CORRUPT where a weight is NaN or infinite
 */
export function* quantizeGather4(
  { matrix, spec, scaleType, names }: Gather4Task,
  limits?: RowLimits,
): Generator<TensorPiece> {
  const { K } = matrix;
  const blocks = Math.ceil(K / spec.blockSize);
  using reader = matrix.open();
  const rows = new RowReader(matrix, reader, limits);
  using memory = rows.borrow(rows.tileRows * K);
  const { floats } = memory;
  const codes = new Uint8Array(floats.length);
  const scales = new Float32Array(rows.tileRows * blocks);
  const zeros = new Uint8Array(scales.length);
  const halves = matrix.dataType === FLOAT16;

  for (const { firstRow, rows: count } of rows.tiles()) {
    rows.read(firstRow, count, floats, 0);
    const sums = noSums();
    for (let row = 0; row < count; row++) {
      for (let block = 0; block < blocks; block++) {
        const from = row * K + block * spec.blockSize;
        const to = Math.min(from + spec.blockSize, (row + 1) * K);
        const at = row * blocks + block;
        const quantize = spec.symmetric ? symmetricBlock : asymmetricBlock;
        quantize(floats, from, to, halves, codes, scales, zeros, at);
        if (!Number.isFinite(scales[at])) throw notFinite(matrix);
        const [low, high] = spec.symmetric ? [-8, 7] : [-zeros[at]!, 15 - zeros[at]!];
        addScaled(sums, floats, from, to, scales[at]!, low, high);
      }
    }
    // Tiles start at even rows, so their nibbles at whole bytes.
    const error = { weight: matrix.name, bits: 4, part: firstRow, sums };
    yield { tensor: names.codes, offset: (firstRow * K) / 2, bytes: nibbles(codes, count * K), report: error };
    const stored = storedFloats(scales.subarray(0, count * blocks), scaleType);
    yield { tensor: names.scales, offset: firstRow * blocks * floatBytes(scaleType), bytes: stored };
    if (!spec.symmetric && names.zeroPoints !== null) {
      const bytes = nibbles(zeros, count * blocks);
      yield { tensor: names.zeroPoints, offset: (firstRow * blocks) / 2, bytes };
    }
  }
}

type BlockRule = (
  floats: Float32Array,
  from: number,
  to: number,
  halves: boolean,
  codes: Uint8Array,
  scales: Float32Array,
  zeros: Uint8Array,
  at: number,
) => void;

const symmetricBlock: BlockRule = (floats, from, to, halves, codes, scales, _zeros, at) => {
  const { lowest, highest } = range(floats, from, to);
  let extreme = Math.abs(highest) > Math.abs(lowest) ? highest : lowest;
  // Where zeros have both signs, NumPy's minimum is the last one; that of halves is the first.
  if (extreme === 0) extreme = floats[halves ? from : to - 1]!;
  const scale = round(extreme / -8, halves);
  scales[at] = scale;
  for (let i = from; i < to; i++) {
    codes[i] = scale === 0 ? 0 : clamp(nearestEven(round(floats[i]! / scale, halves)), -8, 7) & 15;
  }
};

const asymmetricBlock: BlockRule = (floats, from, to, halves, codes, scales, zeros, at) => {
  const found = range(floats, from, to);
  const lowest = Math.min(found.lowest, 0);
  const highest = Math.max(found.highest, 0);
  const width = round(highest - lowest, halves);
  // Where the width does not fit the type, the tool's scale would be infinite; ours is not.
  const scale = round((width === Infinity ? highest - lowest : width) / 15, halves);
  scales[at] = scale;
  const zero = scale === 0 ? 8 : clamp(nearestEven(round(-lowest / scale, halves)), 0, 15);
  zeros[at] = zero;
  for (let i = from; i < to; i++) {
    const code = scale === 0 ? 8 : nearestEven(round(round(floats[i]! / scale, halves) + zero, halves));
    codes[i] = clamp(code, 0, 15);
  }
};

/** NaN and infinities come through, so that the scale shows them. */
function range(floats: Float32Array, from: number, to: number): { lowest: number; highest: number } {
  let lowest = floats[from]!;
  let highest = lowest;
  let poison = 0;
  for (let i = from; i < to; i++) {
    const weight = floats[i]!;
    if (weight < lowest) lowest = weight;
    if (weight > highest) highest = weight;
    poison += weight * 0;
  }
  return poison === 0 ? { lowest, highest } : { lowest: NaN, highest: NaN };
}

/** A result as the table's type holds it; halves are computed in float32 first, as NumPy does. */
function round(value: number, halves: boolean): number {
  return halves ? fromHalf(toHalf(fround(value))) : fround(value);
}

function nearestEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** Two codes a byte, the first in the low half; a missing last one is 0. */
function nibbles(codes: Uint8Array, count: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(count / 2));
  for (let i = 0; i < count; i++) bytes[i >> 1] = bytes[i >> 1]! | (codes[i]! << ((i & 1) * 4));
  return bytes;
}
