import type { FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto } from "./proto/onnx_pb.ts";

/** The graphs that a node owns: branches of If, bodies of Loop and Scan. */
export function subgraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap((attribute) => (attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs));
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
