/**
 * The weight quantization of `com.microsoft.MatMulBnb4`, byte for byte what ONNX Runtime 1.30's MatMulBnb4Quantizer writes
 * (onnxruntime/core/mlas and contrib_ops: blockwise_quant_block_bnb4.h; the values are bitsandbytes'). The weight is seen
 * as [N, K], flattened, and cut into blocks that run over the ends of rows. A block is divided by its largest magnitude;
 * every value then gets one of 16 codes.
 */
export type Bnb4Type = "fp4" | "nf4";

/*
 * The tool's numbers are float literals of C++, which are rounded from decimal to float32 once. The same digits here would
 * be rounded to float64 first, which for four of these thresholds ends at the other neighbour. So every constant stands as
 * the shortest decimal of its float32; float32-constants.test.ts derives each from the tool's own literal.
 */

/** NormalFloat 4 by code (Dettmers et al. 2023, "QLoRA", appendix E). */
export const NF4_VALUES: readonly number[] = [
  -1, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0, 0.0795803, 0.1609302, 0.2461123,
  0.33791524, 0.44070983, 0.562617, 0.72295684, 1,
];
/** A value gets the code that is the number of thresholds below it. */
const NF4_THRESHOLDS = [
  -0.84809643, -0.6106329, -0.45999527, -0.33967942, -0.2346074, -0.13791174, -0.045525018, 0.03979015, 0.120255254,
  0.20352125, 0.29201376, 0.38931254, 0.5016634, 0.6427869, 0.8614784,
];

/** By type; a comparison is with the float32 nearest to one of these. */
export const BNB4_THRESHOLDS: Readonly<Record<Bnb4Type, readonly number[]>> = Object.freeze({
  nf4: NF4_THRESHOLDS,
  fp4: [0.00260417, 0.0859375, 0.20833333, 0.29166666, 0.4166667, 0.583333, 0.8333333],
});

const FP4_MAGNITUDES = [0, 0.0052083335, 0.6666667, 1, 0.33333334, 0.5, 0.16666667, 0.25];
/** bitsandbytes' 4-bit float by code: bit 3 is the sign. */
export const FP4_VALUES: readonly number[] = [...FP4_MAGNITUDES, ...FP4_MAGNITUDES.map((value) => -value)];
/** By type and code, as the operator holds them. */
export const BNB4_VALUES: Readonly<Record<Bnb4Type, Float32Array>> = Object.freeze({
  nf4: Float32Array.from(NF4_VALUES),
  fp4: Float32Array.from(FP4_VALUES),
});
const FP4_THRESHOLDS = BNB4_THRESHOLDS.fp4;
/** Code of a magnitude by the number of thresholds below it. */
const FP4_CODES = [0, 1, 6, 7, 4, 5, 2, 3];

const INFINITY_BITS = 0x7f800000;
const fround = Math.fround;
const word = new Int32Array(1);
const float = new Float32Array(word.buffer);

/**
 * A step function by lookup: the range is cut into buckets of 1/16, and no bucket holds more than one threshold. Far
 * faster than comparing with each, and without branches that random data would mispredict.
 */
interface Steps {
  /** Code below the bucket's threshold, code above. */
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  readonly threshold: Float32Array;
}

function steps(thresholds: readonly number[], codes: readonly number[], from: number, buckets: number): Steps {
  const low = new Uint8Array(buckets);
  const high = new Uint8Array(buckets);
  const threshold = new Float32Array(buckets).fill(Infinity);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = from + bucket / 16;
    const below = thresholds.filter((at) => fround(at) < start).length;
    const inside = thresholds.findIndex((at) => fround(at) >= start && fround(at) < start + 1 / 16);
    low[bucket] = codes[below]!;
    high[bucket] = codes[Math.min(below + 1, codes.length - 1)]!;
    if (inside >= 0) threshold[bucket] = thresholds[inside]!;
  }
  return { low, high, threshold };
}

/** Made when they are first asked for: where there is WebAssembly, only the ends of some weights need them. */
const tables: Partial<Record<Bnb4Type, Steps>> = {};

function stepsOf(type: Bnb4Type): Steps {
  // One bucket more than the range: the reciprocal is rounded, so the largest value can come out just above 1.
  return (tables[type] ??=
    type === "nf4" ? steps(NF4_THRESHOLDS, [...NF4_VALUES.keys()], -1, 33) : steps(FP4_THRESHOLDS, FP4_CODES, 0, 17));
}

/**
 * Quantizes whole blocks, and the last one when it is shorter.
 * @param floats the weights from element 0 on, and the same memory as words
 * @param count how many of them count: a multiple of `blockSize` unless the flat array ends here
 * @param codes [ceil(count / 2)], two codes a byte, the first in the high half; after an odd end stands the code of 0
 * @param absmax [ceil(count / blockSize)] largest magnitudes
 * @returns false when there is NaN or an infinity among the weights; the output is then unusable
 */
export function quantizeBnb4(
  { floats, words }: { readonly floats: Float32Array; readonly words: Int32Array },
  count: number,
  blockSize: number,
  type: Bnb4Type,
  codes: Uint8Array,
  absmax: Float32Array,
): boolean {
  const code = type === "nf4" ? nf4Code : fp4Code;
  const table = stepsOf(type);
  const exact = type === "nf4" ? exactNf4 : exactFp4;
  for (let from = 0, block = 0; from < count; from += blockSize, block++) {
    const to = Math.min(from + blockSize, count);
    let largest = 0;
    for (let i = from; i < to; i++) {
      const less = (largest - (words[i]! & 0x7fffffff)) | 0;
      largest = (largest - (less & (less >> 31))) | 0;
    }
    if (largest >= INFINITY_BITS) return false;
    word[0] = largest;
    const scale = float[0]!;
    absmax[block] = scale;
    const reciprocal = scale === 0 ? 0 : fround(1 / scale);
    const pairsEnd = to - ((to - from) % 2);
    if (reciprocal === Infinity) packWith(exact, floats, from, pairsEnd, reciprocal, codes);
    else if (type === "nf4") packNf4(floats, from, pairsEnd, reciprocal, codes, table);
    else packFp4(floats, from, pairsEnd, reciprocal, codes, table);
    if (pairsEnd < to) {
      const last = fround(floats[pairsEnd]! * reciprocal);
      codes[pairsEnd >> 1] = ((reciprocal === Infinity ? exact(last) : code(last, table)) << 4) | code(0, table);
    }
  }
  return true;
}

function nf4Code(value: number, { low, high, threshold }: Steps): number {
  const bucket = ((value + 1) * 16) | 0;
  return value > threshold[bucket]! ? high[bucket]! : low[bucket]!;
}

function fp4Code(value: number, { low, high, threshold }: Steps): number {
  const magnitude = Math.abs(value);
  const bucket = (magnitude * 16) | 0;
  return (magnitude > threshold[bucket]! ? high[bucket]! : low[bucket]!) | (value < 0 ? 8 : 0);
}

/** A loop for each type: one for both, which calls either function, is not inlined and far slower. */
function packNf4(
  floats: Float32Array,
  from: number,
  end: number,
  reciprocal: number,
  codes: Uint8Array,
  table: Steps,
): void {
  for (let i = from; i < end; i += 2) {
    const first = nf4Code(fround(floats[i]! * reciprocal), table);
    codes[i >> 1] = (first << 4) | nf4Code(fround(floats[i + 1]! * reciprocal), table);
  }
}

function packFp4(
  floats: Float32Array,
  from: number,
  end: number,
  reciprocal: number,
  codes: Uint8Array,
  table: Steps,
): void {
  for (let i = from; i < end; i += 2) {
    const first = fp4Code(fround(floats[i]! * reciprocal), table);
    codes[i >> 1] = (first << 4) | fp4Code(fround(floats[i + 1]! * reciprocal), table);
  }
}

/** For blocks of subnormals whose reciprocal is infinite: values are infinite or NaN there, which belong to no bucket. */
function packWith(
  code: (value: number) => number,
  floats: Float32Array,
  from: number,
  end: number,
  reciprocal: number,
  codes: Uint8Array,
): void {
  for (let i = from; i < end; i += 2) {
    codes[i >> 1] = (code(fround(floats[i]! * reciprocal)) << 4) | code(fround(floats[i + 1]! * reciprocal));
  }
}

function exactNf4(value: number): number {
  return NF4_THRESHOLDS.filter((threshold) => value > fround(threshold)).length;
}

function exactFp4(value: number): number {
  const below = FP4_THRESHOLDS.filter((threshold) => Math.abs(value) > fround(threshold)).length;
  return FP4_CODES[below]! | (value < 0 ? 8 : 0);
}
