/**
 * Weights on every decision threshold of every quantizer and on the floats beside it, against what ONNX Runtime's own tools
 * make of them (test/fixtures/make/boundaries.py), bit for bit: the loops in WebAssembly and the plain ones.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { quantizeBlockMatrix } from "#core/quantize/blocks/block-algorithms.ts";
import { quantizeMatrixBnb4 } from "#core/quantize/bnb4/bnb4-stream.ts";
import { codeRange, type CodeType } from "#core/quantize/dynamic8/dynamic8.ts";
import { quantizeCodes } from "#core/quantize/dynamic8/dynamic8-stream.ts";
import { type ClampRule, halfPieces } from "#core/quantize/float16/float16-values.ts";
import { quantizeGather4 } from "#core/quantize/blocks/gather4.ts";
import { fromHalf, toBfloat, toHalf } from "#core/quantize/weights/half.ts";
import { blockShape } from "#core/quantize/blocks/matmulnbits.ts";
import { wasm } from "#core/quantize/weights/wasm-instance.ts";
import { type AlgorithmCase, assemble, type Bnb4Case, type Gather4Case, hex, storedMatrix } from "./blocks.ts";
import { type GoldenCase, goldenMatrix, memoryReader, quantize, type Stored, stored } from "./golden.ts";

interface Dynamic8Case {
  readonly type: CodeType;
  readonly reduceRange: boolean;
  readonly scale: Stored;
  readonly zeroPoint: number;
  readonly weight: Stored;
  readonly quantized: Stored;
}
interface HalfCase {
  readonly rule: ClampRule;
  /** Hash of the halves of `middles`. */
  readonly middles: string;
  readonly weight: Stored;
  readonly half: Stored;
}
const CASES = JSON.parse(readFileSync("test/fixtures/quantization/boundaries/cases.json", "utf8")) as {
  readonly matmulnbits: readonly GoldenCase[];
  readonly matmulbnb4: readonly Bnb4Case[];
  readonly gather4: readonly Gather4Case[];
  readonly blockalgorithms: readonly AlgorithmCase[];
  readonly dynamic8: readonly Dynamic8Case[];
  readonly halves: readonly HalfCase[];
  readonly halfMiddles: string;
  readonly bfloatMiddles: string;
};

const LAYOUTS = ["KN", "NK"] as const;
const names = { codes: "codes", scales: "scales", zeroPoints: "zeroPoints" };
const floatBytes = (type: number): number => (type === FLOAT ? 4 : 2);
const sha256 = (array: Uint16Array): string => createHash("sha256").update(array).digest("hex");
const unpack = (bytes: Uint8Array, bits: number): number[] =>
  [...bytes].flatMap((byte) => (bits === 8 ? [byte] : [byte & 15, byte >> 4]));

afterEach(() => {
  wasm.enabled = true;
});

describe.each([
  ["WebAssembly", true],
  ["the plain loops", false],
])("on and beside every threshold, by %s", (_, enabled) => {
  beforeEach(() => {
    wasm.enabled = enabled;
  });

  it.each(CASES.matmulnbits.map((golden, index) => ({ index, ...golden })))(
    "MatMulNBits $index: $bits bits, symmetric $symmetric, $weight.dtype",
    (golden) => {
      const { bits, blockSize, symmetric, weight } = golden;
      for (const layout of LAYOUTS) {
        const halfScales = weight.dtype === "float16";
        const result = quantize(goldenMatrix(golden, layout), { bits, blockSize, symmetric, halfScales });
        expect(hex(result.scales)).toBe(hex(stored(golden.scales)));
        if (golden.zeroPoints) expect(hex(result.zeroPoints!)).toBe(hex(stored(golden.zeroPoints)));
        expect(hex(result.codes)).toBe(hex(stored(golden.quantized)));
      }
    },
  );

  it.each(CASES.matmulbnb4)("MatMulBnb4: $type, $weight.dtype", (golden) => {
    const { type, K, N, blockSize, weight } = golden;
    const want = { codes: stored(golden.quantized), absmax: stored(golden.absmax) };
    for (const layout of LAYOUTS) {
      const matrix = storedMatrix(weight, K, N, "KN", layout);
      const spec = { type, blockSize, doubleQuant: false };
      const got = assemble(quantizeMatrixBnb4(matrix, spec, matrix.dataType, { codes: "codes", absmax: "absmax" }), {
        codes: want.codes.length,
        absmax: want.absmax.length,
      });
      expect(hex(got.absmax!)).toBe(hex(want.absmax));
      expect(hex(got.codes!)).toBe(hex(want.codes));
    }
  });

  it.each(CASES.gather4)("Gather in 4 bits: symmetric $symmetric, $weight.dtype", (golden) => {
    const { rows, width, blockSize, symmetric, weight } = golden;
    for (const layout of LAYOUTS) {
      const matrix = storedMatrix(weight, width, rows, "NK", layout);
      const got = assemble(
        quantizeGather4({ matrix, spec: { blockSize, symmetric }, scaleType: matrix.dataType, names }),
        {
          codes: (rows * width) / 2,
          scales: rows * floatBytes(matrix.dataType),
          ...(symmetric ? {} : { zeroPoints: Math.ceil(rows / 2) }),
        },
      );
      expect(hex(got.scales!)).toBe(hex(stored(golden.scales)));
      if (golden.zeroPoints) expect(hex(got.zeroPoints!)).toBe(hex(stored(golden.zeroPoints)));
      expect(hex(got.codes!)).toBe(hex(stored(golden.quantized)));
    }
  });

  it.each(CASES.blockalgorithms)("$algorithm: $scheme, $bits bits, $weight.dtype", (golden) => {
    const { algorithm, scheme, bits, blockSize, weight } = golden;
    const codes = stored(golden.quantized);
    const symmetric = scheme === "sym";
    // One row, so that NumPy's order of summation is that of the rows of its blocks.
    const matrix = storedMatrix(weight, codes.length, 1, "NK", "NK");
    const spec = { bits, blockSize, symmetric, halfScales: matrix.dataType === FLOAT16 };
    const shape = blockShape(codes.length, spec);
    const got = assemble(quantizeBlockMatrix({ matrix, spec, scaleType: matrix.dataType, names, algorithm }), {
      codes: shape.blocks * shape.blobBytes,
      scales: shape.blocks * floatBytes(matrix.dataType),
      ...(symmetric ? {} : { zeroPoints: shape.zeroPointRowBytes }),
    });
    expect(hex(got.scales!)).toBe(hex(stored(golden.scales)));
    const zeroPoints = symmetric ? [] : unpack(got.zeroPoints!, bits).slice(0, shape.blocks);
    if (!symmetric) expect(zeroPoints).toEqual([...stored(golden.zeroPoints)]);
    expect(unpack(got.codes!, bits)).toEqual([...codes]);
  });

  it.each(CASES.dynamic8.map((golden, index) => ({ index, ...golden })))(
    "dynamic $index: $type, reduced range $reduceRange",
    ({ type, reduceRange, scale, zeroPoint, weight, quantized }) => {
      const [weights, codes] = [stored(weight), stored(quantized)];
      const range = codeRange(type, reduceRange);
      const K = codes.length;
      for (const perChannel of [false, true]) {
        // As columns side by side: each has the scale of the one that is in the case.
        const N = perChannel ? 5 : 1;
        const bytes = new Uint8Array(K * 4 * N);
        for (let row = 0; row < K; row++) {
          for (let n = 0; n < N; n++) bytes.set(weights.subarray(row * 4, row * 4 + 4), (row * N + n) * 4);
        }
        const open = () => memoryReader(bytes);
        const matrix = { name: "w", K, N, layout: "KN" as const, dataType: FLOAT as typeof FLOAT, open };
        const spec = { type, range, perChannel };
        const got = assemble(quantizeCodes(matrix, spec, { codes: "codes", scale: "scale", zeroPoint: "zeroPoint" }), {
          codes: K * N,
          scale: 4 * N,
          zeroPoint: N,
        });
        expect(hex(got.scale!)).toBe(hex(stored(scale)).repeat(N));
        expect([...got.zeroPoint!]).toEqual(Array<number>(N).fill(zeroPoint & 255));
        for (let n = 0; n < N; n++) {
          expect(hex(got.codes!.filter((_, at) => at % N === n))).toBe(hex(codes));
        }
      }
    },
  );

  it.each(CASES.halves)("halves by the rule of $rule", ({ rule, middles: hash, weight, half }) => {
    const convert = (words: Uint8Array): Uint16Array => {
      const open = () => memoryReader(words);
      const source = { name: "x", weight: "x", elements: words.length / 4, dataType: FLOAT, multiplied: false, open };
      const { x } = assemble(halfPieces(source as Parameters<typeof halfPieces>[0], rule), { x: words.length / 2 });
      return new Uint16Array(x!.buffer);
    };
    expect([...convert(stored(weight))]).toEqual([...new Uint16Array(stored(half).buffer)]);
    expect(sha256(convert(new Uint8Array(middles(0x7bff, fromHalf).buffer)))).toBe(hash);
  });
});

/** The middle between each two neighbours among the 16-bit floats up to `last`, with both float32 beside it, both signs. */
function middles(last: number, widen: (bits: number) => number): Float32Array {
  const words = new Uint32Array(6 * last);
  const floats = new Float32Array(words.buffer);
  for (let bits = 0; bits < last; bits++) {
    floats[3 * bits + 1] = (widen(bits) + widen(bits + 1)) / 2;
    words[3 * bits] = words[3 * bits + 1]! - 1;
    words[3 * bits + 2] = words[3 * bits + 1]! + 1;
  }
  for (let i = 0; i < 3 * last; i++) words[3 * last + i] = words[i]! | 0x80000000;
  return floats;
}

describe("16-bit floats of every middle and the float32 beside it", () => {
  it("are NumPy's halves", () => {
    expect(sha256(Uint16Array.from(middles(0x7bff, fromHalf), toHalf))).toBe(CASES.halfMiddles);
  });

  it("are ml_dtypes' bfloat16", () => {
    const float = new Float32Array(1);
    const word = new Uint32Array(float.buffer);
    const widen = (bits: number): number => {
      word[0] = bits << 16;
      return float[0]!;
    };
    expect(sha256(Uint16Array.from(middles(0x7f7f, widen), toBfloat))).toBe(CASES.bfloatMiddles);
  });
});
