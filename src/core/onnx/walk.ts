import type { FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto } from "./proto/onnx_pb.ts";

/** The graphs that a node owns: branches of If, bodies of Loop and Scan. */
export function subgraphs(node: NodeProto): GraphProto[] {
  const found: GraphProto[] = [];
  // Asked of every node by every walk, and nearly always none.
  for (const { g, graphs } of node.attribute) {
    if (g) found.push(g);
    if (graphs.length > 0) found.push(...graphs);
  }
  return found;
}

/** A graph and every graph inside it, the outer one first. */
export function* allGraphs(graph: GraphProto): Generator<GraphProto> {
  yield graph;
  for (const node of graph.node) for (const inner of subgraphs(node)) yield* allGraphs(inner);
}

/** Every tensor of a model: initializers and tensor attributes, in subgraphs and functions too, always in the same order. */
export function* allTensors(model: ModelProto): Generator<TensorProto> {
  if (model.graph) yield* graphTensors(model.graph);
  for (const body of model.functions) yield* nodeTensors(body);
}

function* graphTensors(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  yield* nodeTensors(graph);
}

function* nodeTensors(owner: GraphProto | FunctionProto): Generator<TensorProto> {
  for (const node of owner.node) {
    for (const attribute of node.attribute) {
      if (attribute.t) yield attribute.t;
      yield* attribute.tensors;
      if (attribute.g) yield* graphTensors(attribute.g);
      for (const graph of attribute.graphs) yield* graphTensors(graph);
    }
  }
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
        attribute.graphs.forEach(visit);
      }
    }
  };
  visit(graph);
  return { nodes, tensors };
}
