/**
 * The work that threads can do: generators over plain data, one row for each kind of tensor that a format makes. A job built by
 * `threadedJob` (threaded-job.ts) names its row and runs anywhere. Imports nothing that reads graphs: every thread loads it.
 */
import type { TensorPiece, TensorTask } from "#core/onnx/tensor-job.ts";
import { openSource, type TensorReader, type TensorSource } from "#core/onnx/tensor-source.ts";
import { type BlockTask, quantizeBlockMatrix } from "../blocks/block-algorithms.ts";
import { quantizeTable8 } from "../blocks/block-table.ts";
import { quantizeGather4 } from "../blocks/gather4.ts";
import type { FloatType, RowRange, WeightMatrix } from "../weights/weight-matrix.ts";
import { type Bnb4Spec, type Bnb4TensorNames, quantizeMatrixBnb4 } from "../bnb4/bnb4-stream.ts";
import { type CodeMatrix, type CodeSpec, type CodeTensorNames, quantizeCodes } from "../dynamic8/dynamic8-stream.ts";
import { type ClampRule, type FloatSource, halfPiece, halfPieces } from "../float16/float16-values.ts";

type Opens = { readonly open: () => TensorReader };
/** A tensor as plain data: where it lies, in place of the function that opens it. */
export type Sent<T extends Opens> = Omit<T, "open"> & { readonly source: TensorSource };

export function opened<T extends Opens>(sent: Sent<T>): T {
  return { ...sent, open: () => openSource(sent.source) } as unknown as T;
}

/** Some rows of a matrix or a table to store in blocks. */
export interface SentBlockTask extends Omit<BlockTask, "matrix"> {
  readonly matrix: Sent<WeightMatrix>;
  readonly range: RowRange;
}

interface SentBnb4Task {
  readonly matrix: Sent<WeightMatrix>;
  readonly spec: Bnb4Spec;
  readonly absmaxType: FloatType;
  readonly names: Bnb4TensorNames;
  readonly range: RowRange;
}

interface SentCodeTask {
  readonly matrix: Sent<CodeMatrix>;
  readonly spec: CodeSpec;
  readonly names: CodeTensorNames;
}

interface SentHalfTask {
  readonly floats: Sent<FloatSource>;
  readonly rule: ClampRule;
  readonly range: RowRange;
}

/** Another task's tensors, some of them made half. */
interface HalvedTask {
  readonly task: TensorTask;
  readonly names: ReadonlySet<string>;
  readonly rule: ClampRule;
}

/** The input of each task. */
export interface TaskInputs {
  readonly blocks: SentBlockTask;
  readonly table8: SentBlockTask;
  readonly gather4: SentBlockTask;
  readonly bnb4: SentBnb4Task;
  readonly codes: SentCodeTask;
  readonly halves: SentHalfTask;
  readonly halved: HalvedTask;
}
export type TaskName = keyof TaskInputs;

export const THREAD_TASKS: { readonly [N in TaskName]: (input: TaskInputs[N]) => Iterable<TensorPiece> } =
  Object.freeze({
    blocks: ({ matrix, range, ...task }) => quantizeBlockMatrix({ ...task, matrix: opened(matrix) }, { range }),
    table8: ({ matrix, range, ...task }) => quantizeTable8({ ...task, matrix: opened(matrix) }, { range }),
    gather4: ({ matrix, range, ...task }) => quantizeGather4({ ...task, matrix: opened(matrix) }, { range }),
    bnb4: ({ matrix, spec, absmaxType, names, range }) =>
      quantizeMatrixBnb4(opened(matrix), spec, absmaxType, names, { range }),
    codes: ({ matrix, spec, names }) => quantizeCodes(opened(matrix), spec, names),
    halves: ({ floats, rule, range }) => halfPieces(opened(floats), rule, range),
    halved: function* ({ task, names, rule }) {
      for (const piece of runTask(task)) yield names.has(piece.tensor) ? halfPiece(piece, rule) : piece;
    },
  });

/** @throws what the task throws: LabError MODEL_CORRUPT for NaN and infinite weights */
export function runTask({ name, input }: TensorTask): Iterable<TensorPiece> {
  const run = THREAD_TASKS[name as TaskName] as (input: unknown) => Iterable<TensorPiece>;
  return run(input);
}
