/** What quantization lost, against errors that are worked out by hand or from the stored codes. */
import * as fs from "node:fs";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { FLOAT } from "#core/onnx/data-types.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import type { ErrorSums, PieceError } from "#core/quantize/weights/error-sums.ts";
import { type Algorithm, quantizeBlockMatrix } from "#core/quantize/blocks/block-algorithms.ts";
import { quantizeMatrixBnb4 } from "#core/quantize/bnb4/bnb4-stream.ts";
import { codeRange } from "#core/quantize/dynamic8/dynamic8.ts";
import { quantizeCodes } from "#core/quantize/dynamic8/dynamic8-stream.ts";
import { halfPieces } from "#core/quantize/float16/float16-values.ts";
import type { WeightMatrix } from "#core/quantize/weights/weight-matrix.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { readSidecar, sidecarLayer } from "#core/quantize/read-sidecar.ts";
import { sidecarPath } from "#core/quantize/sidecar.ts";
import { wasm } from "#core/quantize/weights/wasm-instance.ts";
import { addScaled, addSums, ErrorLedger, lowestSnr, noSums, summarize } from "#core/quantize/weights/weight-error.ts";
import { createRandom } from "#shared/random.ts";
import { temporaryFolder } from "../../onnx/build-model.ts";
import { memoryReader } from "../golden.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
afterEach(() => {
  wasm.enabled = true;
});

function weightsOf(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  // Whole stretches of zeros, of tiny and of subnormal weights among ordinary ones.
  const sizes = [1, 1, 1, 0, 1e-20, 1e-41];
  return Float32Array.from({ length: count }, (_, i) => (random.nextFloat() - 0.5) * sizes[(i >> 7) % sizes.length]!);
}

const matrixOf = (weights: Float32Array, K: number, N: number, layout: "KN" | "NK"): WeightMatrix => ({
  name: "w",
  K,
  N,
  layout,
  dataType: FLOAT,
  open: () => memoryReader(new Uint8Array(weights.buffer)),
});

function sumsOf(pieces: Iterable<TensorPiece>): ErrorSums {
  const all = noSums();
  for (const { report } of pieces) if (report) addSums(all, (report as PieceError).sums);
  return all;
}

/** By the machine's loops and by the plain ones. */
function both(pieces: () => Iterable<TensorPiece>): [ErrorSums, ErrorSums] {
  wasm.enabled = true;
  const fast = sumsOf(pieces());
  wasm.enabled = false;
  return [fast, sumsOf(pieces())];
}

function expectSame(pieces: () => Iterable<TensorPiece>, count: number): void {
  const [fast, plain] = both(pieces);
  expect(plain.count).toBe(count);
  expect(fast.count).toBe(count);
  expect(plain.sumSquaredError).toBeGreaterThan(0);
  expect(Math.abs(fast.sumSquares / plain.sumSquares - 1)).toBeLessThan(1e-5);
  expect(Math.abs(fast.sumSquaredError / plain.sumSquaredError - 1)).toBeLessThan(1e-5);
  expect(Math.abs(fast.maxError / plain.maxError - 1)).toBeLessThan(1e-5);
  expect(fast.clipped).toBe(plain.clipped);
}

const NAMES = { codes: "codes", scales: "scales", zeroPoints: "zeros" };
const blocks = (weights: Float32Array, K: number, N: number, bits: 4 | 8 = 4) => {
  const spec = { bits, blockSize: 16, symmetric: true, halfScales: false };
  return both(() =>
    quantizeBlockMatrix({
      matrix: matrixOf(weights, K, N, "NK"),
      spec,
      scaleType: FLOAT,
      names: NAMES,
      algorithm: "default",
    }),
  );
};

describe("errors of weights", () => {
  it("are those of a block worked by hand", () => {
    // -8 sets the scale to 1: code 0. 7.25 becomes 7, 8 would be code 16 and is clipped to 7, 0.5 and -2.25 are rounded.
    const weights = Float32Array.from([-8, 7.25, 7.75, 0.25, -2.25, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    for (const sums of blocks(weights, 16, 1)) {
      expect(sums.count).toBe(16);
      expect(sums.sumSquares).toBe(64 + 52.5625 + 60.0625 + 0.0625 + 5.0625 + 9 + 1);
      expect(sums.sumSquaredError).toBe(0.0625 + 0.5625 + 0.0625 + 0.0625);
      expect(sums.maxError).toBe(0.75);
      expect(sums.clipped).toBe(1);
    }
  });

  it("are those of the stored codes and scales", () => {
    const [K, N] = [64, 16];
    const weights = weightsOf(K * N, 5);
    const spec = { bits: 8, blockSize: 32, symmetric: true, halfScales: false } as const;
    const stored: Record<string, Uint8Array> = {};
    const reported = noSums();
    const matrix = matrixOf(weights, K, N, "NK");
    for (const { tensor, bytes, report } of quantizeBlockMatrix({
      matrix,
      spec,
      scaleType: FLOAT,
      names: NAMES,
      algorithm: "default",
    })) {
      stored[tensor] = bytes.slice();
      if (report) addSums(reported, (report as PieceError).sums);
    }
    const scales = new Float32Array(stored.scales!.buffer);
    let squares = 0;
    let largest = 0;
    for (const [i, weight] of weights.entries()) {
      const error = weight - (stored.codes![i]! - 128) * scales[i >> 5]!;
      squares += error ** 2;
      largest = Math.max(largest, Math.abs(error));
    }
    expect(reported.sumSquaredError / squares).toBeCloseTo(1, 4);
    expect(reported.maxError / largest).toBeCloseTo(1, 4);
  });

  it("are none where the weights are multiples of the scale", () => {
    const weights = Float32Array.from({ length: 32 }, (_, i) => Math.fround(0.1 * ((i % 16) - 8)));
    for (const sums of blocks(weights, 16, 2)) {
      expect(summarize(sums)).toMatchObject({ snrDb: null, exact: true, maxError: 0, clippedShare: 0 });
    }
  });

  it("are none of zeros, which have no signal", () => {
    for (const sums of blocks(new Float32Array(33), 33, 1, 8)) {
      expect(summarize(sums)).toEqual({ snrDb: null, exact: true, maxError: 0, clippedShare: 0 });
    }
  });

  it("count half a step beyond the last code as not clipped", () => {
    const sums = noSums();
    addScaled(sums, Float32Array.from([7.5, 7.6, -8.5, -8.6]), 0, 4, 1, -8, 7);
    expect(sums.clipped).toBe(2);
  });

  it("say null, not infinity, where a sum is too large", () => {
    const sums = { count: 1, sumSquares: Infinity, sumSquaredError: Infinity, maxError: Infinity, clipped: 0 };
    expect(summarize(sums)).toEqual({ snrDb: null, exact: false, maxError: null, clippedShare: 0 });
    expect(summarize(noSums())).toBeNull();
  });

  it("add up alike whichever part came first", () => {
    const random = createRandom(3);
    const parts = Array.from({ length: 50 }, (_, part) => {
      const sums = { count: 1, sumSquares: random.nextFloat(), sumSquaredError: 1e-3, maxError: part, clipped: 0 };
      return { weight: "w", bits: 4, part, sums };
    });
    const [forth, back] = [parts, parts.toReversed()].map((order) => {
      const ledger = new ErrorLedger();
      for (const part of order) ledger.add(part);
      return ledger.of({ name: "w", bits: 4 });
    });
    expect(forth).toEqual(back);
    expect(forth?.maxError).toBe(49);
  });

  it("name the layer that lost most", () => {
    const error = (snrDb: number | null) => ({ snrDb, exact: false, maxError: 1, clippedShare: 0 });
    const tensors = [
      { name: "a", nodes: ["A"], error: error(20) },
      { name: "b", nodes: [""], error: error(14) },
      { name: "c", nodes: ["C"], error: error(null) },
    ];
    expect(lowestSnr(tensors)).toEqual({ snrDb: 14, layer: "b" });
    expect(lowestSnr(tensors.slice(2))).toBeNull();
  });
});

describe("errors by the machine's loops", () => {
  const SHAPES = [
    [64, 16],
    [300, 31],
    [47, 40],
  ] as const;
  const LAYOUTS = ["KN", "NK"] as const;
  const cases = SHAPES.flatMap(([K, N], seed) =>
    LAYOUTS.map((layout) => ({ K, N, layout, matrix: matrixOf(weightsOf(K * N, seed), K, N, layout) })),
  );

  it.each(cases)("are those of the plain loops: blocks $K $N $layout", ({ K, N, matrix }) => {
    for (const algorithm of ["default", "rtn", "k_quant"] satisfies Algorithm[]) {
      for (const bits of [4, 8] as const) {
        for (const symmetric of algorithm === "k_quant" ? [false] : [true, false]) {
          const spec = { bits, blockSize: 32, symmetric, halfScales: false };
          expectSame(() => quantizeBlockMatrix({ matrix, spec, scaleType: FLOAT, names: NAMES, algorithm }), K * N);
        }
      }
    }
  });

  it.each(cases)("are those of the plain loops: bnb4, codes $K $N $layout", ({ K, N, matrix }) => {
    for (const type of ["nf4", "fp4"] as const) {
      const spec = { type, blockSize: 64, doubleQuant: false };
      expectSame(() => quantizeMatrixBnb4(matrix, spec, FLOAT, { codes: "c", absmax: "a" }), K * N);
    }
    for (const type of ["int8", "uint8"] as const) {
      for (const perChannel of [true, false]) {
        const spec = { type, range: codeRange(type, false), perChannel };
        expectSame(() => quantizeCodes(matrix, spec, { codes: "c", scale: "s", zeroPoint: "z" }), K * N);
      }
    }
  });

  it.each(["onnxruntime", "transformers.js"] as const)("are those of the plain loops: halves, %s", (rule) => {
    const weights = weightsOf(5003, 7);
    weights.set([1e5, -7e4, 2e4, 65_519, 1e-8], 100);
    const source = { name: "h", weight: "h", elements: 5003, dataType: FLOAT, multiplied: false } as const;
    expectSame(() => halfPieces({ ...source, open: () => memoryReader(new Uint8Array(weights.buffer)) }, rule), 5003);
  });
});

describe("the file beside a made model", () => {
  const source = "resources/models/demo/onnx/model.onnx";

  it.each([
    ["int4", 18, 24],
    ["w8", 42, 48],
    ["nf4", 18, 24],
    ["fp16", 68, 78],
  ] as const)("holds what %s lost, the same by any number of threads", async (format, least, most) => {
    const texts = [];
    for (const threads of [1, 3]) {
      const target = folder.file(`${format}-${threads}.onnx`);
      const { sidecar, quantizedTensors } = await quantizeModel({ source, target, recipe: { format }, threads });
      expect(sidecar).toBe(sidecarPath(target));
      const snr = quantizedTensors.flatMap(({ error }) => error?.snrDb ?? []);
      expect(Math.min(...snr)).toBeGreaterThan(least);
      expect(Math.max(...snr)).toBeLessThan(most);
      texts.push(fs.readFileSync(sidecar, "utf8"));
    }
    expect(texts[0]).toBe(texts[1]);
    const { layers, warning } = readSidecar(folder.file(`${format}-1.onnx`))!;
    expect(warning).toBeNull();
    expect(layers.length).toBeGreaterThan(50);
    expect(JSON.parse(texts[0]!)).toMatchObject({ schemaVersion: 1, source: "model.onnx", recipe: { format } });
  });

  it("is not left behind by an abort", async () => {
    const target = folder.file("aborted.onnx");
    const stop = new AbortController();
    const made = quantizeModel({
      source,
      target,
      recipe: { format: "int4" },
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(made).rejects.toThrow("cancelled");
    expect(fs.readdirSync(folder.file("")).filter((name) => name.startsWith("aborted"))).toEqual([]);
  });

  it("is ignored when it is damaged, with a warning", () => {
    const target = folder.file("damaged.onnx");
    expect(readSidecar(target)).toBeNull();
    fs.writeFileSync(sidecarPath(target), "{");
    expect(readSidecar(target)).toMatchObject({ layers: [], warning: expect.stringContaining("damaged") as string });
  });

  it("is found again by the names of the made nodes", () => {
    const layer = (name: string, nodes: string[]) => ({ name, nodes, bits: 4, error: null });
    const layers = [layer("w", ["/a/MatMul"]), layer("v", ["/a/MatMul_1"])];
    expect(sidecarLayer(layers, "/a/MatMul_Q4", 4)?.name).toBe("w");
    expect(sidecarLayer(layers, "/a/MatMul_1_Q4", 4)?.name).toBe("v");
    expect(sidecarLayer(layers, "/a/MatMul_1_Bnb4", 4)?.name).toBe("v");
    expect(sidecarLayer(layers, "/a/MatMul_1", 32)).toBeNull();
    expect(sidecarLayer(layers, "/a/MatMul/sub", 4)).toBeNull();
  });
});
