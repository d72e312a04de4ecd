/**
 * A graph of parts that are allowed by ONNX and rare in exports; odd-weights.ts and odd-structures.ts have the parts.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { create } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import {
  AttributeProto,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
  OperatorSetIdProto,
  TensorProto,
  type ValueInfoProto,
} from "#core/onnx/proto/onnx.ts";
import type { Random } from "#shared/random.ts";
import { model, node, rawTensor, unknownField } from "../core/onnx/build-model.ts";
import { tensorValue } from "./onnx-builder.ts";

export const WIDTH = 32;
export const COUNT = WIDTH * WIDTH;

/** A graph while it grows. */
export class OddGraph {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly sparse: Uint8Array[] = [];
  readonly functions: FunctionProto[] = [];
  readonly inputs: ValueInfoProto[] = [];
  readonly outputs: ValueInfoProto[] = [];
  readonly values: ValueInfoProto[] = [];
  readonly #random: Random;
  #names = 0;
  irVersion = 10n;
  opset = 21n;

  constructor(random: Random) {
    this.#random = random;
  }

  name(stem: string): string {
    return `${stem}${this.#names++}`;
  }

  numbers(count: number, size = 0.3): number[] {
    return Array.from({ length: count }, () => (this.#random.nextFloat() - 0.5) * 2 * size);
  }

  /** A float32 initializer. */
  weight(stem: string, dims: readonly number[] = [WIDTH, WIDTH]): string {
    const tensor = this.floats(stem, dims);
    this.initializers.push(tensor);
    return tensor.name;
  }

  floats(stem: string, dims: readonly number[] = [WIDTH, WIDTH]): TensorProto {
    const data = Float32Array.from(this.numbers(dims.reduce((product, dim) => product * dim, 1)));
    return rawTensor(this.name(stem), 1, dims, new Uint8Array(data.buffer));
  }

  add(opType: string, inputs: string[], attributes: AttributeProto[] = [], outputs = 1): string {
    const names = Array.from({ length: outputs }, () => this.name("v"));
    this.nodes.push(node(opType, inputs, names, attributes));
    return names[0]!;
  }

  model(last: string): ModelProto {
    const made = model({
      nodes: [...this.nodes, node("Identity", [last], ["y"])],
      initializers: this.initializers,
      inputs: [tensorValue("x", "float32", ["rows", WIDTH]), ...this.inputs],
      outputs: [tensorValue("y", "float32", ["rows", ""]), ...this.outputs],
      values: this.values,
    });
    made.irVersion = this.irVersion;
    made.opsetImport[0]!.version = this.opset;
    for (const domain of ["com.microsoft", "local"]) {
      made.opsetImport.push(create(OperatorSetIdProto, { domain, version: 1n }));
    }
    made.functions.push(...this.functions);
    if (this.sparse.length > 0) made.graph!.unknownFields = this.sparse.map((bytes) => unknownField(15, bytes));
    return made;
  }
}

/** Takes a value of 32 columns and gives one. */
export type Part = (into: OddGraph, from: string) => string;

export const matMul: Part = (into, from) => into.add("MatMul", [from, into.weight("w")]);

/** A SparseTensorProto: `values` at `indices` (one for each value) of a float tensor. */
export function sparseTensor(
  name: string,
  dims: readonly number[],
  values: readonly number[],
  indices: readonly number[],
  type = 1,
  axes = 1,
): Uint8Array {
  const data =
    type === 1 ? new Uint8Array(Float32Array.from(values).buffer) : new Uint8Array(Uint16Array.from(values).buffer);
  const places = new Uint8Array(BigInt64Array.from(indices, BigInt).buffer);
  const writer = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .bytes(toBinary(TensorProto, rawTensor(name, type, [values.length], data)))
    .tag(2, WireType.LengthDelimited)
    .bytes(
      toBinary(TensorProto, rawTensor("", 7, axes === 1 ? [indices.length] : [indices.length / axes, axes], places)),
    );
  for (const dim of dims) writer.tag(3, WireType.Varint).int64(dim);
  return writer.finish();
}

export const floatAttribute = (name: string, f: number): AttributeProto => create(AttributeProto, { name, type: 1, f });
export const floatsAttribute = (name: string, floats: number[]): AttributeProto =>
  create(AttributeProto, { name, type: 6, floats });

export function shape(into: OddGraph, dims: readonly number[]): string {
  const name = into.name("shape");
  const data = BigInt64Array.from(dims, BigInt);
  into.initializers.push(rawTensor(name, 7, [dims.length], new Uint8Array(data.buffer)));
  return name;
}
