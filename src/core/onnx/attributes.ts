import type { NodeProto } from "./proto/onnx.ts";

/** An integer attribute, or its default. */
export function int(node: NodeProto, name: string, fallback: number): number {
  const attribute = node.attribute.find((candidate) => candidate.name === name);
  return attribute ? Number(attribute.i) : fallback;
}
