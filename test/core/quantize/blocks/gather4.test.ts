import { describe, expect, it } from "vitest";
import { FLOAT } from "#core/onnx/data-types.ts";
import { quantizeGather4 } from "#core/quantize/blocks/gather4.ts";
import type { WeightMatrix } from "#core/quantize/weights/weight-matrix.ts";
import type { RowLimits } from "#core/quantize/weights/weight-rows.ts";
import { assemble, GATHER4, hex, rowsMatrix, storedMatrix } from "../blocks.ts";
import { stored } from "../golden.ts";

const names = { codes: "codes", scales: "scales", zeroPoints: "zeroPoints" };

function quantize(matrix: WeightMatrix, blockSize: number, symmetric: boolean, limits?: RowLimits) {
  const { K, N, dataType } = matrix;
  const blocks = Math.ceil(K / blockSize);
  return assemble(quantizeGather4({ matrix, spec: { blockSize, symmetric }, scaleType: dataType, names }, limits), {
    codes: Math.ceil((N * K) / 2),
    scales: N * blocks * (dataType === FLOAT ? 4 : 2),
    ...(symmetric ? {} : { zeroPoints: Math.ceil((N * blocks) / 2) }),
  });
}

describe("quantizeGather4", () => {
  it.each(GATHER4.map((golden, index) => ({ index, ...golden })))(
    "case $index: symmetric $symmetric, $rows rows of $width, block $blockSize, as the Python tool in both layouts",
    ({ symmetric, rows, width, blockSize, weight, quantized, scales, zeroPoints }) => {
      for (const layout of ["NK", "KN"] as const) {
        for (const limits of [undefined, { tileBytes: 1, slabBytes: 1 }]) {
          const got = quantize(storedMatrix(weight, width, rows, "NK", layout), blockSize, symmetric, limits);
          expect(hex(got.codes!)).toBe(hex(stored(quantized)));
          expect(hex(got.scales!)).toBe(hex(stored(scales)));
          if (zeroPoints) expect(hex(got.zeroPoints!)).toBe(hex(stored(zeroPoints)));
        }
      }
    },
  );

  it("codes around 0 when symmetric: the value of larger magnitude gets -8", () => {
    const { codes, scales } = quantize(rowsMatrix([[0.8, -0.4, 0.05, 0.1]]), 16, true);
    expect([...new Float32Array(scales!.buffer)]).toEqual([Math.fround(-0.1)]);
    expect(hex(codes!)).toBe("48f0"); // -8 4, 0 (tie to even) -1
  });

  it("gives a row of zeros the code 0, or 8 with the zero point 8", () => {
    expect(hex(quantize(rowsMatrix([[0, 0]]), 16, true).codes!)).toBe("00");
    const asymmetric = quantize(rowsMatrix([[0, 0]]), 16, false);
    expect(hex(asymmetric.codes!)).toBe("88");
    expect(hex(asymmetric.zeroPoints!)).toBe("08");
  });

  it.each([NaN, Infinity, -Infinity])("names the tensor with %d in it", (bad) => {
    for (const symmetric of [true, false]) {
      expect(() => quantize(rowsMatrix([[1, 2, bad, 1]]), 16, symmetric)).toThrow(
        expect.objectContaining({ code: "MODEL_CORRUPT", message: expect.stringContaining("layer.weight") as string }),
      );
    }
  });
});
