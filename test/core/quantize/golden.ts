/** The golden cases of test/fixtures/quantization (see its README). */
import { readFileSync } from "node:fs";
import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import type { BlockSpec } from "#core/quantize/blocks/matmulnbits.ts";
import { quantizeMatrix, type StreamLimits } from "#core/quantize/blocks/matmulnbits-stream.ts";
import type { WeightMatrix } from "#core/quantize/weights/weight-matrix.ts";

const ROOT = "test/fixtures/quantization/";

export interface Stored {
  readonly file: string;
  readonly dtype: string;
  /** A range of the file; else all of it. */
  readonly at?: number;
  readonly bytes?: number;
}

export interface GoldenCase {
  readonly bits: 2 | 4 | 8;
  readonly symmetric: boolean;
  readonly K: number;
  readonly N: number;
  readonly blockSize: number;
  readonly weight: Stored;
  readonly quantized: Stored;
  readonly scales: Stored;
  readonly zeroPoints?: Stored;
}

export const GOLDEN = (JSON.parse(readFileSync(`${ROOT}cases.json`, "utf8")) as { matmulnbits: GoldenCase[] })
  .matmulnbits;

const files = new Map<string, Uint8Array>();

/** A copy, for the caller to change. */
export function stored({ file, at = 0, bytes }: Stored): Uint8Array {
  const all = files.get(file) ?? new Uint8Array(readFileSync(ROOT + file));
  files.set(file, all);
  return all.slice(at, bytes === undefined ? all.length : at + bytes);
}

export function memoryReader(bytes: Uint8Array): TensorReader {
  return {
    byteLength: bytes.length,
    read: (target, offset) => {
      target.set(bytes.subarray(offset, offset + target.length));
    },
    [Symbol.dispose]: () => undefined,
  };
}

export function goldenMatrix(golden: GoldenCase, layout: "KN" | "NK"): WeightMatrix {
  const { K, N, weight } = golden;
  const half = weight.dtype === "float16";
  const bytes = layout === "KN" ? stored(weight) : transpose(stored(weight), K, N, half ? 2 : 4);
  return { name: weight.file, K, N, layout, dataType: half ? FLOAT16 : FLOAT, open: () => memoryReader(bytes) };
}

/** [rows, columns] -> [columns, rows] of elements of `size` bytes. */
export function transpose(bytes: Uint8Array, rows: number, columns: number, size: number): Uint8Array {
  const turned = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * size;
      turned.set(bytes.subarray(from, from + size), (column * rows + row) * size);
    }
  }
  return turned;
}

export interface Quantized {
  readonly codes: Uint8Array;
  readonly scales: Uint8Array;
  readonly zeroPoints: Uint8Array | null;
}

/** Puts the pieces of a stream together; every byte is set to 0xEE first, so that one that was left out shows. */
export function quantize(
  matrix: WeightMatrix,
  spec: BlockSpec,
  limits?: StreamLimits,
  scaleType = matrix.dataType,
): Quantized {
  const { K, N } = matrix;
  const blocks = Math.ceil(K / spec.blockSize);
  const filled = (length: number) => new Uint8Array(length).fill(0xee);
  const result = {
    codes: filled((N * blocks * spec.blockSize * spec.bits) / 8),
    scales: filled(N * blocks * (scaleType === FLOAT ? 4 : 2)),
    zeroPoints: spec.symmetric ? null : filled(N * Math.ceil((blocks * spec.bits) / 8)),
  };
  const names = { codes: "codes", scales: "scales", zeroPoints: spec.symmetric ? null : "zeroPoints" };
  for (const { tensor, offset, bytes } of quantizeMatrix(matrix, spec, scaleType, names, limits)) {
    result[tensor as keyof Quantized]!.set(bytes, offset);
  }
  return result;
}

/** A column of weights (N = 1), repeated as often as asked. */
export function column(weights: readonly number[], times = 1): WeightMatrix {
  const data = Float32Array.from(Array.from({ length: times }, () => weights).flat());
  const open = (): TensorReader => memoryReader(new Uint8Array(data.buffer));
  return { name: "w", K: data.length, N: 1, layout: "KN", dataType: FLOAT, open };
}
