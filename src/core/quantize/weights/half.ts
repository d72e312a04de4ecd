/**
 * The 16-bit float types as bit patterns. Float16Array is not used: Node 18 lacks it, and ONNX Runtime for Node changes its
 * behaviour where it exists.
 */
const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Bits of the IEEE half nearest to `value` (a float32), ties to even; subnormals kept, overflow becomes infinity. */
export function toHalf(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and more round to infinity
  if (magnitude >= 0x38800000) {
    // Rebias the exponent; adding just below half of the dropped bits, plus the last kept bit, rounds ties to even.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Subnormal: units of 2^-24. The product is exact, so this is the only rounding.
  return sign | roundHalfEven(Math.abs(float[0]) * 2 ** 24);
}

/** Bits of the bfloat16 nearest to `value` (a finite float32), ties to even. */
export function toBfloat(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The float32 of a half. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let halves: Float32Array | null = null;

/** Widens halves to float32, exactly. */
export function widenHalves(from: Uint16Array, to: Float32Array): void {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => fromHalf(bits));
  const table = halves;
  for (let i = 0; i < from.length; i++) to[i] = table[from[i]!]!;
}

/** Widens bfloat16 to float32, exactly. `to` is the float32 data as words. */
export function widenBfloats(from: Uint16Array, to: Int32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]! << 16;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
