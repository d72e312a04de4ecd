import { FLOAT, FLOAT16, FLOAT64 } from "#core/onnx/data-types.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { elementCount, readTensor } from "#core/onnx/tensor.ts";
import { allGraphs, subgraphs } from "#core/onnx/walk.ts";
import { float16ToFloat32 } from "../tensors.ts";

/** Constants up to this many elements are read: shapes, axes, scalars, never weights. */
const CONSTANT_LIMIT = 64;

interface Constant {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** Who makes and who reads each value of the main graph, as the graph is when this is made. */
export class GraphIndex {
  readonly #path: string;
  readonly #producers = new Map<string, NodeProto>();
  readonly #consumers = new Map<string, NodeProto[]>();
  readonly #initializers: ReadonlyMap<string, TensorProto>;
  readonly #outputs: ReadonlySet<string>;

  constructor({ path, graph }: OnnxModel) {
    this.#path = path;
    this.#initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    this.#outputs = new Set(graph.output.map(({ name }) => name));
    for (const node of graph.node) {
      for (const name of node.output) if (name !== "") this.#producers.set(name, node);
      for (const name of readNames(node)) {
        const readers = this.#consumers.get(name);
        if (readers) readers.push(node);
        else this.#consumers.set(name, [node]);
      }
    }
  }

  producer(name: string): NodeProto | undefined {
    return this.#producers.get(name);
  }

  /** Each node once; a node whose subgraph reads the value is among them. */
  consumers(name: string): readonly NodeProto[] {
    return this.#consumers.get(name) ?? [];
  }

  /** The node that computes with a value, where there is one only: those that ask for its shape do not count, nor does `except`. */
  onlyConsumer(name: string, except: NodeProto | null = null): NodeProto | null {
    const readers = this.consumers(name).filter((node) => node.opType !== "Shape" && node !== except);
    const [first, ...others] = readers;
    return first && others.length === 0 ? first : null;
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  initializer(name: string): TensorProto | undefined {
    return this.#initializers.get(name);
  }

  /** A small constant: an initializer or a Constant node, behind Identity and Cast too. Null for anything else. */
  constant(name: string): Constant | null {
    const node = this.#producers.get(name);
    if (node?.opType === "Identity" || node?.opType === "Cast") return this.constant(node.input[0] ?? "");
    const tensor = this.#initializers.get(name) ?? constantTensor(node);
    if (tensor) {
      if (elementCount(tensor) > CONSTANT_LIMIT) return null;
      const values = readValues(tensor, readTensor(this.#path, tensor));
      return values && { dims: tensor.dims.map(Number), values };
    }
    return node?.opType === "Constant" ? attributeConstant(node) : null;
  }

  /** A constant of one element. */
  scalar(name: string): number | null {
    const constant = this.constant(name);
    return constant?.values.length === 1 ? constant.values[0]! : null;
  }
}

/** What a node reads, its subgraphs included. */
function readNames(node: NodeProto): Set<string> {
  const names = new Set(node.input);
  for (const graph of subgraphs(node)) {
    for (const part of allGraphs(graph)) {
      for (const { name } of part.output) names.add(name);
      for (const inner of part.node) for (const name of inner.input) names.add(name);
    }
  }
  names.delete("");
  return names;
}

function constantTensor(node: NodeProto | undefined): TensorProto | undefined {
  if (node?.opType !== "Constant") return undefined;
  return node.attribute.find(({ name }) => name === "value")?.t;
}

/** The other spellings of a Constant node's value. */
function attributeConstant(node: NodeProto): Constant | null {
  const attribute = node.attribute[0];
  if (attribute?.name === "value_int") return { dims: [], values: [Number(attribute.i)] };
  if (attribute?.name === "value_float") return { dims: [], values: [attribute.f] };
  if (attribute?.name === "value_ints") return { dims: [attribute.ints.length], values: attribute.ints.map(Number) };
  if (attribute?.name === "value_floats") return { dims: [attribute.floats.length], values: attribute.floats };
  return null;
}

const INT32 = 6;
const INT64 = 7;
const BOOL = 9;

function readValues({ dataType }: TensorProto, bytes: Uint8Array): number[] | null {
  const { buffer } = bytes.slice();
  if (dataType === INT64) return Array.from(new BigInt64Array(buffer), Number);
  if (dataType === INT32) return [...new Int32Array(buffer)];
  if (dataType === BOOL) return [...bytes];
  if (dataType === FLOAT) return [...new Float32Array(buffer)];
  if (dataType === FLOAT64) return [...new Float64Array(buffer)];
  if (dataType === FLOAT16) return [...float16ToFloat32(new Uint16Array(buffer))];
  return null;
}

/** A node's attribute by name. */
export function attributeInts(node: NodeProto, name: string): readonly number[] | null {
  const attribute = node.attribute.find((candidate) => candidate.name === name);
  return attribute ? attribute.ints.map(Number) : null;
}
