/** The loops in WebAssembly against the plain ones, on weights that are hard to round, in every shape of tail. */
import { afterEach, describe, expect, it } from "vitest";
import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import { quantizeBlockMatrix } from "#core/quantize/blocks/block-algorithms.ts";
import { quantizeMatrixBnb4 } from "#core/quantize/bnb4/bnb4-stream.ts";
import { codeRange } from "#core/quantize/dynamic8/dynamic8.ts";
import { quantizeCodes } from "#core/quantize/dynamic8/dynamic8-stream.ts";
import { halfPieces } from "#core/quantize/float16/float16-values.ts";
import { toHalf } from "#core/quantize/weights/half.ts";
import { acquireInstance, wasm } from "#core/quantize/weights/wasm-instance.ts";
import { createRandom } from "#shared/random.ts";
import { memoryReader } from "../golden.ts";

afterEach(() => {
  wasm.enabled = true;
});

/** Ordinary weights among zeros of both signs, ties, subnormals, huge ones and whole stretches of one kind. */
function hardWeights(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const kinds = [
    () => (random.nextFloat() - 0.5) * 0.2,
    () => (random.nextFloat() < 0.5 ? 0 : -0),
    () => (random.nextInt(33) - 16) / 16,
    () => (random.nextInt(33) - 16) * 2 ** -149,
    () => (random.nextFloat() - 0.5) * 2e-40,
    () => (random.nextFloat() - 0.5) * 6e38,
    () => random.nextFloat(),
    () => -random.nextFloat() - 1,
    () => (random.nextFloat() - 0.5) * 2 ** -24,
    () => 0.25,
  ];
  let kind = 0;
  let left = 0;
  return Float32Array.from({ length: count }, () => {
    if (left-- === 0) {
      kind = random.nextInt(kinds.length);
      left = random.nextInt(90);
    }
    return kinds[kind]!();
  });
}

function bytesOf(weights: Float32Array, dataType: number): Uint8Array {
  if (dataType === FLOAT) return new Uint8Array(weights.buffer.slice(0));
  const words = new Uint32Array(weights.buffer);
  // Halves that are finite: the kernels refuse others.
  const halves = Uint16Array.from(weights, (weight) => toHalf(Math.max(-6e4, Math.min(6e4, weight))));
  return new Uint8Array((dataType === FLOAT16 ? halves : Uint16Array.from(words, (word) => word >>> 16)).buffer);
}

/** Everything that a generator delivers, by tensor. */
function deliver(pieces: () => Iterable<TensorPiece>): Record<string, string> {
  const all: Record<string, number[]> = {};
  for (const { tensor, offset, bytes } of pieces()) {
    const to = (all[tensor] ??= []);
    bytes.forEach((byte, index) => (to[offset + index] = byte));
  }
  return Object.fromEntries(Object.entries(all).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));
}

function same(pieces: () => Iterable<TensorPiece>): void {
  wasm.enabled = true;
  const fast = deliver(pieces);
  wasm.enabled = false;
  expect(fast).toEqual(deliver(pieces));
}

const SHAPES = [
  [64, 1],
  [96, 17],
  [33, 5],
  [47, 40],
  [256, 16],
  [300, 31],
  [1, 3],
] as const;

function matrixOf(K: number, N: number, layout: "KN" | "NK", dataType: 1 | 10 | 16, seed: number) {
  const bytes = bytesOf(hardWeights(K * N, seed), dataType);
  return { name: "w", K, N, layout, dataType, open: () => memoryReader(bytes) };
}

describe("WebAssembly loops", () => {
  it("are there on this machine", () => {
    const instance = acquireInstance(8);
    expect(instance).not.toBeNull();
    instance!.giveBack();
  });

  for (const algorithm of ["default", "rtn", "k_quant"] as const) {
    for (const layout of ["KN", "NK"] as const) {
      it(`give the blocks of the plain ones: ${algorithm}, ${layout}`, () => {
        let seed = 1;
        for (const [K, N] of SHAPES) {
          for (const bits of [2, 4, 8] as const) {
            for (const blockSize of [16, 32, 128, 256] as const) {
              for (const symmetric of algorithm === "k_quant" ? [false] : [true, false]) {
                const dataType = ([FLOAT, FLOAT, FLOAT16, BFLOAT16] as const)[seed % 4]!;
                const matrix = matrixOf(K, N, layout, dataType, seed++);
                const spec = { bits, blockSize, symmetric, halfScales: dataType === FLOAT16 };
                const names = { codes: "codes", scales: "scales", zeroPoints: symmetric ? null : "zeroPoints" };
                const limits = seed % 3 === 0 ? { tileBytes: 700, slabBytes: 300 } : {};
                same(() => quantizeBlockMatrix({ matrix, spec, scaleType: dataType, names, algorithm }, limits));
              }
            }
          }
        }
      });
    }
  }

  it.each(["nf4", "fp4"] as const)("give the blocks of the plain ones: %s", (type) => {
    let seed = 100;
    for (const [K, N] of SHAPES) {
      for (const blockSize of [16, 64, 256]) {
        for (const layout of ["KN", "NK"] as const) {
          const matrix = matrixOf(K, N, layout, FLOAT, seed++);
          const spec = { type, blockSize, doubleQuant: seed % 2 === 0 };
          same(() => quantizeMatrixBnb4(matrix, spec, FLOAT, { codes: "codes", absmax: "absmax" }, { tileBytes: 999 }));
        }
      }
    }
  });

  it.each(["int8", "uint8"] as const)("give the codes of the plain ones: %s", (type) => {
    let seed = 200;
    for (const [K, N] of SHAPES) {
      for (const perChannel of [false, true]) {
        const random = createRandom(seed++);
        // Not the huge ones: their range is no float32, and refused.
        const weights = Float32Array.from({ length: K * N }, () => (random.nextInt(4001) - 2000) / 1000);
        const bytes = bytesOf(weights, FLOAT);
        const matrix = {
          name: "w",
          K,
          N,
          layout: "KN" as const,
          dataType: FLOAT as typeof FLOAT,
          open: () => memoryReader(bytes),
        };
        const spec = { type, range: codeRange(type, seed % 3 === 0), perChannel };
        const names = { codes: "codes", scale: "scale", zeroPoint: "zeroPoint" };
        same(() => quantizeCodes(matrix, spec, names, { slabBytes: 400, tileBytes: 1000 }));
      }
    }
  });

  it.each(["onnxruntime", "transformers.js"] as const)("give the halves of the plain ones: %s", (rule) => {
    const random = createRandom(5);
    const anything = Uint32Array.from({ length: 50_001 }, () => random.nextInt(2 ** 32));
    // Mostly normal halves, which have a loop of their own.
    const ordinary = Float32Array.from({ length: 10_003 }, () => (random.nextFloat() - 0.5) / 10);
    for (const weights of [hardWeights(10_003, 6), new Float32Array(anything.buffer), ordinary]) {
      const bytes = new Uint8Array(weights.buffer);
      for (const elements of [weights.length, 7, 8, 9]) {
        // A scalar may be NaN; here every element is looked at as if it were one.
        const source = {
          name: "x",
          weight: "x",
          elements,
          dataType: FLOAT as typeof FLOAT,
          multiplied: false,
          open: () => memoryReader(bytes),
        };
        same(function* () {
          try {
            yield* halfPieces(source, rule);
          } catch (error) {
            yield { tensor: "error", offset: 0, bytes: Buffer.from((error as Error).message) };
          }
        });
      }
    }
  });

  it.each([0, 31, 32, 95, 96 * 17 - 1])("refuse NaN and infinity wherever they are: %i", (place) => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const weights = hardWeights(96 * 17, 7).map((weight) => Math.max(-1, Math.min(1, weight)));
      weights[place] = bad;
      const bytes = bytesOf(weights, FLOAT);
      for (const layout of ["KN", "NK"] as const) {
        const matrix = {
          name: "w",
          K: 96,
          N: 17,
          layout,
          dataType: FLOAT as typeof FLOAT,
          open: () => memoryReader(bytes),
        };
        const names = { codes: "codes", scales: "scales", zeroPoints: null };
        const spec = { bits: 4, blockSize: 32, symmetric: true, halfScales: false } as const;
        expect(() =>
          deliver(() => quantizeBlockMatrix({ matrix, spec, scaleType: FLOAT, names, algorithm: "default" })),
        ).toThrow("NaN");
        const bnb4 = { type: "nf4", blockSize: 64, doubleQuant: false } as const;
        expect(() => deliver(() => quantizeMatrixBnb4(matrix, bnb4, FLOAT, { codes: "c", absmax: "a" }))).toThrow(
          "NaN",
        );
      }
    }
  });
});
