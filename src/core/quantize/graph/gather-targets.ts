import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { Constant } from "./constants.ts";
import type { FloatType } from "../weights/weight-matrix.ts";

/** A Gather of rows from a constant table [entries, width]. */
export interface GatherTarget {
  readonly node: NodeProto;
  /** `transposed`: it is stored as [width, entries]. */
  readonly weight: Constant;
  readonly entries: number;
  readonly width: number;
  /** Element type of what the node returns. */
  readonly dataType: FloatType;
}

/** The target, why it is none, or null for a Gather that is no embedding at all (shapes, indices). */
export function classifyGather(node: NodeProto, weight: Constant): GatherTarget | string | null {
  const { tensor, transposed, dataType } = weight;
  if (!isFloat(tensor.dataType) || !isFloat(dataType) || tensor.dims.length !== 2) return null;
  const [first = 0, second = 0] = tensor.dims.map(Number);
  if (first * second === 0) return null;
  const axis = Number(node.attribute.find(({ name }) => name === "axis")?.i ?? 0n);
  if (axis !== 0 && axis !== -2) return `it takes columns (axis ${axis}), not rows`;
  const [entries, width] = transposed ? [second, first] : [first, second];
  return { node, weight, entries, width, dataType };
}

function isFloat(type: number): type is FloatType {
  return type === FLOAT || type === FLOAT16 || type === BFLOAT16;
}
