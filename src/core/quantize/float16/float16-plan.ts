import { BFLOAT16, FLOAT } from "#core/onnx/data-types.ts";
import { int } from "#core/onnx/attributes.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import { sparseConstant } from "#core/onnx/sparse.ts";
import { subgraphs } from "#core/onnx/walk.ts";
import { givesFloat, inputWish, staysFloat } from "./float16-rules.ts";
import { findValue, type TypedGraph, typedGraphs, type Value } from "./float16-types.ts";

export interface Float16Plan {
  /** Nodes that go on in float32, whether because they must or because the recipe says so. */
  readonly kept: ReadonlySet<NodeProto>;
  /** Float values that are half from now on. The other float values stay float32. */
  readonly halves: ReadonlySet<Value>;
  /** The type that a node wants its input at a place to have; null where it takes any. */
  readonly wish: (node: NodeProto, place: number) => "float" | "half" | null;
}

/**
 * Decides which nodes compute in float16 and which values are stored so. A node that is not kept computes in half and
 * gives half; a stored tensor is half when at least one such node reads it; graph inputs are float32.
 * @param excluded whether the recipe keeps a node; what lies inside a kept If or Loop is kept too
 */
export function planFloat16(
  main: TypedGraph,
  opset: number,
  excluded: (node: NodeProto, graph: TypedGraph) => boolean,
): Float16Plan {
  const kept = new Set<NodeProto>();
  const halves = new Set<Value>();

  const decide = (graph: TypedGraph, owner: NodeProto | null): void => {
    for (const node of graph.nodes) {
      const keep =
        excluded(node, graph) ||
        staysFloat(node, opset) ||
        // Sparse values stay as they are: such a constant is cast.
        sparseConstant(node) !== null ||
        (owner !== null && kept.has(owner));
      if (keep) kept.add(node);
      for (const [place, name] of node.output.entries()) {
        const value = graph.values.get(name);
        if (!keep && value?.type === FLOAT && !isStored(value) && !givesFloat(node, place)) halves.add(value);
      }
      for (const body of subgraphs(node)) {
        const inner = graph.inner.get(body)!;
        if (!keep) for (const value of inputsOf(inner)) if (value.type === FLOAT) halves.add(value);
        decide(inner, node);
        // A branch's results are half, also where it passes on a stored tensor.
        if (!keep) for (const { name } of body.output) vote(findValue(inner, name));
      }
    }
  };
  const vote = (value: Value | null): void => {
    if (value?.type === FLOAT && isStored(value) && !kept.has(value.producer!)) halves.add(value);
  };
  const wish: Float16Plan["wish"] = (node, place) => {
    if (kept.has(node)) return "float";
    const wanted = inputWish(node, place, opset);
    return wanted === "as it is" ? null : wanted;
  };

  decide(main, null);
  for (const graph of typedGraphs(main)) {
    for (const node of graph.nodes) {
      for (const [place, name] of node.input.entries()) {
        // A Cast to float takes anything, and is half now: what it reads may as well be stored so.
        if (wish(node, place) === "half" || (!kept.has(node) && castsToFloat(node))) vote(findValue(graph, name));
      }
    }
  }
  return { kept, halves, wish };
}

/** An initializer, or a Constant node, whose output is stored in what form we like. */
export function isStored({ tensor, producer }: Value): boolean {
  return tensor !== null || producer?.opType === "Constant";
}

function inputsOf(graph: TypedGraph): Value[] {
  const stored = new Set(graph.proto.initializer.map(({ name }) => name));
  return graph.proto.input.flatMap(({ name }) => (stored.has(name) ? [] : (graph.values.get(name) ?? [])));
}

function castsToFloat(node: NodeProto): boolean {
  const to = node.opType === "Cast" ? int(node, "to", 0) : 0;
  return to === FLOAT || to === BFLOAT16;
}
