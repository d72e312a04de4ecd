/**
 * Sparse tensors, which files may hold beside the others (ONNX IR, SparseTensorProto). They are read only: a graph or an
 * attribute carries them along as it came.
 */
import { fromBinary } from "./proto/decode.ts";
import { defineFields, Message, type MessageType } from "./proto/fields.ts";
import { type AttributeProto, type GraphProto, type ModelProto, type NodeProto, TensorProto } from "./proto/onnx.ts";
import { allGraphs, subgraphs } from "./walk.ts";

export class SparseTensorProto extends Message {
  /** Values that are not zero; their name is the tensor's. */
  declare values?: TensorProto | undefined;
  /** Where they are, each as one index or as one for each axis. */
  declare indices?: TensorProto | undefined;
  dims: bigint[] = [];
}

defineFields(SparseTensorProto, {
  values: [1, TensorProto],
  indices: [2, TensorProto],
  dims: [3, "int64", "repeated"],
});

/** GraphProto's field that its own class leaves out. */
class GraphExtension extends Message {
  sparseInitializer: SparseTensorProto[] = [];
}

defineFields(GraphExtension, { sparseInitializer: [15, SparseTensorProto, "repeated"] });

/** AttributeProto's. */
class AttributeExtension extends Message {
  declare sparseTensor?: SparseTensorProto | undefined;
  sparseTensors: SparseTensorProto[] = [];
}

defineFields(AttributeExtension, {
  sparseTensor: [22, SparseTensorProto],
  sparseTensors: [23, SparseTensorProto, "repeated"],
});

/** The sparse tensors of a graph that are initializers. */
export function sparseInitializers(graph: Pick<GraphProto, "unknownFields">): readonly SparseTensorProto[] {
  return graph.unknownFields ? unknown(GraphExtension, graph.unknownFields).sparseInitializer : [];
}

/** The sparse tensor of a Constant node. */
export function sparseConstant(node: NodeProto): SparseTensorProto | null {
  if (node.opType !== "Constant") return null;
  const value = node.attribute.find(({ name }) => name === "sparse_value");
  return (value && sparseAttribute(value)[0]) ?? null;
}

/** The sparse tensors of an attribute. */
export function sparseAttribute({ unknownFields }: AttributeProto): readonly SparseTensorProto[] {
  if (!unknownFields) return [];
  const { sparseTensor, sparseTensors } = unknown(AttributeExtension, unknownFields);
  return sparseTensor ? [sparseTensor, ...sparseTensors] : sparseTensors;
}

/** Every sparse tensor of a model, in subgraphs and functions too. */
export function allSparse({ graph, functions }: ModelProto): SparseTensorProto[] {
  const graphs = graph ? allGraphs(graph) : [];
  for (const { node } of functions) graphs.push(...node.flatMap(subgraphs).flatMap(allGraphs));
  const nodes = [...graphs, ...functions].flatMap(({ node }) => node);
  return [
    ...graphs.flatMap(sparseInitializers),
    ...nodes.flatMap(({ attribute }) => attribute.flatMap(sparseAttribute)),
  ];
}

function unknown<T extends Message>(type: MessageType<T>, fields: readonly Uint8Array[]): T {
  return fromBinary(type, Buffer.concat(fields));
}
