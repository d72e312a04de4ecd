/**
 * What threads can do: generators over plain data, one row for each kind of tensor that a format makes. A job built by
 * `threadedJob` (threaded-job.ts) names its row and runs anywhere. Imports nothing that reads graphs: every thread loads it.
 */
import type { TensorPiece, TensorTask } from "#core/onnx/tensor-job.ts";
import { openSource, type TensorReader, type TensorSource } from "#core/onnx/tensor-source.ts";
import { type Algorithm, quantizeBlockMatrix } from "./block-algorithms.ts";
import { quantizeTable8 } from "./block-table.ts";
import { type Bnb4Spec, type Bnb4TensorNames, quantizeMatrixBnb4 } from "./bnb4-stream.ts";
import { type CodeMatrix, type CodeSpec, type CodeTensorNames, quantizeCodes } from "./dynamic8-stream.ts";
import { type ClampRule, type FloatSource, halfPiece, halfPieces } from "./float16-values.ts";
import { quantizeGather4 } from "./gather4.ts";
import type { BlockSpec } from "./matmulnbits.ts";
import type { BlockTensorNames, FloatType, RowRange, WeightMatrix } from "./matmulnbits-stream.ts";

type Opens = { readonly open: () => TensorReader };
/** What opens its tensor, as plain data. */
export type Sent<T extends Opens> = Omit<T, "open"> & { readonly source: TensorSource };

export function opened<T extends Opens>(sent: Sent<T>): T {
  return { ...sent, open: () => openSource(sent.source) } as unknown as T;
}

export const KERNELS = Object.freeze({
  blocks: (
    matrix: Sent<WeightMatrix>,
    spec: BlockSpec,
    scaleType: FloatType,
    names: BlockTensorNames,
    algorithm: Algorithm,
    range: RowRange,
  ) => quantizeBlockMatrix(opened(matrix), spec, scaleType, names, algorithm, { range }),

  table8: (
    matrix: Sent<WeightMatrix>,
    spec: BlockSpec,
    scaleType: FloatType,
    names: BlockTensorNames,
    algorithm: Algorithm,
    range: RowRange,
  ) => quantizeTable8(opened(matrix), spec, scaleType, names, algorithm, { range }),

  gather4: (
    matrix: Sent<WeightMatrix>,
    spec: BlockSpec,
    scaleType: FloatType,
    names: BlockTensorNames,
    _algorithm: Algorithm,
    range: RowRange,
  ) => quantizeGather4(opened(matrix), spec, scaleType, names, { range }),

  bnb4: (matrix: Sent<WeightMatrix>, spec: Bnb4Spec, absmaxType: FloatType, names: Bnb4TensorNames, range: RowRange) =>
    quantizeMatrixBnb4(opened(matrix), spec, absmaxType, names, { range }),

  codes: (matrix: Sent<CodeMatrix>, spec: CodeSpec, names: CodeTensorNames) =>
    quantizeCodes(opened(matrix), spec, names),

  halves: (source: Sent<FloatSource>, rule: ClampRule, range: RowRange) => halfPieces(opened(source), rule, range),

  /** Another task's tensors, some of them made half. */
  halved: function* (task: TensorTask, names: ReadonlySet<string>, rule: ClampRule): Generator<TensorPiece> {
    for (const piece of runTask(task)) yield names.has(piece.tensor) ? halfPiece(piece, rule) : piece;
  },
});

export type KernelName = keyof typeof KERNELS;

/** @throws what the kernel throws: LabError MODEL_CORRUPT for NaN and infinite weights */
export function runTask({ kernel, input }: TensorTask): Iterable<TensorPiece> {
  const run = KERNELS[kernel as KernelName] as (...input: readonly unknown[]) => Iterable<TensorPiece>;
  return run(...input);
}
