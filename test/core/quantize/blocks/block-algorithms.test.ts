import { describe, expect, it } from "vitest";
import { FLOAT } from "#core/onnx/data-types.ts";
import { type Algorithm, quantizeBlockMatrix } from "#core/quantize/blocks/block-algorithms.ts";
import { blockShape, type BlockSpec } from "#core/quantize/blocks/matmulnbits.ts";
import type { FloatType, WeightMatrix } from "#core/quantize/weights/weight-matrix.ts";
import type { RowLimits } from "#core/quantize/weights/weight-rows.ts";
import { ALGORITHM_CASES, assemble, hex, rowsMatrix, storedMatrix } from "../blocks.ts";
import { GOLDEN, goldenMatrix, stored } from "../golden.ts";

const names = { codes: "codes", scales: "scales", zeroPoints: "zeroPoints" };

function quantize(
  matrix: WeightMatrix,
  spec: Omit<BlockSpec, "halfScales">,
  algorithm: Algorithm,
  limits?: RowLimits,
  scaleType: FloatType = matrix.dataType,
) {
  const full = { ...spec, halfScales: scaleType !== FLOAT };
  const { blocks, blobBytes, zeroPointRowBytes } = blockShape(matrix.K, full);
  return assemble(quantizeBlockMatrix({ matrix, spec: full, scaleType, names, algorithm }, limits), {
    codes: matrix.N * blocks * blobBytes,
    scales: matrix.N * blocks * (scaleType === FLOAT ? 4 : 2),
    ...(spec.symmetric ? {} : { zeroPoints: matrix.N * zeroPointRowBytes }),
  });
}

const unpack = (bytes: Uint8Array, bits: number): number[] =>
  [...bytes].flatMap((byte) => (bits === 8 ? [byte] : [byte & 15, byte >> 4]));

describe("quantizeBlockMatrix", () => {
  // The cases are blocks: as one row they reach the kernel block by block, and NumPy summed them pairwise.
  it.each(ALGORITHM_CASES.map((golden, index) => ({ index, ...golden })))(
    "case $index: $algorithm $scheme, $bits bits, block $blockSize, as the Python tool in both layouts",
    ({ algorithm, scheme, bits, blockSize, weight, quantized, scales, zeroPoints }) => {
      const want = { codes: stored(quantized), scales: stored(scales), zeroPoints: stored(zeroPoints) };
      const K = want.codes.length;
      for (const layout of ["KN", "NK"] as const) {
        const symmetric = scheme === "sym";
        const matrix = storedMatrix(weight, K, 1, "NK", layout);
        const got = quantize(matrix, { bits, blockSize, symmetric }, algorithm);
        expect(unpack(got.codes!, bits)).toEqual([...want.codes]);
        expect(hex(got.scales!)).toBe(hex(want.scales));
        if (!symmetric) expect(unpack(got.zeroPoints!, bits)).toEqual([...want.zeroPoints]);
      }
    },
  );

  it("adds up as NumPy does where there is one block per output feature", () => {
    const file = (name: string) => stored({ file: `singleblock/${name}`, dtype: "" });
    const matrix = storedMatrix({ file: "singleblock/weight.float32", dtype: "float32" }, 64, 24, "KN", "KN");
    const got = quantize(matrix, { bits: 8, blockSize: 64, symmetric: false }, "k_quant");
    expect(hex(got.codes!)).toBe(hex(file("codes.uint8")));
    expect(hex(got.scales!)).toBe(hex(file("scales.float32")));
    expect(hex(got.zeroPoints!)).toBe(hex(file("zeroPoints.uint8")));
  });

  it("is the default algorithm under that name", () => {
    const golden = GOLDEN.find(({ bits, symmetric }) => bits === 4 && !symmetric)!;
    const got = quantize(goldenMatrix(golden, "KN"), golden, "default");
    expect(hex(got.codes!)).toBe(hex(stored(golden.quantized)));
  });

  it.each(["rtn", "k_quant"] as const)("gives the same bytes however little it holds at once (%s)", (algorithm) => {
    const rows = Array.from({ length: 9 }, (_, n) => Array.from({ length: 70 }, (_, k) => Math.sin(n * 71 + k * k)));
    const spec = { bits: 4, blockSize: 16, symmetric: false } as const;
    const reference = quantize(rowsMatrix(rows), spec, algorithm);
    const small = { tileBytes: 1, slabBytes: 1 };
    expect(quantize(rowsMatrix(rows), spec, algorithm, small)).toEqual(reference);
    expect(quantize(rowsMatrix(rows, "KN"), spec, algorithm, small)).toEqual(reference);
  });

  it("packs zero points row by row, the unused half byte is 8", () => {
    const row = [...Array<number>(16).fill(0), ...Array.from({ length: 16 }, (_, i) => i), 1, 2];
    const { zeroPoints } = quantize(rowsMatrix([row, row]), { bits: 4, blockSize: 16, symmetric: false }, "rtn");
    expect(hex(zeroPoints!)).toBe("00800080");
  });

  it("lets the zeros after K take part", () => {
    const { scales, codes } = quantize(rowsMatrix([[3, 3]]), { bits: 4, blockSize: 16, symmetric: false }, "rtn");
    expect([...new Float32Array(scales!.buffer)]).toEqual([Math.fround(0.2)]);
    expect(hex(codes!)).toBe(`ff${"00".repeat(7)}`);
  });

  it("clips a block of one sign, as the tool: its range does not reach 0", () => {
    const row = Array.from({ length: 16 }, (_, i) => 10 + i / 15);
    const { zeroPoints, codes } = quantize(rowsMatrix([row]), { bits: 4, blockSize: 16, symmetric: false }, "rtn");
    expect(hex(zeroPoints!)).toBe("80");
    expect(hex(codes!)).toBe("ff".repeat(8));
  });

  it.each(["rtn", "k_quant"] as const)("keeps scales finite where the range is not (%s)", (algorithm) => {
    const row = [3e38, -3e38, ...Array<number>(14).fill(0)];
    const { scales } = quantize(rowsMatrix([row]), { bits: 4, blockSize: 16, symmetric: false }, algorithm);
    expect(new Float32Array(scales!.buffer)[0]).toBeCloseTo(4e37, -33);
  });

  it.each(["rtn", "k_quant"] as const)("names the tensor with a NaN (%s)", (algorithm) => {
    const row = [...Array<number>(31).fill(1), NaN];
    expect(() => quantize(rowsMatrix([row]), { bits: 8, blockSize: 16, symmetric: false }, algorithm)).toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT", message: expect.stringContaining('"layer.weight"') as string }),
    );
  });
});
