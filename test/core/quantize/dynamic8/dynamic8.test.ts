import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  codeRange,
  type CodeType,
  quantizationOf,
  writeCodes,
  writeColumnCodes,
} from "#core/quantize/dynamic8/dynamic8.ts";

const ROOT = "test/fixtures/quantization/";

interface Golden {
  readonly type: CodeType;
  readonly reduceRange: boolean;
  readonly scale: number;
  readonly zeroPoint: number;
  readonly weight: { readonly file: string };
  readonly quantized: { readonly file: string };
}
const GOLDEN = JSON.parse(readFileSync(`${ROOT}dynamic8/cases.json`, "utf8")) as Golden[];

const quantization = (weights: Float32Array, type: CodeType, reduceRange = false) =>
  quantizationOf(Math.min(...weights), Math.max(...weights), type, codeRange(type, reduceRange));

function codesOf(weights: Float32Array, type: CodeType, reduceRange = false): Uint8Array {
  const codes = new Uint8Array(weights.length);
  writeCodes(weights, 0, weights.length, quantization(weights, type, reduceRange), type, codes, 0);
  return codes;
}

describe("dynamic 8-bit formulas, against ONNX Runtime's tool", () => {
  it.each(GOLDEN.map((golden) => [golden.weight.file, golden] as const))("%s", (_, golden) => {
    const weights = new Float32Array(new Uint8Array(readFileSync(ROOT + golden.weight.file)).buffer);
    const { scale, zeroPoint } = quantization(weights, golden.type, golden.reduceRange);
    expect(scale).toBe(Math.fround(golden.scale));
    expect(zeroPoint).toBe(golden.zeroPoint);
    expect(Buffer.from(codesOf(weights, golden.type, golden.reduceRange))).toEqual(
      readFileSync(ROOT + golden.quantized.file),
    );
  });

  it("has all 80 cases", () => {
    expect(GOLDEN).toHaveLength(80);
  });
});

describe("quantizationOf", () => {
  it("spreads int8 evenly around 0, uint8 from the smallest to the largest weight", () => {
    expect(quantizationOf(-1, 0.5, "int8", codeRange("int8", false))).toEqual({
      scale: Math.fround(2 / 254),
      zeroPoint: 0,
    });
    expect(quantizationOf(-1, 0.5, "uint8", codeRange("uint8", false))).toEqual({
      scale: Math.fround(1.5 / 255),
      zeroPoint: 170,
    });
  });

  it("widens the range to hold 0", () => {
    expect(quantizationOf(2, 5.1, "uint8", codeRange("uint8", false)).zeroPoint).toBe(0);
    expect(quantizationOf(-5.1, -2, "uint8", codeRange("uint8", false)).zeroPoint).toBe(255);
  });

  it("uses 7 bits when the range is reduced", () => {
    expect(codeRange("int8", true)).toEqual({ low: -64, high: 64 });
    expect(codeRange("uint8", true)).toEqual({ low: 0, high: 127 });
  });

  it("gives zeros and ranges below the smallest normal float scale 1", () => {
    expect(quantizationOf(0, 0, "uint8", codeRange("uint8", false))).toEqual({ scale: 1, zeroPoint: 0 });
    expect(quantizationOf(-1e-38, 1e-38, "int8", codeRange("int8", false))).toEqual({ scale: 1, zeroPoint: 0 });
  });

  it("shows by an infinite scale that the range is no float32", () => {
    expect(quantizationOf(-3e38, 1, "int8", codeRange("int8", false)).scale).toBe(Infinity);
    expect(quantizationOf(-2e38, 3e38, "uint8", codeRange("uint8", false)).scale).toBe(Infinity);
  });
});

describe("writeCodes", () => {
  it("rounds halves to the even code, before the zero point is added", () => {
    const weights = Float32Array.of(0.5, 1.5, 2.5, -0.5, -1.5);
    const codes = new Uint8Array(5);
    writeCodes(weights, 0, 5, { scale: 1, zeroPoint: 3 }, "uint8", codes, 0);
    expect([...codes]).toEqual([3, 5, 5, 3, 1]);
  });

  it("stays inside the type", () => {
    const codes = new Uint8Array(2);
    writeCodes(Float32Array.of(300, -300), 0, 2, { scale: 1, zeroPoint: 0 }, "int8", codes, 0);
    expect([...new Int8Array(codes.buffer)]).toEqual([127, -128]);
  });
});

describe("writeColumnCodes", () => {
  it("takes each column's own scale and zero point", () => {
    const codes = new Uint8Array(3);
    const scales = Float32Array.of(1, 0.5, 2);
    writeColumnCodes(Float32Array.of(9, 4, 4, 4), 1, scales, Int16Array.of(0, 10, 250), "uint8", codes, 0);
    expect([...codes]).toEqual([4, 18, 252]);
  });
});
