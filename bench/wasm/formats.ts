/** The loops of each format that have a version in WebAssembly, as the program's threads call them. */
import { FLOAT } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import { quantizeBlockMatrix } from "#core/quantize/blocks/block-algorithms.ts";
import { quantizeMatrixBnb4 } from "#core/quantize/bnb4/bnb4-stream.ts";
import { codeRange, type CodeType } from "#core/quantize/dynamic8/dynamic8.ts";
import { quantizeCodes } from "#core/quantize/dynamic8/dynamic8-stream.ts";
import { halfPieces } from "#core/quantize/float16/float16-values.ts";
import type { WeightMatrix } from "#core/quantize/weights/weight-matrix.ts";
import type { Recipe } from "#shared/recipe.ts";

interface BenchFormat {
  /** The variant that `quantize` makes with the same loops. */
  readonly recipe: Recipe;
  /** Quantizes one matrix. */
  readonly quantize: (matrix: WeightMatrix) => Iterable<TensorPiece>;
}

const blocks =
  (bits: 4 | 8, symmetric: boolean, algorithm: NonNullable<Recipe["algorithm"]> = "default") =>
  (matrix: WeightMatrix): Iterable<TensorPiece> => {
    const spec = { bits, blockSize: 32, symmetric, halfScales: false };
    const names = { codes: "codes", scales: "scales", zeroPoints: symmetric ? null : "zeroPoints" };
    return quantizeBlockMatrix({ matrix, spec, scaleType: FLOAT, names, algorithm });
  };

const bnb4 =
  (type: "nf4" | "fp4") =>
  (matrix: WeightMatrix): Iterable<TensorPiece> =>
    quantizeMatrixBnb4(matrix, { type, blockSize: 64, doubleQuant: false }, FLOAT, {
      codes: "codes",
      absmax: "absmax",
    });

const codes =
  (type: CodeType, perChannel: boolean) =>
  (matrix: WeightMatrix): Iterable<TensorPiece> => {
    const names = { codes: "codes", scale: "scale", zeroPoint: "zeroPoint" };
    return quantizeCodes(matrix, { type, range: codeRange(type, false), perChannel }, names);
  };

const halves = ({ name, K, N, open }: WeightMatrix): Iterable<TensorPiece> =>
  halfPieces({ name, weight: name, elements: K * N, dataType: FLOAT, multiplied: true, open }, "onnxruntime");

export const FORMATS: Readonly<Record<string, BenchFormat>> = Object.freeze({
  int4: { recipe: { format: "int4" }, quantize: blocks(4, true) },
  "int4 asymmetric": { recipe: { format: "int4", symmetric: false }, quantize: blocks(4, false) },
  "int4 rtn": {
    recipe: { format: "int4", symmetric: false, algorithm: "rtn" },
    quantize: blocks(4, false, "rtn"),
  },
  "int4 k_quant": {
    recipe: { format: "int4", symmetric: false, algorithm: "k_quant" },
    quantize: blocks(4, false, "k_quant"),
  },
  w8: { recipe: { format: "w8" }, quantize: blocks(8, true) },
  nf4: { recipe: { format: "nf4" }, quantize: bnb4("nf4") },
  fp4: { recipe: { format: "fp4" }, quantize: bnb4("fp4") },
  int8: { recipe: { format: "int8" }, quantize: codes("int8", false) },
  "int8 per channel": { recipe: { format: "int8", perChannel: true }, quantize: codes("int8", true) },
  uint8: { recipe: { format: "uint8" }, quantize: codes("uint8", false) },
  fp16: { recipe: { format: "fp16" }, quantize: halves },
});

/** A matrix of normally spread weights in memory, [K, N] as a MatMul's operand lies in its file. */
export function randomMatrix(K: number, N: number, random: { nextFloat(): number }): WeightMatrix {
  const weights = Float32Array.from({ length: K * N }, () => {
    const spread = Math.sqrt(-2 * Math.log(1 - random.nextFloat()));
    return 0.05 * spread * Math.cos(2 * Math.PI * random.nextFloat());
  });
  const bytes = new Uint8Array(weights.buffer);
  const open = (): TensorReader => ({
    byteLength: bytes.length,
    read: (target, offset) => {
      target.set(bytes.subarray(offset, offset + target.length));
    },
    [Symbol.dispose]: () => undefined,
  });
  return { name: "weights", K, N, layout: "KN", dataType: FLOAT, open };
}
