import type { GraphProto, ModelProto, NodeProto, TensorProto } from "./proto/onnx.ts";

const NO_GRAPHS: readonly GraphProto[] = Object.freeze([]);

/** The graphs that a node owns: branches of If, bodies of Loop and Scan. */
export function subgraphs(node: NodeProto): readonly GraphProto[] {
  const { attribute, opType } = node;
  // Asked of every node by every walk, and nearly always none.
  if (attribute.length === 0 || opType === "Constant") return NO_GRAPHS;
  let found: GraphProto[] | null = null;
  for (const { g, graphs } of attribute) {
    if (g) (found ??= []).push(g);
    if (graphs.length > 0) (found ??= []).push(...graphs);
  }
  return found ?? NO_GRAPHS;
}

/** A graph and every graph inside it, the outer one first. */
export function allGraphs(graph: GraphProto): GraphProto[] {
  const found: GraphProto[] = [];
  const visit = (part: GraphProto): void => {
    found.push(part);
    for (const node of part.node) subgraphs(node).forEach(visit);
  };
  visit(graph);
  return found;
}

/** Every tensor of a model: initializers and tensor attributes, in subgraphs and functions too, always in the same order. */
export function allTensors(model: ModelProto): TensorProto[] {
  const found: TensorProto[] = [];
  const visit = ({ node, initializer }: Pick<GraphProto, "node" | "initializer">): void => {
    for (const tensor of initializer) found.push(tensor);
    for (const { attribute } of node) {
      for (const { t, tensors, g, graphs } of attribute) {
        if (t) found.push(t);
        if (tensors.length > 0) found.push(...tensors);
        if (g) visit(g);
        if (graphs.length > 0) graphs.forEach(visit);
      }
    }
  };
  if (model.graph) visit(model.graph);
  for (const { node } of model.functions) visit({ node, initializer: [] });
  return found;
}

/** A tensor under the name that nodes know it by; inside a Constant node its own name is often empty. */
export interface StoredTensor {
  readonly name: string;
  readonly tensor: TensorProto;
}

/** All nodes and stored tensors, those of subgraphs (If, Loop) and Constant nodes included. */
export function collect(graph: GraphProto): { nodes: NodeProto[]; tensors: StoredTensor[] } {
  const nodes: NodeProto[] = [];
  const tensors: StoredTensor[] = [];
  const visit = (part: GraphProto): void => {
    for (const tensor of part.initializer) tensors.push({ name: tensor.name, tensor });
    for (const node of part.node) {
      nodes.push(node);
      for (const attribute of node.attribute) {
        if (attribute.t && node.opType === "Constant")
          tensors.push({ name: node.output[0] ?? "", tensor: attribute.t });
        if (attribute.g) visit(attribute.g);
        if (attribute.graphs.length > 0) attribute.graphs.forEach(visit);
      }
    }
  };
  visit(graph);
  return { nodes, tensors };
}
