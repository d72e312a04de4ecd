/**
 * Attention fused into GroupQueryAttention, in memory: what onnxruntime-genai's model builder does when it exports, done to an
 * Optimum export. Rotary embedding stays as it is; mask, repeats and softmax go. The operator is documented in ONNX
 * Runtime's contrib operators (com.microsoft.GroupQueryAttention).
 */
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import { typeNumber } from "#core/onnx/data-types.ts";
import {
  floatAttribute,
  importOpset,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
} from "#core/onnx/messages.ts";
import type { GraphProto, NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { Joined } from "./cache-growth.ts";
import { checkMasks } from "./attention-mask.ts";
import { type Attention, findAttention } from "./attention-pattern.ts";
import { GraphIndex } from "./graph-index.ts";
import { dropUnread } from "./drop-unread.ts";

const DOMAIN = "com.microsoft";
const INT32 = 6;
const PREFIX = "quantscope_";
const SEQUENCE_LENGTHS = `${PREFIX}seqlens_k`;
const TOTAL_LENGTH = `${PREFIX}total_sequence_length`;

/**
 * Changes the graph.
 * @param news what joins each entry of the cache (cache-growth.ts)
 * @returns the reason where the graph is not known well enough; it may then be half changed
 */
export function fuseAttention(model: OnnxModel, signature: DecoderSignature, news: readonly Joined[]): string | null {
  const { graph, proto } = model;
  const index = new GraphIndex(model);
  const layers = findAttention(index, signature.cache, news);
  if (typeof layers === "string") return layers;
  const odd = checkMasks(
    index,
    layers.map(({ mask }) => mask),
  );
  if (odd !== null) return odd;

  const added = new Map(signature.cache.map((entry, place) => [entry, news[place]!]));
  const nodes = lengthNodes(graph, signature.attentionMask!.name);
  for (const layer of layers) nodes.push(...fusedNodes(graph, layer, added.get(layer.key)!, added.get(layer.value)!));
  const replaced = new Set(layers.flatMap(({ key, value, end }) => [key.present, value.present, end.output[0]!]));
  graph.node = graph.node.filter(({ output }) => !output.some((name) => replaced.has(name)));
  graph.node.push(...nodes);
  importOpset(proto, DOMAIN, 1);
  dropUnread(graph);
  const left = layers.find(({ softmax }) => graph.node.includes(softmax));
  return left ? `the attention around "${left.value.present}" is also used elsewhere` : null;
}

/** seqlens_k: tokens of each row less one; total_sequence_length: the longest row. Both int32. */
function lengthNodes(graph: GraphProto, mask: string): NodeProto[] {
  const name = (part: string): string => `${PREFIX}mask_${part}`;
  const [one, axis] = [name("one"), name("axis")];
  const scalarOne = int64Tensor(axis, [1]);
  scalarOne.dims = [];
  graph.initializer.push(int64Tensor(one, [1]), scalarOne);
  const toInt32 = intAttribute("to", INT32);
  return [
    makeNode("Cast", name("int64"), [mask], [name("int64")], [intAttribute("to", 7)]),
    makeNode("ReduceSum", name("sum"), [name("int64"), one], [name("sum")], [intAttribute("keepdims", 0)]),
    makeNode("Sub", name("last"), [name("sum"), one], [name("last")]),
    makeNode("Cast", SEQUENCE_LENGTHS, [name("last")], [SEQUENCE_LENGTHS], [toInt32]),
    makeNode("Shape", name("shape"), [mask], [name("shape")]),
    makeNode("Gather", name("width"), [name("shape"), axis], [name("width")]),
    makeNode("Cast", TOTAL_LENGTH, [name("width")], [TOTAL_LENGTH], [toInt32]),
  ];
}

function fusedNodes(graph: GraphProto, layer: Attention, newKey: Joined, newValue: Joined): NodeProto[] {
  const { heads, keyHeads, headSize, scale, key, value, end } = layer;
  const nodes: NodeProto[] = [];
  /** [batch, heads, tokens, size] -> [batch, tokens, heads x size], as the operator takes it. */
  const joinHeads = (name: string, count: number): string => {
    const [turned, joined, shape] = ["turned", "joined", "shape"].map((part) => `${PREFIX}${part}_${name}`) as [
      string,
      string,
      string,
    ];
    graph.initializer.push(int64Tensor(shape, [0, 0, count * headSize]));
    nodes.push(
      makeNode("Transpose", turned, [name], [turned], [intsAttribute("perm", [0, 2, 1, 3])]),
      makeNode("Reshape", joined, [turned, shape], [joined]),
    );
    if (newValue.convertedTo === null) return joined;
    // The buffers are what is fed: the operator computes in their type.
    const cast = `${joined}_cast`;
    nodes.push(makeNode("Cast", cast, [joined], [cast], [intAttribute("to", typeNumber(value.past.type))]));
    return cast;
  };
  const inputs = [joinHeads(layer.query, heads), joinHeads(newKey.name, keyHeads), joinHeads(newValue.name, keyHeads)];
  const converted = layer.endType === null ? null : `${PREFIX}context_${value.present}`;
  const attention = makeNode(
    "GroupQueryAttention",
    `${PREFIX}attention_${value.present}`,
    [...inputs, key.past.name, value.past.name, SEQUENCE_LENGTHS, TOTAL_LENGTH],
    [converted ?? end.output[0]!, key.present, value.present],
    [
      intAttribute("num_heads", heads),
      intAttribute("kv_num_heads", keyHeads),
      intAttribute("do_rotary", 0),
      floatAttribute("scale", scale),
    ],
  );
  attention.domain = DOMAIN;
  if (converted !== null) {
    const back = `${converted}_type`;
    nodes.push(makeNode("Cast", back, [converted], [end.output[0]!], [intAttribute("to", layer.endType!)]));
  }
  return [...nodes, attention];
}
