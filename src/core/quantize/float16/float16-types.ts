import { LabError } from "#shared/errors.ts";
import { BFLOAT16, FLOAT, INT64 } from "#core/onnx/data-types.ts";
import { int } from "#core/onnx/attributes.ts";
import type { FunctionProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { sparseConstant, sparseInitializers } from "#core/onnx/sparse.ts";
import { subgraphs } from "#core/onnx/walk.ts";
import { knowsDomain, STRING, tableOutputType } from "./float16-rules.ts";
import { inDependencyOrder } from "../graph/node-order.ts";

/** A value of a graph: what a node gives, an input, or a stored tensor. */
export interface Value {
  /** The name under which the file knows it. */
  readonly name: string;
  /** Element type, bfloat16 taken for the float32 that it shortens; null where nothing tells. */
  readonly type: number | null;
  /** Its data, for an initializer and for a Constant node. */
  readonly tensor: TensorProto | null;
  readonly producer: NodeProto | null;
  readonly graph: TypedGraph;
}

/** A graph with the types of all its values, and those of the graphs inside it. */
export interface TypedGraph {
  readonly proto: GraphProto;
  readonly parent: TypedGraph | null;
  /** In an order in which each node comes after those that it reads from. */
  readonly nodes: readonly NodeProto[];
  readonly values: ReadonlyMap<string, Value>;
  readonly inner: ReadonlyMap<GraphProto, TypedGraph>;
}

/** The value that a name means in a graph, by its own or those around it. */
export function findValue(graph: TypedGraph, name: string): Value | null {
  for (let at: TypedGraph | null = graph; at; at = at.parent) {
    const value = at.values.get(name);
    if (value) return value;
  }
  return null;
}

/** A graph, and the graphs inside it. */
export function* typedGraphs(graph: TypedGraph): Generator<TypedGraph> {
  yield graph;
  for (const inner of graph.inner.values()) yield* typedGraphs(inner);
}

/**
 * Finds the element type of every value of a model from its inputs, its tensors and its operators. ONNX's own shape
 * inference does not know the operators of com.microsoft, so it is of no use here; what a file declares is only asked
 * about operators that nobody knows.
 * @throws LabError FORMAT_UNSUPPORTED naming an operator of which nothing tells what it gives; MODEL_CORRUPT for a cycle
 */
export function inferTypes(model: OnnxModel): TypedGraph {
  const functions = new Map(model.proto.functions.map((body) => [`${body.domain}.${body.name}`, body]));
  return new Inference(model.path, functions).graph(model.graph, null, []);
}

/** The element type that an input or output declares, also of a sequence's elements. */
export function declaredType(info: ValueInfoProto): number | null {
  const type = info.type?.value;
  if (type?.case === "tensorType") return widened(type.value.elemType || null);
  const element = type?.case === "sequenceType" ? type.value.elemType?.value : undefined;
  return element?.case === "tensorType" ? widened(element.value.elemType || null) : null;
}

/** bfloat16 is float32 with fewer digits: what it is here decides where float16 comes in, not how it is stored. */
function widened(type: number | null): number | null {
  return type === BFLOAT16 ? FLOAT : type;
}

type Types = readonly (number | null)[];

class Inference {
  readonly #path: string;
  readonly #functions: ReadonlyMap<string, FunctionProto>;

  constructor(path: string, functions: ReadonlyMap<string, FunctionProto>) {
    this.#path = path;
    this.#functions = functions;
  }

  /** @param inputs types of the inputs as the owning node gives them, for inputs that declare none */
  graph(proto: GraphProto, parent: TypedGraph | null, inputs: Types): TypedGraph {
    const values = new Map<string, Value>();
    const inner = new Map<GraphProto, TypedGraph>();
    const nodes = inDependencyOrder(this.#path, proto.node);
    const typed: TypedGraph = { proto, parent, nodes, values, inner };
    const add = (name: string, type: number | null, tensor: TensorProto | null, producer: NodeProto | null): void => {
      if (name !== "") values.set(name, { name, type: widened(type), tensor, producer, graph: typed });
    };

    proto.input.forEach((info, place) => {
      add(info.name, declaredType(info) ?? inputs[place] ?? null, null, null);
    });
    for (const tensor of proto.initializer) add(tensor.name, tensor.dataType, tensor, null);
    // They stay as they are, like a value that is computed elsewhere.
    for (const { values: sparse } of sparseInitializers(proto)) {
      add(sparse?.name ?? "", this.#sparseType(sparse), null, null);
    }
    const declared = new Map([...proto.valueInfo, ...proto.output].map((info) => [info.name, declaredType(info)]));
    for (const node of nodes) {
      const types = node.input.map((name) => findValue(typed, name)?.type ?? null);
      const outputs = this.#outputs(node, types, typed, inner, declared);
      const tensor = constantTensor(node);
      node.output.forEach((name, place) => {
        add(name, outputs[place] ?? null, tensor, node);
      });
    }
    return typed;
  }

  /** @throws LabError FORMAT_UNSUPPORTED for bfloat16, which would have to be told from float32 all over the graph */
  #sparseType(sparse: TensorProto | undefined): number | null {
    if (sparse?.dataType !== BFLOAT16) return sparse?.dataType ?? null;
    throw new LabError(
      "FORMAT_UNSUPPORTED",
      `${this.#path}: the sparse tensor "${sparse.name}" is bfloat16, which cannot be converted. Export the model with dense weights.`,
      { file: this.#path, tensor: sparse.name },
    );
  }

  #outputs(
    node: NodeProto,
    inputs: Types,
    graph: TypedGraph,
    inner: Map<GraphProto, TypedGraph>,
    declared: ReadonlyMap<string, number | null>,
  ): Types {
    // Scan and Loop hand their inputs to the body: Loop after the iteration count, which the body's first input stands for.
    const bodyInputs = node.opType === "If" ? [] : inputs;
    const bodies = subgraphs(node).map((body) => {
      const typed = this.graph(body, graph, bodyInputs);
      inner.set(body, typed);
      return typed;
    });
    const [body] = bodies;
    if (body) {
      const results = body.proto.output.map((info) => findValue(body, info.name)?.type ?? declaredType(info));
      return node.opType === "Loop" ? results.slice(1) : results;
    }
    const called = this.#functions.get(`${node.domain}.${node.opType}`);
    const types = called ? this.#call(called, inputs) : null;
    return node.output.map((name, place) => {
      if (name === "") return null;
      const sparse = sparseConstant(node);
      if (sparse) return this.#sparseType(sparse.values);
      const told = attributeType(node, inputs) ?? types?.[place] ?? null;
      if (told !== null) return told;
      const noted = declared.get(name) ?? null;
      if (!called && knowsDomain(node)) return tableOutputType(node, place, inputs) ?? noted;
      if (noted !== null) return noted;
      throw new LabError(
        "FORMAT_UNSUPPORTED",
        `${this.#path}: node "${node.name}" is a ${node.domain}.${node.opType}, and nothing tells which type "${name}" has. Run shape inference on the model, or export it with standard operators.`,
        { file: this.#path, node: node.name, operator: `${node.domain}.${node.opType}` },
      );
    });
  }

  /** Types that a model-local function gives for these inputs. */
  #call({ input, output, node }: FunctionProto, inputs: Types): Types {
    const types = new Map<string, number | null>(input.map((name, place) => [name, inputs[place] ?? null]));
    for (const inner of inDependencyOrder(this.#path, node)) {
      const given = inner.input.map((name) => types.get(name) ?? null);
      const called = this.#functions.get(`${inner.domain}.${inner.opType}`);
      const results = called ? this.#call(called, given) : null;
      inner.output.forEach((name, place) => {
        types.set(name, results?.[place] ?? attributeType(inner, given) ?? tableOutputType(inner, place, given));
      });
    }
    return output.map((name) => types.get(name) ?? null);
  }
}

/** The tensor of a Constant node that has one. */
function constantTensor(node: NodeProto): TensorProto | null {
  if (node.opType !== "Constant") return null;
  return node.attribute.find(({ name }) => name === "value")?.t ?? null;
}

/** The output type that an attribute says, or that the operator has when the attribute is left out. */
function attributeType(node: NodeProto, inputs: Types): number | null {
  switch (node.opType) {
    case "Cast":
      return int(node, "to", FLOAT);
    case "Constant": {
      const [attribute] = node.attribute;
      if (attribute?.t) return attribute.t.dataType;
      if (attribute?.name.startsWith("value_float")) return FLOAT;
      if (attribute?.name.startsWith("value_string")) return STRING;
      return attribute?.name.startsWith("value_int") ? INT64 : null;
    }
    case "ConstantOfShape":
      return node.attribute.find(({ t }) => t)?.t?.dataType ?? FLOAT;
    case "RandomNormal":
    case "RandomUniform":
    case "SequenceEmpty":
      return int(node, "dtype", FLOAT);
    case "Multinomial":
      return int(node, "dtype", 6);
    case "EyeLike":
    case "Bernoulli":
    case "RandomNormalLike":
    case "RandomUniformLike":
      return int(node, "dtype", 0) || (inputs[0] ?? null);
    case "HannWindow":
    case "HammingWindow":
    case "BlackmanWindow":
    case "MelWeightMatrix":
      return int(node, "output_datatype", FLOAT);
    case "BitCast":
      return int(node, "to", 0) || null;
    case "DequantizeLinear":
    case "QuantizeLinear":
      return int(node, "output_dtype", 0) || null;
    default:
      return null;
  }
}
