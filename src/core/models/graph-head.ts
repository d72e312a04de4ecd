/** What the nodes in front of the logits tell of them, where the declared shape leaves it open. */
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { elementCount, readTensor } from "#core/onnx/tensor.ts";

export interface GraphHead {
  /** Ids that logits are computed for; null where no weight tells. */
  readonly width: number | null;
  /** Whether the last position is cut out in front of the head, so that no other has logits. */
  readonly lastOnly: boolean;
}

/** Axis of the positions in [batch, positions, features], from the front and from the back. */
const POSITIONS = new Set([1, -2]);
/** Operators that keep positions as they are, by their first input. */
const KEEPS_POSITIONS = new Set([
  ...["Cast", "Identity", "Tanh", "Squeeze", "Unsqueeze", "Reshape", "LayerNormalization", "RMSNormalization"],
  ...["SimplifiedLayerNormalization", "DequantizeLinear", "QuantizeLinear", "DynamicQuantizeLinear", "Clip"],
]);
/** How a number of positions becomes an index of them. */
const KEEPS_INTEGERS = new Set(["Neg", "Cast", "Identity", "Squeeze", "Unsqueeze", "Reshape"]);
const COMBINES = new Set(["Add", "Sub", "Mul", "Div", "Pow"]);
const MULTIPLIES = new Set([
  "MatMul",
  "Gemm",
  "MatMulNBits",
  "MatMulBnb4",
  "MatMulInteger",
  "MatMulIntegerToFloat",
  "FusedMatMul",
]);
/** The head and what tidies its output is a dozen nodes at most. */
const MOST_NODES = 32;

/** Walks from the logits through the head to the hidden states. */
export function readHead({ path, graph }: OnnxModel, logits: string): GraphHead {
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const isConstant = (name: string): boolean => weights.has(name) || producers.get(name)?.opType === "Constant";
  const integers = (name: string | undefined, depth = 0): readonly number[] | null => {
    if (name === undefined || depth > MOST_NODES) return null;
    const node = producers.get(name);
    const tensor = weights.get(name) ?? node?.attribute.find((each) => each.name === "value")?.t;
    if (tensor) return integersOf(path, tensor);
    if (!node || !KEEPS_INTEGERS.has(node.opType)) return null;
    const values = integers(node.input[0], depth + 1);
    return node.opType === "Neg" ? (values?.map((value) => -value) ?? null) : values;
  };
  let width: number | null = null;
  let lastOnly = false;
  let name = logits;
  for (let steps = 0; steps < MOST_NODES; steps++) {
    const node = producers.get(name);
    if (!node) break;
    const { opType, input } = node;
    const [first = ""] = input;
    if (MULTIPLIES.has(opType)) {
      // A second weight in front of the head is a layer's.
      if (width !== null) break;
      width = columns(node, weights, producers);
      if (width === null) break;
      name = first;
    } else if (opType === "Gather" && POSITIONS.has(intOf(node, "axis") ?? 0)) {
      lastOnly ||= integers(input[1])?.join() === "-1";
      name = first;
    } else if (opType === "Slice" && integers(input[3])?.every((axis) => POSITIONS.has(axis)) === true) {
      lastOnly ||= integers(input[1])?.join() === "-1";
      name = first;
    } else if (COMBINES.has(opType)) {
      const values = input.filter((each) => !isConstant(each));
      // The residual stream: hidden states begin here.
      if (values.length !== 1) break;
      name = values[0]!;
    } else if (KEEPS_POSITIONS.has(opType)) name = first;
    else break;
  }
  return { width, lastOnly };
}

/** Columns of the weight that a node multiplies with. */
function columns(
  node: NodeProto,
  weights: ReadonlyMap<string, TensorProto>,
  producers: ReadonlyMap<string, NodeProto>,
): number | null {
  const stated = intOf(node, "N");
  if (stated !== null) return stated;
  let transposed = node.opType === "Gemm" && intOf(node, "transB") === 1;
  let name = node.input[1] ?? "";
  for (let steps = 0; steps < MOST_NODES; steps++) {
    const dims = weights.get(name)?.dims;
    if (dims) return dims.length === 2 ? Number(dims[transposed ? 0 : 1]) : null;
    const producer = producers.get(name);
    if (!producer || !/^(Transpose|Cast|Identity|DequantizeLinear)$/.test(producer.opType)) return null;
    if (producer.opType === "Transpose") transposed = !transposed;
    name = producer.input[0] ?? "";
  }
  return null;
}

function intOf({ attribute }: NodeProto, name: string): number | null {
  const found = attribute.find((each) => each.name === name);
  return found ? Number(found.i) : null;
}

const INT32 = 6;
const INT64 = 7;

function integersOf(path: string, tensor: TensorProto): readonly number[] | null {
  if (elementCount(tensor) > 8) return null;
  const { buffer } = readTensor(path, tensor).slice();
  if (tensor.dataType === INT64) return Array.from(new BigInt64Array(buffer), Number);
  return tensor.dataType === INT32 ? [...new Int32Array(buffer)] : null;
}
