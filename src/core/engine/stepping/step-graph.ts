/** The edits that make a graph step fast; which of them fit is told by cache-growth.ts. */
import { typeNumber } from "#core/onnx/data-types.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import { int64Tensor, intAttribute, makeNode, tensorOutput } from "#core/onnx/messages.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { Joined } from "./cache-growth.ts";
import { GraphIndex } from "./graph-index.ts";
import { keepLastPosition } from "./last-position.ts";
import { addStopOutput } from "./stop-output.ts";

/** A graph that was edited for one way of stepping. */
export interface StepGraph {
  readonly model: OnnxModel;
  readonly method: "in-place" | "slim";
  /** Outputs with the keys and values of the fed tokens, in the order of the signature's cache; none in place. */
  readonly news: readonly string[];
  /** Whether free slots of the buffers are told by zeros of the mask, and the mask is as long as the buffers. */
  readonly masked: boolean;
  /** Whether logits come for the last position only. */
  readonly lastOnly: boolean;
}

/** Names of the edits; no exporter uses the prefix. */
const PREFIX = "quantscope_";
const USED = `${PREFIX}used`;
const TOTAL = `${PREFIX}total`;

/** GroupQueryAttention whose buffers are its cache: what it appends is there when the run is over. */
export function inPlaceGraph(model: OnnxModel, signature: DecoderSignature, lastOnly: boolean): StepGraph {
  readLengthFromMask(model, signature);
  const onlyLast = lastOnly && keepLastPosition(model, signature);
  addStopOutput(model);
  return { model, method: "in-place", news: [], masked: false, lastOnly: onlyLast };
}

/** GroupQueryAttention with the last tokens of its present as outputs. */
export function slimAttentionGraph(model: OnnxModel, signature: DecoderSignature, lastOnly: boolean): StepGraph {
  readLengthFromMask(model, signature);
  const { graph } = model;
  const news = signature.cache.map(({ present, sequenceAxis }) => {
    const name = `${PREFIX}new_${present}`;
    const axis = axisConstant(model, sequenceAxis!);
    graph.node.push(makeNode("Slice", name, [present, USED, TOTAL, axis], [name]));
    return name;
  });
  return slim(model, signature, { news, masked: false, lastOnly });
}

/**
 * The other inputs of the Concats as outputs. Free slots are hidden by the mask, so attention computes over them too: the
 * new tokens stand after the last slot. Needs position_ids, since positions counted in the graph would count free slots.
 */
export function slimMaskedGraph(
  model: OnnxModel,
  signature: DecoderSignature,
  news: readonly Joined[],
  lastOnly: boolean,
): StepGraph {
  return slim(model, signature, { news: inPastType(model, signature, news), masked: true, lastOnly });
}

/**
 * The same with the past cut to its tokens first: one copy more inside the session, and to everything behind it the past
 * is as long as in the plain way. So every sum has the same terms in the same order.
 */
export function slimCutGraph(
  model: OnnxModel,
  signature: DecoderSignature,
  news: readonly Joined[],
  lastOnly: boolean,
): StepGraph {
  const { graph } = model;
  const lengths = addLengths(model, signature);
  const cuts = signature.cache.map(({ past, sequenceAxis }): NodeProto => {
    const name = `${PREFIX}used_${past.name}`;
    for (const node of graph.node) node.input = node.input.map((input) => (input === past.name ? name : input));
    return makeNode("Slice", name, [past.name, lengths.zero, USED, axisConstant(model, sequenceAxis!)], [name]);
  });
  graph.node.unshift(...lengths.nodes, ...cuts);
  return slim(model, signature, { news: inPastType(model, signature, news), masked: false, lastOnly });
}

/** Names of the values that join the pasts, in the type of the buffers that they are written to. */
function inPastType({ graph }: OnnxModel, signature: DecoderSignature, news: readonly Joined[]): string[] {
  return news.map(({ name, convertedTo }, index) => {
    if (convertedTo === null) return name;
    const cast = `${PREFIX}cast_${name}`;
    const type = typeNumber(signature.cache[index]!.past.type);
    graph.node.push(makeNode("Cast", cast, [name], [cast], [intAttribute("to", type)]));
    return cast;
  });
}

function slim(
  model: OnnxModel,
  signature: DecoderSignature,
  { news, masked, lastOnly }: { news: readonly string[]; masked: boolean; lastOnly: boolean },
): StepGraph {
  const { graph } = model;
  const onlyLast = lastOnly && keepLastPosition(model, signature);
  const presents = new Set(signature.cache.map(({ present }) => present));
  // A cache that is no output any more is freed as soon as the attention has read it.
  graph.output = graph.output.filter(({ name }) => !presents.has(name));
  signature.cache.forEach(({ past }, index) => graph.output.push(tensorOutput(news[index]!, typeNumber(past.type))));
  return { model, method: "slim", news, masked, lastOnly: onlyLast };
}

/**
 * A past of GroupQueryAttention is as long as its buffer. Nodes that read its length to count positions get the number of
 * its tokens instead: that of the mask less that of the fed tokens.
 */
function readLengthFromMask(model: OnnxModel, signature: DecoderSignature): void {
  const { graph } = model;
  const index = new GraphIndex(model);
  const { nodes } = addLengths(model, signature);
  for (const { past, sequenceAxis } of signature.cache) {
    for (const node of index.consumers(past.name)) {
      if (node.opType !== "Shape") continue;
      const [shape] = node.output as [string];
      const raw = `${PREFIX}shape_${shape}`;
      node.output = [raw];
      nodes.push(makeNode("ScatterElements", raw, [raw, axisConstant(model, sequenceAxis!), USED], [shape]));
    }
  }
  graph.node.push(...nodes);
}

/** Nodes that give the tokens of the cache, and those with the fed ones, as int64 [1]. */
function addLengths(
  { graph }: OnnxModel,
  { attentionMask, inputIds }: DecoderSignature,
): { nodes: NodeProto[]; zero: string } {
  const [one, zero] = [`${PREFIX}one`, `${PREFIX}zero`];
  graph.initializer.push(int64Tensor(one, [1]), int64Tensor(zero, [0]));
  const length = (input: string, output: string): NodeProto[] => [
    makeNode("Shape", `${output}_shape`, [input], [`${output}_shape`]),
    makeNode("Gather", output, [`${output}_shape`, one], [output]),
  ];
  const fed = `${PREFIX}fed`;
  const nodes = [
    ...length(attentionMask!.name, TOTAL),
    ...length(inputIds.name, fed),
    makeNode("Sub", USED, [TOTAL, fed], [USED]),
  ];
  return { nodes, zero };
}

function axisConstant({ graph }: OnnxModel, axis: number): string {
  const name = `${PREFIX}axis_${axis}`;
  if (!graph.initializer.some((tensor) => tensor.name === name)) graph.initializer.push(int64Tensor(name, [axis]));
  return name;
}
