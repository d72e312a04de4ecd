import { describe, expect, it } from "vitest";
import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { codeRange, quantizationOf, writeCodes } from "#core/quantize/dynamic8/dynamic8.ts";
import {
  type CodeMatrix,
  type CodeSpec,
  type CodeStreamLimits,
  quantizeCodes,
} from "#core/quantize/dynamic8/dynamic8-stream.ts";
import { toBfloat, toHalf } from "#core/quantize/weights/half.ts";
import { memoryReader, transpose } from "../golden.ts";

const NAMES = { codes: "codes", scale: "scale", zeroPoint: "zeroPoint" };
const K = 37;
const N = 13;
const weights = Float32Array.from({ length: K * N }, (_, i) => Math.sin(i * i) * (1 + (i % 7)));

function matrix(data: ArrayBufferView, over: Partial<CodeMatrix> = {}): CodeMatrix {
  const bytes = new Uint8Array(data.buffer.slice(0) as ArrayBuffer);
  return { name: "w", K, N, layout: "KN", dataType: FLOAT, open: () => memoryReader(bytes), ...over };
}
const turned = transpose(new Uint8Array(weights.buffer), K, N, 4);

const spec = (over: Partial<CodeSpec> = {}): CodeSpec => ({
  type: "int8",
  range: codeRange(over.type ?? "int8", false),
  perChannel: false,
  ...over,
});

function run(source: CodeMatrix, how: CodeSpec, limits?: CodeStreamLimits) {
  const count = how.perChannel ? source.N : 1;
  const result = {
    codes: new Uint8Array(source.K * source.N).fill(0xee),
    scale: new Uint8Array(count * 4),
    zeroPoint: new Uint8Array(count).fill(0xee),
  };
  for (const { tensor, offset, bytes } of quantizeCodes(source, how, NAMES, limits)) {
    result[tensor as keyof typeof result].set(bytes, offset);
  }
  return { ...result, scale: new Float32Array(result.scale.buffer) };
}

/** The column as the formulas alone quantize it. */
function column(n: number, type: "int8" | "uint8") {
  const values = Float32Array.from({ length: K }, (_, k) => weights[k * N + n]!);
  const quantization = quantizationOf(Math.min(...values), Math.max(...values), type, codeRange(type, false));
  const codes = new Uint8Array(K);
  writeCodes(values, 0, K, quantization, type, codes, 0);
  return { ...quantization, codes };
}

const SMALL = { slabBytes: 200, tileBytes: 120 };

describe("quantizeCodes", () => {
  it.each(["int8", "uint8"] as const)("gives each column its own scale per channel: %s", (type) => {
    const result = run(matrix(weights), spec({ type, perChannel: true }));
    for (let n = 0; n < N; n++) {
      const { scale, zeroPoint, codes } = column(n, type);
      expect(result.scale[n]).toBe(scale);
      expect(result.zeroPoint[n]).toBe(zeroPoint);
      expect(Array.from({ length: K }, (_, k) => result.codes[k * N + n])).toEqual([...codes]);
    }
  });

  it.each([
    [false, "int8"],
    [true, "int8"],
    [false, "uint8"],
    [true, "uint8"],
  ] as const)("does not depend on slabs, tiles and layout: per channel %s, %s", (perChannel, type) => {
    const how = spec({ type, perChannel });
    const whole = run(matrix(weights), how);
    expect(run(matrix(weights), how, SMALL)).toEqual(whole);
    const transposed = matrix(weights, { layout: "NK", open: () => memoryReader(turned) });
    expect(run(transposed, how)).toEqual(whole);
    expect(run(transposed, how, SMALL)).toEqual(whole);
  });

  it("quantizes halves and bfloat16 as the floats that they stand for", () => {
    const halves = Uint16Array.from(weights, toHalf);
    const bfloats = Uint16Array.from(weights, toBfloat);
    const widened = new Float32Array(Uint32Array.from(bfloats, (bits) => bits << 16).buffer);
    expect(run(matrix(bfloats, { dataType: BFLOAT16 }), spec())).toEqual(run(matrix(widened), spec()));
    const half = run(matrix(halves, { dataType: FLOAT16 }), spec());
    expect(half.scale[0]).toBeCloseTo(run(matrix(weights), spec()).scale[0]!, 4);
  });

  it("quantizes a weight of one element, and of zeros", () => {
    const one = run(matrix(Float32Array.of(-3), { K: 1, N: 1 }), spec());
    expect([...one.codes, one.scale[0]]).toEqual([0x81, Math.fround(6 / 254)]);
    const zeros = run(matrix(new Float32Array(K * N)), spec({ type: "uint8", perChannel: true }));
    expect(new Set([...zeros.codes, ...zeros.zeroPoint])).toEqual(new Set([0]));
    expect(new Set(zeros.scale)).toEqual(new Set([1]));
  });

  it.each([NaN, Infinity, -Infinity])("refuses %s with the tensor's name", (bad) => {
    const data = weights.slice();
    data[400] = bad;
    expect(() => run(matrix(data), spec())).toThrow(/tensor "w" holds NaN or infinite weights/);
  });

  it("refuses infinite halves", () => {
    const halves = Uint16Array.from(weights, toHalf).fill(0x7c00, 5, 6);
    expect(() => run(matrix(halves, { dataType: FLOAT16 }), spec())).toThrow(/NaN or infinite/);
  });

  it("refuses weights whose range is no float32", () => {
    const data = weights.slice();
    data[3] = 3e38;
    expect(() => run(matrix(data), spec())).toThrow(/tensor "w" holds weights so large/);
  });
});
