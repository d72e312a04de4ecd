/** Golden cases of the other block formats (test/fixtures/quantization), and streams put together from their pieces. */
import { readFileSync } from "node:fs";
import { FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorPiece } from "#core/onnx/tensor-job.ts";
import type { WeightMatrix } from "#core/quantize/weights/weight-matrix.ts";
import { memoryReader, type Stored, stored, transpose } from "./golden.ts";

export interface Bnb4Case {
  readonly type: "fp4" | "nf4";
  readonly K: number;
  readonly N: number;
  readonly blockSize: number;
  readonly weight: Stored;
  readonly quantized: Stored;
  readonly absmax: Stored;
}
export interface Gather4Case {
  readonly symmetric: boolean;
  readonly rows: number;
  readonly width: number;
  readonly blockSize: number;
  readonly weight: Stored;
  readonly quantized: Stored;
  readonly scales: Stored;
  readonly zeroPoints?: Stored;
}
export interface AlgorithmCase {
  readonly algorithm: "rtn" | "k_quant";
  readonly scheme?: "sym" | "asym";
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly weight: Stored;
  readonly quantized: Stored;
  readonly scales: Stored;
  readonly zeroPoints: Stored;
}

const cases = JSON.parse(readFileSync("test/fixtures/quantization/cases.json", "utf8")) as {
  matmulbnb4: Bnb4Case[];
  gather4: Gather4Case[];
  blockalgorithms: AlgorithmCase[];
};
export const BNB4 = cases.matmulbnb4;
export const GATHER4 = cases.gather4;
export const ALGORITHM_CASES = cases.blockalgorithms;

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A stored matrix [rows, columns] as the weight whose rows are its columns (KN), or the other way round. */
export function storedMatrix(weight: Stored, K: number, N: number, storedAs: "KN" | "NK", layout: "KN" | "NK") {
  const half = weight.dtype === "float16";
  const [rows, columns] = storedAs === "KN" ? [K, N] : [N, K];
  const bytes = storedAs === layout ? stored(weight) : transpose(stored(weight), rows, columns, half ? 2 : 4);
  const open = () => memoryReader(bytes);
  return { name: weight.file, K, N, layout, dataType: half ? FLOAT16 : FLOAT, open } satisfies WeightMatrix;
}

/** A float32 weight of these rows: values[n][k]. */
export function rowsMatrix(rows: readonly (readonly number[])[], layout: "KN" | "NK" = "NK"): WeightMatrix {
  const [N, K] = [rows.length, rows[0]!.length];
  const flat = new Uint8Array(Float32Array.from(rows.flat()).buffer);
  const bytes = layout === "NK" ? flat : transpose(flat, N, K, 4);
  return { name: "layer.weight", K, N, layout, dataType: FLOAT, open: () => memoryReader(bytes) };
}

/** The tensors of a stream by name; every byte is 0xEE first, so that one that was left out shows. */
export function assemble(pieces: Iterable<TensorPiece>, bytes: Record<string, number>): Record<string, Uint8Array> {
  const tensors = Object.fromEntries(
    Object.entries(bytes).map(([name, length]) => [name, new Uint8Array(length).fill(0xee)]),
  );
  for (const { tensor, offset, bytes: piece } of pieces) tensors[tensor]!.set(piece, offset);
  return tensors;
}
