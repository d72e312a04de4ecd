import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import { int64Tensor, makeNode } from "#core/onnx/messages.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { GraphIndex } from "./graph-index.ts";

/** Beyond every axis: Slice ends there at the axis's own end. */
const END = Number.MAX_SAFE_INTEGER;
/** What a weight goes through before it is multiplied with. */
const WEIGHT_OPERATORS = new Set(["Identity", "Transpose", "Cast", "DequantizeLinear"]);

/**
 * Lets the head compute the last position only: decoding needs no other, and the head of a small model is a fifth of its
 * work. Done where each row of the head's input makes its own row of logits: a MatMul with a weight of two axes, and
 * nothing but operators on single numbers after it.
 * @returns whether it was done
 */
export function keepLastPosition(model: OnnxModel, signature: DecoderSignature): boolean {
  // The export has an input for it.
  if (signature.logitsToKeep) return false;
  const head = findHead(new GraphIndex(model), signature.logits.name);
  if (!head) return false;
  const { graph } = model;
  const hidden = head.input[0]!;
  const last = "quantscope_last_position";
  const starts = { start: -1, end: END, axis: 1 };
  const names = Object.entries(starts).map(([key, value]) => {
    graph.initializer.push(int64Tensor(`${last}_${key}`, [value]));
    return `${last}_${key}`;
  });
  graph.node.push(makeNode("Slice", last, [hidden, ...names], [last]));
  head.input[0] = last;
  return true;
}

/** The node that multiplies hidden states [batch, tokens, hidden] with the head's weight. */
function findHead(index: GraphIndex, logits: string): NodeProto | null {
  for (let name = logits; ;) {
    const node = index.producer(name);
    if (!node || (name !== logits && (index.isOutput(name) || index.consumers(name).length > 1))) return null;
    switch (node.opType) {
      case "MatMul":
        return weightAxes(index, node.input[1]!) === 2 ? node : null;
      case "MatMulNBits":
      case "MatMulBnb4":
        return node;
      case "Cast":
      case "Identity":
      case "Tanh":
        name = node.input[0]!;
        break;
      case "Add":
      case "Mul":
      case "Div": {
        const rest = node.input.filter((input) => !((weightAxes(index, input) ?? 2) <= 1));
        if (rest.length !== 1) return null;
        name = rest[0]!;
        break;
      }
      default:
        return null;
    }
  }
}

/** Number of axes of a weight; null for what is no weight. */
function weightAxes(index: GraphIndex, name: string): number | null {
  const tensor = index.initializer(name);
  if (tensor) return tensor.dims.length;
  const node = index.producer(name);
  if (node && WEIGHT_OPERATORS.has(node.opType)) return weightAxes(index, node.input[0]!);
  return index.constant(name)?.dims.length ?? null;
}
