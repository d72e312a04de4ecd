import { describe, expect, it } from "vitest";
import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { toHalf } from "#core/quantize/weights/half.ts";
import { GOLDEN, goldenMatrix, memoryReader, quantize, stored } from "../golden.ts";

const SPEC = { bits: 4, blockSize: 16, symmetric: true, halfScales: false } as const;
const weights = Float32Array.from({ length: 96 * 70 }, (_, i) => Math.sin(i * i));

function matrix(
  dataType: typeof FLOAT | typeof FLOAT16 | typeof BFLOAT16,
  values: Float32Array,
  layout: "KN" | "NK" = "KN",
) {
  const bits = new Uint32Array(values.slice().buffer);
  const bytes =
    dataType === FLOAT
      ? new Uint8Array(values.slice().buffer)
      : new Uint8Array(
          (dataType === FLOAT16 ? Uint16Array.from(values, toHalf) : Uint16Array.from(bits, (b) => b >>> 16)).buffer,
        );
  return { name: "layer.weight", K: 96, N: 70, layout, dataType, open: () => memoryReader(bytes) };
}

describe("quantizeMatrix", () => {
  it("gives the same bytes however little it holds at once", () => {
    const small = { slabBytes: 1, tileBytes: 1 };
    for (const golden of GOLDEN.filter(({ N }) => N > 8)) {
      for (const layout of ["KN", "NK"] as const) {
        const spec = { ...golden, halfScales: golden.weight.dtype === "float16" };
        const result = quantize(goldenMatrix(golden, layout), spec, small);
        expect(Buffer.from(result.codes).equals(stored(golden.quantized))).toBe(true);
        expect(Buffer.from(result.scales).equals(stored(golden.scales))).toBe(true);
      }
    }
    const tiles = quantize(matrix(FLOAT, weights), SPEC, { slabBytes: 5000, tileBytes: 33 * 48 });
    expect(tiles).toEqual(quantize(matrix(FLOAT, weights), SPEC));
  });

  it("widens halves under a float32 scale", () => {
    const rounded = weights.map((w) => Math.round(w * 512) / 512);
    expect(quantize(matrix(FLOAT16, rounded), SPEC, undefined, FLOAT)).toEqual(quantize(matrix(FLOAT, rounded), SPEC));
  });

  it("quantizes bfloat16 as float32 and rounds only the stored scale", () => {
    const rounded = weights.map((w) => Math.round(w * 64) / 64);
    const result = quantize(matrix(BFLOAT16, rounded), SPEC);
    const reference = quantize(matrix(FLOAT, rounded), SPEC);
    expect(result.codes).toEqual(reference.codes);
    const scales = new Float32Array(reference.scales.buffer);
    const stored = new Uint16Array(result.scales.buffer);
    const widened = new Float32Array(Uint32Array.from(stored, (bits) => bits << 16).buffer);
    widened.forEach((scale, i) => {
      expect(Math.abs(scale - scales[i]!)).toBeLessThanOrEqual(Math.abs(scales[i]!) / 256);
    });
  });

  it.each(["KN", "NK"] as const)("names the tensor with a NaN (%s)", (layout) => {
    const bad = weights.slice();
    bad[bad.length - 1] = NaN;
    expect(() => quantize(matrix(FLOAT, bad, layout), SPEC)).toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT", message: expect.stringContaining('"layer.weight"') as string }),
    );
  });

  it("refuses infinite halves", () => {
    const bad = weights.slice();
    bad[0] = 1e6;
    expect(() => quantize(matrix(FLOAT16, bad), { ...SPEC, halfScales: true })).toThrow("NaN or infinite");
  });
});
