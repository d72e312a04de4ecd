import { describe, expect, it } from "vitest";
import { type Bnb4Type, FP4_VALUES, NF4_VALUES, quantizeBnb4 } from "#core/quantize/bnb4/bnb4.ts";
import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { bnb4Lengths, quantizeMatrixBnb4 } from "#core/quantize/bnb4/bnb4-stream.ts";
import { roundNested } from "#core/quantize/bnb4/double-quant.ts";
import { toHalf } from "#core/quantize/weights/half.ts";
import type { FloatType } from "#core/quantize/weights/weight-matrix.ts";
import type { RowLimits } from "#core/quantize/weights/weight-rows.ts";
import { assemble, BNB4, hex, rowsMatrix, storedMatrix } from "../blocks.ts";
import { stored } from "../golden.ts";

function kernel(weights: readonly number[], type: Bnb4Type, blockSize = 16) {
  const floats = Float32Array.from(weights);
  const codes = new Uint8Array(Math.ceil(floats.length / 2));
  const absmax = new Float32Array(Math.ceil(floats.length / blockSize));
  const words = new Int32Array(floats.buffer);
  return quantizeBnb4({ floats, words }, floats.length, blockSize, type, codes, absmax) ? { codes, absmax } : null;
}

const example = [0.5, -1, 0.25, 0, 0.9, -0.3, 0.1, 1];

describe("quantizeBnb4", () => {
  it.each(BNB4.map((golden, index) => ({ index, ...golden })))(
    "case $index: $type, K $K, N $N, block $blockSize, as ONNX Runtime's tool in both layouts",
    ({ type, K, N, blockSize, weight, quantized, absmax }) => {
      for (const layout of ["KN", "NK"] as const) {
        const matrix = storedMatrix(weight, K, N, "KN", layout);
        const want = { codes: stored(quantized), absmax: stored(absmax) };
        const spec = { type, blockSize, doubleQuant: false };
        const names = { codes: "codes", absmax: "absmax" };
        const got = assemble(quantizeMatrixBnb4(matrix, spec, matrix.dataType, names), {
          codes: want.codes.length,
          absmax: want.absmax.length,
        });
        expect(hex(got.codes!)).toBe(hex(want.codes));
        expect(hex(got.absmax!)).toBe(hex(want.absmax));
      }
    },
  );

  it("codes the worked example, the first value in the high half", () => {
    expect(hex(kernel([...example, ...example], "nf4")!.codes)).toBe("c0a7f48fc0a7f48f");
    expect(hex(kernel([...example, ...example], "fp4")!.codes)).toBe("5b703c635b703c63");
  });

  it.each([
    ["nf4", NF4_VALUES],
    ["fp4", FP4_VALUES],
  ] as const)("gives every value of %s its own code back", (type, values) => {
    const { codes } = kernel(values, type)!;
    const found = [...codes].flatMap((byte) => [byte >> 4, byte & 15]);
    // FP4 has two zeros; the negative one is not told from the other.
    expect(found.map((code) => values[code])).toEqual(values.map((value) => (value === 0 ? 0 : value)));
  });

  it("decides by the tool's thresholds, a value on one falls below it", () => {
    const threshold = Math.fround(0.0859375);
    expect(hex(kernel([1, threshold, -threshold, threshold + 1e-6], "fp4")!.codes)).toBe("3196");
    expect(hex(kernel([1, 0.03979014977812767, 0.0398, -0], "nf4")!.codes)).toBe("f787");
  });

  it("puts the code of 0 after an odd end", () => {
    expect(hex(kernel([-1], "nf4")!.codes)).toBe("07");
    expect(hex(kernel([-1], "fp4")!.codes)).toBe("b0");
  });

  it("codes a block of zeros as zeros", () => {
    const { codes, absmax } = kernel(Array<number>(16).fill(0), "nf4")!;
    expect(hex(codes)).toBe("77".repeat(8));
    expect(absmax[0]).toBe(0);
  });

  it("keeps the sign of subnormals whose reciprocal is infinite", () => {
    const tiny = 2 ** -149;
    expect(hex(kernel([tiny, -tiny, tiny, -tiny], "nf4")!.codes)).toBe("f0f0");
    expect(hex(kernel([tiny, -tiny, tiny, -tiny], "fp4")!.codes)).toBe("3b3b");
  });

  it.each([NaN, Infinity, -Infinity])("refuses %d wherever it stands", (bad) => {
    for (const at of [0, 15, 16])
      expect(
        kernel(
          Array.from({ length: 17 }, (_, i) => (i === at ? bad : 1)),
          "fp4",
        ),
      ).toBeNull();
  });
});

describe("quantizeMatrixBnb4", () => {
  const rows = Array.from({ length: 37 }, (_, n) => Array.from({ length: 33 }, (_, k) => Math.sin(n * 34 + k * k)));
  const lengths = bnb4Lengths(33, 37, 64);
  const run = (layout: "KN" | "NK", doubleQuant: boolean, limits?: RowLimits, type = FLOAT) => {
    const spec = { type: "nf4", blockSize: 64, doubleQuant } as const;
    const names = { codes: "codes", absmax: "absmax" };
    const pieces = quantizeMatrixBnb4(rowsMatrix(rows, layout), spec, type as FloatType, names, limits);
    return assemble(pieces, { codes: lengths.codes, absmax: lengths.absmax * (type === FLOAT ? 4 : 2) });
  };

  it("gives the same bytes however little it holds at once", () => {
    const reference = run("NK", false);
    const small = { tileBytes: 1, slabBytes: 1 };
    for (const layout of ["KN", "NK"] as const) expect(run(layout, false, small)).toEqual(reference);
  });

  it("changes the maxima only, when they are quantized too", () => {
    const [plain, nested] = [run("KN", false), run("KN", true, { tileBytes: 1, slabBytes: 1 })];
    expect(nested.codes).toEqual(plain.codes);
    const expected = new Float32Array(plain.absmax!.slice().buffer);
    roundNested(expected);
    expect([...new Float32Array(nested.absmax!.slice().buffer)]).toEqual([...expected]);
  });

  it("stores the maxima as halves where the node computes in halves", () => {
    const halves = new Uint16Array(run("NK", true, undefined, FLOAT16).absmax!.slice().buffer);
    const floats = new Float32Array(run("NK", true).absmax!.slice().buffer);
    expect([...halves]).toEqual([...floats].map(toHalf));
  });

  it("names the tensor with a NaN", () => {
    const bad = rowsMatrix([[...rows[0]!.slice(1), NaN]]);
    const spec = { type: "fp4", blockSize: 16, doubleQuant: false } as const;
    expect(() => [...quantizeMatrixBnb4(bad, spec, FLOAT, { codes: "c", absmax: "a" })]).toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT", message: expect.stringContaining('"layer.weight"') as string }),
    );
  });
});
