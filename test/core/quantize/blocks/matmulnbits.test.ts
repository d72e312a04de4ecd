import { describe, expect, it } from "vitest";
import { blockShape, type BlockSpec, groupSize, quantizeBlocks } from "#core/quantize/blocks/matmulnbits.ts";
import { column, GOLDEN, goldenMatrix, quantize, stored } from "../golden.ts";

const spec = (bits: 2 | 4 | 8, symmetric: boolean, blockSize = 16): BlockSpec => ({
  bits,
  symmetric,
  blockSize,
  halfScales: false,
});
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const scalesOf = (bytes: Uint8Array): number[] => [...new Float32Array(bytes.slice().buffer)];

/** One row through the kernel itself; null when it refuses. */
function row(weights: readonly number[], bits: 2 | 4 | 8 = 4) {
  const floats = Float32Array.from(weights);
  const slab = {
    floats,
    words: new Int32Array(floats.buffer),
    rows: 1,
    stride: floats.length,
    length: floats.length,
    start: 0,
  };
  const shape = blockShape(floats.length, spec(bits, true));
  const out = {
    codes: new Uint8Array(shape.blocks * shape.blobBytes),
    scales: new Float32Array(shape.blocks),
    zeroPoints: null,
  };
  return quantizeBlocks(slab, spec(bits, true), shape, out, 0) ? out : null;
}

describe("quantizeBlocks", () => {
  it.each(GOLDEN.map((golden, index) => ({ index, ...golden })))(
    "case $index: $bits bits, symmetric $symmetric, K $K, N $N, block $blockSize, as ONNX Runtime's tool in both layouts",
    (golden) => {
      const { bits, blockSize, symmetric, weight } = golden;
      for (const layout of ["KN", "NK"] as const) {
        const halfScales = weight.dtype === "float16";
        const result = quantize(goldenMatrix(golden, layout), { bits, blockSize, symmetric, halfScales });
        expect(hex(result.codes)).toBe(hex(stored(golden.quantized)));
        expect(hex(result.scales)).toBe(hex(stored(golden.scales)));
        if (golden.zeroPoints) expect(hex(result.zeroPoints!)).toBe(hex(stored(golden.zeroPoints)));
        else expect(result.zeroPoints).toBeNull();
      }
    },
  );

  const example = column([0.7, -0.8, 0.1, 0.35, -0.05, 0, 0.75, -0.4], 2);

  it("codes the worked example in 4 bits, symmetric: ties away from zero, the last value clamped", () => {
    const { codes, scales } = quantize(example, spec(4, true));
    expect(scalesOf(scales)).toEqual([Math.fround(0.1)]);
    expect(hex(codes)).toBe("0fc9884f0fc9884f");
  });

  it("codes the worked example in 4 bits, asymmetric: the unused half of the zero point byte holds 8", () => {
    const { codes, scales, zeroPoints } = quantize(example, spec(4, false));
    expect(scalesOf(scales)[0]).toBeCloseTo(0.10333333, 7);
    expect(hex(zeroPoints!)).toBe("88");
    expect(hex(codes)).toMatch(/^0fb9884f/);
  });

  it("codes the worked example in 8 bits", () => {
    const symmetric = quantize(example, spec(8, true));
    expect(scalesOf(symmetric.scales)).toEqual([Math.fround(0.00625)]);
    expect(hex(symmetric.codes)).toMatch(/^f00090b87880f840/);
    const asymmetric = quantize(example, spec(8, false));
    expect(scalesOf(asymmetric.scales)[0]).toBeCloseTo(0.0060784314, 9);
    expect([...asymmetric.zeroPoints!]).toEqual([132]);
    expect(hex(asymmetric.codes)).toMatch(/^f70094be7c84ff42/);
  });

  it("leaves the code of the byte before in the unused half of the last byte, zeros after it", () => {
    const { codes, scales } = quantize(column([1, 2, 3, 4, 5]), spec(4, true));
    expect(scalesOf(scales)).toEqual([-0.625]);
    expect(hex(codes)).toBe("5623200000000000");
  });

  it("gives a block of zeros the scale -0 and the middle code, or scale, zero point and codes 0", () => {
    const zeros = column([0], 16);
    expect(hex(quantize(zeros, spec(4, true)).scales)).toBe("00000080");
    expect(hex(quantize(zeros, spec(4, true)).codes)).toBe("88".repeat(8));
    const asymmetric = quantize(zeros, spec(4, false));
    expect(hex(asymmetric.scales)).toBe("00000000");
    expect(hex(asymmetric.zeroPoints!)).toBe("80");
    expect(hex(asymmetric.codes)).toBe("00".repeat(8));
  });

  it("takes the sign of a zero block from its first value", () => {
    expect(row([-0, ...Array<number>(15).fill(0)])!.scales[0]).toBe(0);
    expect(row([0, ...Array<number>(15).fill(-0)])!.scales[0]).toBe(-0);
  });

  it("clamps where the scale is too small for its reciprocal", () => {
    const tiny = 2 ** -149;
    const out = row([tiny, -tiny, 0, ...Array<number>(13).fill(0)])!;
    expect(out.scales[0]).toBe(0);
    expect(hex(out.codes)).toBe("88".repeat(8));
  });

  it.each([NaN, -NaN, Infinity, -Infinity])("refuses %d wherever it stands", (bad) => {
    for (const at of [0, 7, 15]) {
      expect(row(Array.from({ length: 16 }, (_, i) => (i === at ? bad : 0.5)))).toBeNull();
    }
  });

  it("takes the largest finite value", () => {
    expect(row([3.4028234663852886e38, ...Array<number>(15).fill(0)], 8)).not.toBeNull();
  });
});

describe("blockShape", () => {
  it("counts a block that is not full", () => {
    expect(blockShape(33, spec(4, true))).toEqual({ blocks: 3, blobBytes: 8, zeroPointRowBytes: 2 });
  });
});

describe("groupSize", () => {
  it("is as many blocks as codes fit into a byte", () => {
    expect([2, 4, 8].map((bits) => groupSize(spec(bits as 2 | 4 | 8, true)))).toEqual([64, 32, 16]);
  });
});
