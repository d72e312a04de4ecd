import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";

/** What may stand between the head's product and the logits: one value in, one of the same shape out. */
const ELEMENTWISE = new Set(["Cast", "Identity", "Add", "Mul", "Div", "Tanh", "Clip"]);
const MOST_NODES = 12;

/**
 * Tokens that a graph's logits tell apart where their shape leaves it open: the width of the product that they come from.
 * Null where no weight tells.
 */
export function headWidth({ graph }: OnnxModel, logits: string): number | null {
  const byOutput = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor.dims.map(Number)]));
  let node = byOutput.get(logits);
  for (let steps = 0; node && steps < MOST_NODES; steps++) {
    const width = productWidth(node, byOutput, weights);
    if (width !== null || !ELEMENTWISE.has(node.opType)) return width;
    node = byOutput.get(node.input.find((name) => byOutput.has(name)) ?? "");
  }
  return null;
}

function productWidth(
  node: NodeProto,
  byOutput: ReadonlyMap<string, NodeProto>,
  weights: ReadonlyMap<string, readonly number[]>,
): number | null {
  const attribute = (name: string): number => Number(node.attribute.find((each) => each.name === name)?.i ?? 0n);
  if (node.opType === "MatMulNBits" || node.opType === "MatMulBnb4") return attribute("N") || null;
  if (!["MatMul", "Gemm", "FusedMatMul"].includes(node.opType)) return null;
  const weight = node.input[1] ?? "";
  const source = byOutput.get(weight);
  // A tied head: the embedding, turned over.
  const turned = source?.opType === "Transpose";
  const dims = weights.get(turned ? (source.input[0] ?? "") : weight);
  if (dims?.length !== 2) return null;
  const flipped = turned !== (attribute("transB") === 1);
  return dims[flipped ? 0 : 1]!;
}
