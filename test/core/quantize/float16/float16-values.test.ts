import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BFLOAT16, FLOAT } from "#core/onnx/data-types.ts";
import {
  type ClampRule,
  type FloatSource,
  halfBytes,
  halfPieces,
  toHalves,
} from "#core/quantize/float16/float16-values.ts";
import { toHalf } from "#core/quantize/weights/half.ts";
import { memoryReader } from "../golden.ts";

const finite = () => ({ nan: false, infinite: false });

function convert(values: readonly number[], rule: ClampRule): number[] {
  const halves = new Uint16Array(values.length);
  toHalves(new Int32Array(Float32Array.from(values).buffer), halves, rule, finite());
  return [...halves];
}

function source(values: readonly number[], rest: Partial<FloatSource> = {}): FloatSource {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  const open = () => memoryReader(bytes);
  return { name: "w", weight: "w", elements: values.length, dataType: FLOAT, multiplied: false, open, ...rest };
}

describe("toHalves", () => {
  it.each([
    ["onnxruntime", "0"],
    ["transformers.js", "1"],
  ] as const)("gives the golden bytes of %s", (rule, file) => {
    const read = (kind: string) => readFileSync(`test/fixtures/quantization/float16/${file}.${kind}`);
    const words = new Int32Array(new Uint8Array(read("value")).buffer);
    const halves = new Uint16Array(words.length);
    toHalves(words, halves, rule, finite());
    expect(Buffer.from(halves.buffer).equals(read("half"))).toBe(true);
  });

  it("keeps zeros, infinities and NaN, and notes what is not finite", () => {
    const values = [0, -0, Infinity, -Infinity, NaN];
    for (const rule of ["onnxruntime", "transformers.js"] as const) {
      expect(convert(values, rule)).toEqual([0, 0x8000, 0x7c00, 0xfc00, 0x7e00]);
    }
    const seen = finite();
    toHalves(new Int32Array(Float32Array.of(NaN, -Infinity).buffer), new Uint16Array(2), "onnxruntime", seen);
    expect(seen).toEqual({ nan: true, infinite: true });
  });

  it("brings finite values beyond the limits back to them", () => {
    const values = [1e-8, -1e-8, 1e-45, 65504, 65505, 1e6, -3.4e38, 10000, 10001];
    expect(convert(values, "onnxruntime")).toEqual([1, 0x8001, 1, 0x7bff, 0x7bff, 0x7bff, 0xfbff, 0x70e2, 0x70e2]);
    expect(convert(values, "transformers.js")).toEqual([2, 0x8002, 2, 0x70e2, 0x70e2, 0x70e2, 0xf0e2, 0x70e2, 0x70e2]);
  });

  it("rounds ties to even, normal and subnormal, and keeps values between the limits", () => {
    const values = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -14 - 2 ** -25, 1.5 * 2 ** -24, 2.5 * 2 ** -24, 2 ** -14];
    expect(convert(values, "onnxruntime")).toEqual([0x3c00, 0x3c02, 0x400, 2, 2, 0x400]);
  });

  it("agrees with the plain conversion between the limits", () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.fround(Math.sin(i) * 2 ** ((i % 40) - 25)));
    const kept = values.filter((value) => Math.abs(value) > 6e-8 && Math.abs(value) < 65504);
    expect(convert(kept, "onnxruntime")).toEqual(kept.map(toHalf));
  });
});

describe("halfPieces", () => {
  it("covers a tensor larger than one slab, each byte once", () => {
    const values = Array.from({ length: 600_001 }, (_, i) => (i % 4096) / 8);
    const bytes = new Uint8Array(values.length * 2);
    let sum = 0;
    for (const piece of halfPieces(source(values), "onnxruntime")) {
      bytes.set(piece.bytes, piece.offset);
      sum += piece.bytes.length;
    }
    expect(sum).toBe(bytes.length);
    const halves = new Uint16Array(bytes.buffer);
    for (const at of [0, 262_143, 262_144, 600_000]) expect(halves[at]).toBe(toHalf(values[at]!));
  });
});

/** All halves of a tensor, piece by piece and at once. */
const WAYS: readonly [string, (from: FloatSource) => number[]][] = [
  ["halfPieces", (from) => [...halfPieces(from, "onnxruntime")].flatMap(({ bytes }) => halvesOf(bytes))],
  ["halfBytes", (from) => halvesOf(halfBytes(from, "onnxruntime").bytes)],
];
const halvesOf = (bytes: Uint8Array): number[] => [...new Uint16Array(bytes.slice().buffer)];

describe.each(WAYS)("%s", (_name, halves) => {
  it("widens bfloat16 first", () => {
    const stored = new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x7f7f).buffer);
    const bfloat = source([0, 0, 0], { dataType: BFLOAT16, open: () => memoryReader(stored) });
    expect(halves(bfloat)).toEqual([0x3c00, 0xc000, 0x7bff]);
  });

  it("makes nothing of an empty tensor", () => {
    expect(halves(source([]))).toEqual([]);
  });

  it("gives the same of few and of many", () => {
    for (const count of [1, 16, 17, 256]) {
      const values = Array.from({ length: count }, (_, i) => (i - 100) / 3000);
      expect(halves(source(values))).toEqual(values.map((value) => toHalf(value)));
    }
  });

  it("refuses NaN in a weight and infinity in a factor, with the name", () => {
    const broken = [
      source([1, NaN]),
      source([1, Infinity], { multiplied: true }),
      source([1, -Infinity], { multiplied: true }),
    ];
    for (const tensor of broken) {
      expect(() => halves(tensor)).toThrow(
        expect.objectContaining({ code: "MODEL_CORRUPT", message: expect.stringContaining('"w"') as string }),
      );
    }
  });

  it("lets a mask hold infinity, and a scalar be NaN", () => {
    expect(halves(source([-Infinity, 0]))).toEqual([0xfc00, 0]);
    expect(halves(source([NaN]))).toEqual([0x7e00]);
  });
});
