import { LabError } from "#shared/errors.ts";
import { type BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { TensorReader } from "#core/onnx/tensor.ts";
import { toBfloat, toHalf } from "./half.ts";

export type FloatType = typeof FLOAT | typeof FLOAT16 | typeof BFLOAT16;

/** A constant weight matrix of K input features and N output features. */
export interface WeightMatrix {
  readonly name: string;
  readonly K: number;
  readonly N: number;
  /** How it is stored, row-major: `KN` is MatMul's own operand, `NK` its transpose (a tied embedding table). */
  readonly layout: "KN" | "NK";
  readonly dataType: FloatType;
  readonly open: () => TensorReader;
}

/** Some output features: a part of a matrix that one thread does. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/** Float32 values as bytes of a stored tensor of another float type. */
export function storedFloats(values: Float32Array, type: FloatType): Uint8Array {
  if (type === FLOAT) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array(Uint16Array.from(values, type === FLOAT16 ? toHalf : toBfloat).buffer);
}

/** The error for a tensor with a weight that no format can hold. */
export function notFinite({ name }: { readonly name: string }): LabError {
  return new LabError(
    "MODEL_CORRUPT",
    `tensor "${name}" holds NaN or infinite weights, which cannot be quantized. Export the model again.`,
    { tensor: name },
  );
}
