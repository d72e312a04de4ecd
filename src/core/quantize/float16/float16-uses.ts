import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import { findValue, type TypedGraph, type Value } from "./float16-types.ts";

/** Who reads a stored tensor. */
export interface Uses {
  readonly nodes: NodeProto[];
  /** It is a factor of a product, directly or transposed. */
  multiplied: boolean;
}

const PRODUCTS = new Set(["MatMul", "Gemm", "Conv"]);
const PASSES_ON = new Set(["Transpose", "Identity", "Cast"]);

/** The readers of every stored tensor of a model. */
export function findUses(graphs: readonly TypedGraph[]): Map<Value, Uses> {
  const found = new Map<Value, Uses>();
  const usesOf = (value: Value): Uses => {
    const uses = found.get(value) ?? { nodes: [], multiplied: false };
    found.set(value, uses);
    return uses;
  };
  for (const graph of graphs) {
    for (const node of graph.nodes) {
      for (const name of node.input) {
        const value = findValue(graph, name);
        if (value?.tensor) usesOf(value).nodes.push(node);
        if (!PRODUCTS.has(node.opType)) continue;
        for (let at = value; at; at = passedOn(at)) if (at.tensor) usesOf(at).multiplied = true;
      }
    }
  }
  return found;
}

/** Finds the value that a Transpose, Identity or Cast passes on as this one. */
function passedOn({ producer, graph }: Value): Value | null {
  const [input] = producer?.input ?? [];
  return producer && input !== undefined && PASSES_ON.has(producer.opType) ? findValue(graph, input) : null;
}
