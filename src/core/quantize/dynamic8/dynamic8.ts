/**
 * Dynamic 8-bit weights, byte for byte what ONNX Runtime 1.30's quantize_dynamic writes (`quantize_data` of its
 * onnxruntime.quantization, NumPy on float32): int8 is symmetric, uint8 is asymmetric, both round half to even after a
 * true division. weight = (code - zeroPoint) * scale.
 */

export type CodeType = "int8" | "uint8";

/** Codes that a range of weights is spread over. */
export interface CodeRange {
  readonly low: number;
  readonly high: number;
}

export interface Quantization {
  /** A float32. */
  readonly scale: number;
  readonly zeroPoint: number;
}

const FULL: Readonly<Record<CodeType, CodeRange>> = { int8: { low: -127, high: 127 }, uint8: { low: 0, high: 255 } };
/** 7 bits: on x86 without VNNI the sum of two products of uint8 and int8 saturates at 16 bits. */
const REDUCED: Readonly<Record<CodeType, CodeRange>> = { int8: { low: -64, high: 64 }, uint8: { low: 0, high: 127 } };

/** The smallest normal float32: below, the tool gives up on the range and stores scale 1. */
const TINY = 2 ** -126;
/** Adding and subtracting it rounds any |x| < 2^51 to the nearest integer, half to even. */
const ROUND = 1.5 * 2 ** 52;

export function codeRange(type: CodeType, reduceRange: boolean): CodeRange {
  return reduceRange ? REDUCED[type] : FULL[type];
}

/**
 * Scale and zero point for weights between `min` and `max` (finite float32). The range is widened to hold 0. Where it is
 * wider than float32 can say, the scale is infinite: for the caller to refuse.
 */
export function quantizationOf(min: number, max: number, type: CodeType, { low, high }: CodeRange): Quantization {
  const bottom = Math.min(min, 0);
  const top = Math.max(max, 0);
  const symmetric = type === "int8";
  const largest = Math.max(-bottom, top);
  const range = symmetric ? Math.fround(largest + largest) : Math.fround(top - bottom);
  // The division, and the zero point that follows from it, are in float64.
  const scale = range / (high - low);
  if (scale < TINY) return { scale: 1, zeroPoint: 0 };
  return { scale: Math.fround(scale), zeroPoint: symmetric ? 0 : roundHalfEven(low - bottom / scale) };
}

/** Rounds to the nearest integer, half to even; |value| < 2^51. */
function roundHalfEven(value: number): number {
  return value + ROUND - ROUND;
}

/**
 * Codes of `count` weights from `from` on, written to `codes` from `to` on as bytes (int8 in two's complement). They may
 * use the whole type, beyond the range that they were spread over.
 */
export function writeCodes(
  weights: Float32Array,
  from: number,
  count: number,
  { scale, zeroPoint }: Quantization,
  type: CodeType,
  codes: Uint8Array,
  to: number,
): void {
  const lowest = type === "int8" ? -128 : 0;
  const highest = lowest + 255;
  for (let i = 0; i < count; i++) {
    // The quotient is a float32 for the tool; its rounding may make a tie.
    const code = Math.fround(weights[from + i]! / scale) + ROUND - ROUND + zeroPoint;
    codes[to + i] = code < lowest ? lowest : code > highest ? highest : code;
  }
}

/** The same for a row of weights of which each column has its own scale and zero point. */
export function writeColumnCodes(
  weights: Float32Array,
  from: number,
  scales: Float32Array,
  zeroPoints: Int16Array,
  type: CodeType,
  codes: Uint8Array,
  to: number,
): void {
  const lowest = type === "int8" ? -128 : 0;
  const highest = lowest + 255;
  for (let i = 0; i < scales.length; i++) {
    const code = Math.fround(weights[from + i]! / scales[i]!) + ROUND - ROUND + zeroPoints[i]!;
    codes[to + i] = code < lowest ? lowest : code > highest ? highest : code;
  }
}
