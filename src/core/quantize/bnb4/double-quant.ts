/**
 * Rounds block maxima as bitsandbytes' nested quantization does (`compress_statistics`, "double quantization" in Dettmers et al.
 * 2023, QLoRA): it subtracts the mean, stores the rest in 8 bits, in blocks of 256 with a float32 maximum each, and reads that
 * back. ONNX Runtime has no such storage, so the values that would be read back are stored as plain floats: the
 * accuracy is that of double quantization, the size is not.
 *
 * Source: bitsandbytes 0.50 functional.py (quantize_4bit, quantize_blockwise, create_dynamic_map, dequantize_4bit). Codes
 * are the nearest ones, as on its CUDA and default back ends; its CPU back end looks them up in a table that is off by one
 * for about one value in a thousand, next to the middle between two codes.
 */
const BLOCK = 256;
const EXPONENTS = 7;
const fround = Math.fround;

/**
 * The 256 values of the signed dynamic 8-bit type, ascending: decades from 1e-6 to 1, the number of fractions doubling
 * with each, and 0 and 1 (Dettmers 2016, "8-Bit Approximations for Parallelism in Deep Learning").
 */
export function dynamicMap(): Float32Array {
  const values = [0, 1];
  for (let i = 0; i < EXPONENTS; i++) {
    const steps = 2 ** i;
    const decade = fround(10 ** (i - EXPONENTS + 1));
    const boundary = linspace(steps + 1);
    for (let j = 0; j < steps; j++) {
      const mean = fround(fround(boundary(j) + boundary(j + 1)) / 2);
      values.push(fround(decade * mean), -fround(decade * mean));
    }
  }
  return Float32Array.from(values).sort();
}

/** torch.linspace(0.1, 1, count) in float32: the second half is counted from the end, product and sum are rounded once. */
function linspace(count: number): (index: number) => number {
  const start = fround(0.1);
  const step = fround(fround(1 - start) / (count - 1));
  return (index) => (index < count >> 1 ? fround(start + step * index) : fround(1 - step * (count - index - 1)));
}

/** @param absmax block maxima in flat order; replaced by what nested quantization keeps of them */
export function roundNested(absmax: Float32Array): void {
  const map = dynamicMap();
  const middles = Float32Array.from({ length: map.length - 1 }, (_, i) => fround(map[i]! + map[i + 1]!) / 2);
  const offset = fround(absmax.reduce((sum, value) => sum + value, 0) / absmax.length);
  for (let from = 0; from < absmax.length; from += BLOCK) {
    const block = absmax.subarray(from, from + BLOCK);
    const largest = block.reduce((most, value) => Math.max(most, Math.abs(fround(value - offset))), 0);
    const reciprocal = fround(1 / Math.max(largest, 1e-38));
    for (let i = 0; i < block.length; i++) {
      const value = Math.max(-1, Math.min(1, fround(fround(block[i]! - offset) * reciprocal)));
      block[i] = fround(fround(map[countBelow(middles, value)]! * largest) + offset);
    }
  }
}

/** How many of the ascending values are less than `value`. */
function countBelow(ascending: Float32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
