/**
 * Parts of graphs that are allowed by ONNX and rare in exports: each takes a value of 32 columns and gives one. Graphs of
 * them are written in every format, and must load.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { create } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import {
  AttributeProto,
  FunctionProto,
  type ModelProto,
  type NodeProto,
  OperatorSetIdProto,
  TensorProto,
  type ValueInfoProto,
} from "#core/onnx/proto/onnx.ts";
import type { Random } from "#shared/random.ts";
import {
  graph,
  graphAttribute,
  int,
  ints,
  model,
  node,
  rawTensor,
  tensorAttribute,
  unknownField,
  value,
} from "../core/onnx/build-model.ts";
import { contrib, tensorValue } from "./onnx-builder.ts";

export const WIDTH = 32;
const COUNT = WIDTH * WIDTH;

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

type Part = (into: OddGraph, from: string) => string;

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

const floatAttribute = (name: string, f: number): AttributeProto => create(AttributeProto, { name, type: 1, f });
const floatsAttribute = (name: string, floats: number[]): AttributeProto =>
  create(AttributeProto, { name, type: 6, floats });

function sparseConstant(into: OddGraph, dims: readonly number[]): string {
  const attribute = create(AttributeProto, { name: "sparse_value", type: 11 });
  attribute.unknownFields = [unknownField(22, sparseTensor("", dims, [0.5, -0.25, 0.125], [1, 7, 30]))];
  return into.add("Constant", [], [attribute]);
}

function sparseWeight(into: OddGraph, dims: readonly number[]): string {
  const name = into.name("sparse");
  into.sparse.push(sparseTensor(name, dims, [0.5, -0.25, 0.125, 1], [1, 7, 30, dims.reduce((a, b) => a * b, 1) - 1]));
  return name;
}

/** A body with a weight of its own, for a branch. */
function branch(into: OddGraph, from: string, constantNode: boolean): ReturnType<typeof graph> {
  const weight = into.floats("inner");
  const output = into.name("branch");
  const product = node("MatMul", [from, weight.name], [output]);
  const outputs = [value(output)];
  if (!constantNode) return graph({ nodes: [product], initializers: [weight], outputs });
  const constant = node("Constant", [], [weight.name], [tensorAttribute("value", weight)]);
  weight.name = "";
  return graph({ nodes: [constant, product], outputs });
}

const matMul: Part = (into, from) => into.add("MatMul", [from, into.weight("w")]);

function typed(type: number, fill: (tensor: TensorProto, count: number) => void): Part {
  return (into, from) => {
    const tensor = create(TensorProto, {
      name: into.name("typed"),
      dataType: type,
      dims: [BigInt(WIDTH), BigInt(WIDTH)],
    });
    fill(tensor, COUNT);
    into.initializers.push(tensor);
    const cast = type === 1 ? tensor.name : into.add("Cast", [tensor.name], [int("to", 1)]);
    return into.add("MatMul", [from, cast]);
  };
}

const halfWord = (index: number): number => (index % 3 === 0 ? 0x2c00 : index % 3 === 1 ? 0xac00 : 0x2800);
const bfloatWord = (index: number): number => (index % 3 === 0 ? 0x3d80 : index % 3 === 1 ? 0xbd80 : 0x3d00);
const words = (at: (index: number) => number) => (tensor: TensorProto, count: number) => {
  tensor.rawData = new Uint8Array(Uint16Array.from({ length: count }, (_, index) => at(index)).buffer);
};
const entries = (at: (index: number) => number) => (tensor: TensorProto, count: number) => {
  tensor.int32Data = Array.from({ length: count }, (_, index) => at(index));
};

function called(into: OddGraph, from: string, body: NodeProto[], input: string[], given: string[]): string {
  const name = into.name("Local");
  const opsetImport = [{ domain: "", version: into.opset }];
  into.functions.push(create(FunctionProto, { name, domain: "local", input, output: ["r"], node: body, opsetImport }));
  const output = into.name("called");
  const call = node(name, [from, ...given], [output]);
  call.domain = "local";
  into.nodes.push(call);
  into.values.push(tensorValue(output, "float32", ["rows", WIDTH]));
  return output;
}

/** By what they are; each leaves the number of columns as it is. */
export const ODD_PARTS: Readonly<Record<string, Part>> = Object.freeze({
  matMul,
  "MatMul with the weight in front": (into, from) => {
    const turned = into.add("Transpose", [from], [ints("perm", [1, 0])]);
    return into.add("Transpose", [into.add("MatMul", [into.weight("w"), turned])], [ints("perm", [1, 0])]);
  },
  "a sparse bias": (into, from) => into.add("Add", [from, sparseWeight(into, [WIDTH])]),
  "a sparse matrix": (into, from) => into.add("MatMul", [from, sparseWeight(into, [WIDTH, WIDTH])]),
  "a sparse Gemm": (into, from) => into.add("Gemm", [from, sparseWeight(into, [WIDTH, WIDTH])], [int("transB", 1)]),
  "a sparse matrix behind a Transpose": (into, from) =>
    into.add("MatMul", [from, into.add("Transpose", [sparseWeight(into, [WIDTH, WIDTH])], [ints("perm", [1, 0])])]),
  "a sparse table": (into, from) => {
    const index = into.add("Constant", [], [int("value_int", 3)]);
    return into.add("Add", [from, into.add("Gather", [sparseWeight(into, [WIDTH, WIDTH]), index])]);
  },
  "a sparse Constant": (into, from) => into.add("Add", [from, sparseConstant(into, [WIDTH])]),
  "a sparse Constant matrix": (into, from) => into.add("MatMul", [from, sparseConstant(into, [WIDTH, WIDTH])]),
  "a sparse tensor in a branch": (into, from) => {
    const name = into.name("sparse");
    const output = into.name("branch");
    const then = graph({ nodes: [node("Add", [from, name], [output])], outputs: [value(output)] });
    then.unknownFields = [unknownField(15, sparseTensor(name, [WIDTH], [0.5], [3]))];
    return conditional(into, then, branch(into, from, false));
  },
  "numbers in attributes": (into, from) => {
    const scale = into.add("Constant", [], [floatAttribute("value_float", 1.5)]);
    const bias = into.add("Constant", [], [floatsAttribute("value_floats", into.numbers(WIDTH))]);
    return into.add("Add", [into.add("Mul", [from, scale]), bias]);
  },
  float_data: typed(1, (tensor, count) => {
    tensor.floatData = Array.from({ length: count }, (_, index) => Math.sin(index) / 4);
  }),
  double_data: typed(11, (tensor, count) => {
    tensor.doubleData = Array.from({ length: count }, (_, index) => Math.sin(index) / 4);
  }),
  "float16 in raw_data": typed(10, words(halfWord)),
  "float16 in int32_data": typed(10, entries(halfWord)),
  "bfloat16 in raw_data": typed(16, words(bfloatWord)),
  "bfloat16 in int32_data": typed(16, entries(bfloatWord)),
  "float8 behind a Cast": typed(17, (tensor, count) => {
    tensor.rawData = Uint8Array.from({ length: count }, (_, index) => (index % 2 ? 0x18 : 0x98));
  }),
  "integers behind a Cast": typed(
    6,
    entries((index) => (index % 5) - 2),
  ),
  "int64 in a MatMul": (into, from) => {
    const data = BigInt64Array.from({ length: COUNT }, (_, index) => BigInt((index % 3) - 1));
    const tensor = rawTensor(into.name("whole"), 7, [WIDTH, WIDTH], new Uint8Array(data.buffer));
    into.initializers.push(tensor);
    const product = into.add("MatMul", [into.add("Cast", [from], [int("to", 7)]), tensor.name]);
    return into.add("Cast", [product], [int("to", 1)]);
  },
  "an empty tensor": (into, from) => {
    const nothing = into.name("nothing");
    into.initializers.push(rawTensor(nothing, 1, [0, WIDTH], new Uint8Array(0)));
    return into.add("Concat", [from, nothing], [int("axis", 0)]);
  },
  "an empty weight": (into, from) => {
    const wide = into.name("empty");
    into.initializers.push(rawTensor(wide, 1, [WIDTH, 0], new Uint8Array(0)));
    return into.add("Concat", [from, into.add("MatMul", [from, wide])], [int("axis", 1)]);
  },
  "names of any letters": (into, from) => {
    const tensor = into.floats("w");
    tensor.name = `wé ight:0/"${tensor.name}"\n\u202e漢字`;
    into.initializers.push(tensor);
    const made = node("MatMul", [from, tensor.name], [`out put/${into.name("ø")};`]);
    made.name = "node name\twith 'all' of it";
    into.nodes.push(made);
    return made.output[0]!;
  },
  "names that a format would give": (into, from) => {
    const [w] = [into.weight("w")];
    for (const suffix of [
      "_Q4",
      "_scales",
      "_quantized",
      "_scale",
      "_zero_point",
      "_Bnb4",
      "_absmax",
      "_transposed",
      "_fp16",
    ]) {
      const tensor = into.floats("taken", [WIDTH]);
      tensor.name = `${w}${suffix}`;
      into.initializers.push(tensor);
      from = into.add("Add", [from, tensor.name]);
    }
    return into.add("MatMul", [from, w]);
  },
  "a sparse tensor with a name that a format would give": (into, from) => {
    const w = into.weight("w");
    for (const suffix of ["_Q4", "_scales", "_quantized", "_scale", "_Bnb4", "_absmax"]) {
      into.sparse.push(sparseTensor(`${w}${suffix}`, [WIDTH], [0.25], [4]));
      from = into.add("Add", [from, `${w}${suffix}`]);
    }
    return into.add("MatMul", [from, w]);
  },
  "nodes without names": (into, from) => {
    const output = matMul(into, from);
    into.nodes.at(-1)!.name = "";
    return output;
  },
  "branches with weights": (into, from) => conditional(into, branch(into, from, false), branch(into, from, true)),
  "branches that share an outer weight": (into, from) => {
    const weight = into.weight("w");
    const make = (): ReturnType<typeof graph> => {
      const output = into.name("branch");
      return graph({ nodes: [node("MatMul", [from, weight], [output])], outputs: [value(output)] });
    };
    return conditional(into, make(), make());
  },
  "a branch that gives a weight": (into, from) => {
    const make = (): ReturnType<typeof graph> => {
      const tensor = into.floats("inner");
      return graph({ nodes: [], initializers: [tensor], outputs: [value(tensor.name)] });
    };
    const chosen = conditional(into, make(), make());
    return into.add("MatMul", [from, chosen]);
  },
  "a Loop": (into, from) => {
    const [state, next, count, go, still] = ["state", "next", "count", "go", "still"].map((stem) =>
      into.name(stem),
    ) as [string, string, string, string, string];
    const body = graph({
      nodes: [node("MatMul", [state, into.weight("w")], [next]), node("Identity", [go], [still])],
      inputs: [tensorValue(count, "int64", []), tensorValue(go, "bool", []), tensorValue(state, "float32", ["", ""])],
      outputs: [tensorValue(still, "bool", []), value(next)],
    });
    const trips = into.name("trips");
    into.initializers.push(rawTensor(trips, 7, [], new Uint8Array(BigInt64Array.of(2n).buffer)));
    return into.add("Loop", [trips, "", from], [graphAttribute("body", body)]);
  },
  "a Scan over stacked weights": (into, from) => {
    const stacked = into.weight("stack", [2, WIDTH, WIDTH]);
    const [state, w, next] = ["state", "each", "next"].map((stem) => into.name(stem)) as [string, string, string];
    const body = graph({
      nodes: [node("MatMul", [state, w], [next])],
      inputs: [tensorValue(state, "float32", ["", ""]), tensorValue(w, "float32", [WIDTH, WIDTH])],
      outputs: [value(next)],
    });
    return into.add("Scan", [from, stacked], [graphAttribute("body", body), int("num_scan_inputs", 1)]);
  },
  "a function with a weight": (into, from) => {
    const tensor = into.floats("");
    const constant = node("Constant", [], ["c"], [tensorAttribute("value", tensor)]);
    return called(into, from, [constant, node("MatMul", ["a", "c"], ["r"])], ["a"], []);
  },
  "a function that is given a weight": (into, from) =>
    called(into, from, [node("MatMul", ["a", "b"], ["r"])], ["a", "b"], [into.weight("w")]),
  "a function with a sparse Constant": (into, from) => {
    const attribute = create(AttributeProto, { name: "sparse_value", type: 11 });
    attribute.unknownFields = [unknownField(22, sparseTensor("", [WIDTH], [0.5], [3]))];
    return called(into, from, [node("Constant", [], ["c"], [attribute]), node("Add", ["a", "c"], ["r"])], ["a"], []);
  },
  "a sequence": (into, from) => {
    const zero = into.add("Constant", [], [int("value_int", 0)]);
    const list = into.add("SequenceConstruct", [matMul(into, from), from]);
    return into.add("SequenceAt", [list, zero]);
  },
  "an empty sequence that grows": (into, from) => {
    const zero = into.add("Constant", [], [int("value_int", 0)]);
    const list = into.add("SequenceInsert", [into.add("SequenceEmpty", []), from]);
    return matMul(into, into.add("SequenceAt", [list, zero]));
  },
  "an optional": (into, from) => into.add("OptionalGetElement", [into.add("Optional", [matMul(into, from)])]),
  "a weight that is read three times": (into, from) => {
    const w = into.weight("w");
    const zero = into.add("Constant", [], [int("value_int", 0)]);
    const row = into.add("Gather", [w, zero]);
    const product = into.add("MatMul", [from, w]);
    return into.add("Add", [into.add("Gemm", [product, w, row], [int("transB", 1)]), row]);
  },
  "a weight that is an output too": (into, from) => {
    const w = into.weight("w");
    into.outputs.push(tensorValue(w, "float32", [WIDTH, WIDTH]));
    return into.add("MatMul", [from, w]);
  },
  "a weight that may be fed": (into, from) => {
    const w = into.weight("w");
    into.inputs.push(tensorValue(w, "float32", [WIDTH, WIDTH]));
    return into.add("MatMul", [from, w]);
  },
  "weights with notes of their shape": (into, from) => {
    const w = into.weight("w");
    const turned = into.add("Transpose", [w], [ints("perm", [1, 0])]);
    into.values.push(tensorValue(turned, "float32", [WIDTH, WIDTH]));
    return into.add("MatMul", [from, turned]);
  },
  "constants that are computed": (into, from) => {
    const scaled = into.add("Mul", [into.weight("w"), into.weight("s", [1, WIDTH])]);
    return into.add("MatMul", [from, into.add("Reshape", [scaled, shape(into, [WIDTH, WIDTH])])]);
  },
  "activations that are quantized": (into, from) => {
    const zero = into.name("q_zero");
    into.initializers.push(rawTensor(zero, 2, [], Uint8Array.of(128)));
    const scale = into.add("Constant", [], [floatAttribute("value_float", 0.25)]);
    const codes = into.add("QuantizeLinear", [from, scale, zero]);
    return matMul(into, into.add("DequantizeLinear", [codes, scale, zero]));
  },
  "a mask of infinities": (into, from) => {
    const values = Float32Array.from({ length: WIDTH }, (_, index) => (index % 2 ? -Infinity : 0));
    const mask = into.name("mask");
    into.initializers.push(rawTensor(mask, 1, [1, WIDTH], new Uint8Array(values.buffer)));
    return into.add("Softmax", [into.add("Add", [from, mask])], [int("axis", -1)]);
  },
  "a constant of a shape": (into, from) => {
    const filled = into.add(
      "ConstantOfShape",
      [into.add("Shape", [from])],
      [tensorAttribute("value", rawTensor("", 1, [1], new Uint8Array(Float32Array.of(0.5).buffer)))],
    );
    return into.add("Add", [from, filled]);
  },
  texts: (into, from) => {
    const tensor = create(TensorProto, {
      name: into.name("texts"),
      dataType: 8,
      dims: [2n],
      stringData: [Buffer.from("a"), Buffer.from("b")],
    });
    into.initializers.push(tensor);
    const same = into.add("Cast", [into.add("Equal", [tensor.name, tensor.name])], [int("to", 1)]);
    return into.add("Mul", [from, into.add("ReduceMean", [same], [int("keepdims", 0)])]);
  },
  "a Conv": (into, from) => {
    const columns = into.add("Unsqueeze", [from, shape(into, [2])]);
    const filtered = into.add("Conv", [columns, into.weight("kernel", [WIDTH, WIDTH, 1]), into.weight("b", [WIDTH])]);
    return into.add("Squeeze", [filtered, shape(into, [2])]);
  },
  "a vector in a MatMul": (into, from) => {
    const product = into.add("MatMul", [from, into.weight("w", [WIDTH])]);
    return into.add("Mul", [from, into.add("Unsqueeze", [product, shape(into, [1])])]);
  },
  "a matrix of three axes": (into, from) =>
    into.add("Squeeze", [into.add("MatMul", [from, into.weight("w", [1, WIDTH, WIDTH])]), shape(into, [0])]),
  "stacked matrices": (into, from) =>
    into.add(
      "ReduceSum",
      [into.add("MatMul", [from, into.weight("w", [2, WIDTH, WIDTH])]), shape(into, [0])],
      [int("keepdims", 0)],
    ),
  "a Gemm that scales": (into, from) =>
    into.add(
      "Gemm",
      [from, into.weight("w"), into.weight("c", [1])],
      [floatAttribute("alpha", 0.5), floatAttribute("beta", 2)],
    ),
  "an island of float16": (into, from) => {
    const tensor = create(TensorProto, { name: into.name("half"), dataType: 10, dims: [BigInt(WIDTH), BigInt(WIDTH)] });
    words(halfWord)(tensor, COUNT);
    into.initializers.push(tensor);
    return into.add(
      "Cast",
      [into.add("MatMul", [into.add("Cast", [from], [int("to", 10)]), tensor.name])],
      [int("to", 1)],
    );
  },
  "a sparse matrix of pairs of indices": (into, from) => {
    const name = into.name("sparse");
    into.sparse.push(sparseTensor(name, [WIDTH, WIDTH], [0.5, 1, -2], [0, 3, 7, 1, 31, 31], 1, 2));
    return into.add("MatMul", [from, name]);
  },
  "a sparse float16 tensor": (into, from) => {
    const name = into.name("sparse");
    into.sparse.push(sparseTensor(name, [WIDTH], [0x3800, 0x3400], [2, 3], 10));
    return into.add("Add", [from, into.add("Cast", [name], [int("to", 1)])]);
  },
  "a branch in a branch": (into, from) => {
    const inner = conditional(into, branch(into, from, false), branch(into, from, true));
    const [choice] = into.nodes.splice(-1);
    const outer = graph({ nodes: [choice!], outputs: [value(inner)] });
    return conditional(into, outer, branch(into, from, true));
  },
  "a branch that hides an outer weight": (into, from) => {
    const outer = into.weight("w");
    const then = branch(into, from, false);
    const hidden = then.initializer[0]!;
    then.node[0]!.input[1] = outer;
    hidden.name = outer;
    return into.add("MatMul", [conditional(into, then, branch(into, from, false)), outer]);
  },
  "branches with the same names": (into, from) => {
    const [then, otherwise] = [branch(into, from, false), branch(into, from, true)];
    otherwise.node[0]!.output[0] = then.initializer[0]!.name;
    otherwise.node[1]!.input[1] = then.initializer[0]!.name;
    otherwise.node[1]!.name = then.node[0]!.name;
    return conditional(into, then, otherwise);
  },
  "a function in a branch": (into, from) => {
    const inner = called(into, from, [node("MatMul", ["a", "b"], ["r"])], ["a", "b"], [into.weight("w")]);
    const [call] = into.nodes.splice(-1);
    return conditional(into, graph({ nodes: [call!], outputs: [value(inner)] }), branch(into, from, true));
  },
  "a function that calls a function": (into, from) => {
    const inner = called(into, from, [node("MatMul", ["a", "b"], ["r"])], ["a", "b"], [into.weight("w")]);
    const [call] = into.nodes.splice(-1);
    into.values.splice(-1);
    call!.input = ["a", "b"];
    call!.output = ["r"];
    const outer = called(into, from, [call!], ["a", "b"], [into.weight("w")]);
    into.functions.at(-1)!.opsetImport.push(create(OperatorSetIdProto, { domain: "local", version: 1n }));
    return inner === outer ? from : outer;
  },
  "a norm of its own": (into, from) =>
    into.add("LayerNormalization", [from, into.weight("gamma", [WIDTH]), into.weight("beta", [WIDTH])]),
  "operators that stay float32": (into, from) => {
    const axis = into.add("Constant", [], [int("value_int", 1)]);
    return into.add("CumSum", [into.add("Max", [from, into.weight("low", [WIDTH])]), axis]);
  },
  "a random value": (into, from) =>
    into.add("Add", [
      from,
      into.add("RandomUniformLike", [from], [floatAttribute("low", 0), floatAttribute("high", 1e-4)]),
    ]),
  "a sequence of weights": (into, from) => {
    const zero = into.add("Constant", [], [int("value_int", 1)]);
    const list = into.add("SequenceConstruct", [into.weight("w"), into.weight("w")]);
    return into.add("MatMul", [from, into.add("SequenceAt", [list, zero])]);
  },
  "an optional of a weight": (into, from) =>
    into.add("MatMul", [from, into.add("OptionalGetElement", [into.add("Optional", [into.weight("w")])])]),
  "a Gather of stacked weights": (into, from) => {
    const one = into.add("Constant", [], [int("value_int", 1)]);
    return into.add("MatMul", [from, into.add("Gather", [into.weight("w", [2, WIDTH, WIDTH]), one])]);
  },
  "rows that are looked up": (into, from) => {
    const indices = into.add("ArgMax", [from], [int("axis", 1), int("keepdims", 0)]);
    return into.add("Add", [from, into.add("Gather", [into.weight("table"), indices])]);
  },
  "an Einsum": (into, from) => into.add("Einsum", [from, into.weight("w")], [text("equation", "ij,jk->ik")]),
  "operators of com.microsoft": (into, from) => {
    const product = into.name("fused");
    into.nodes.push(contrib("FusedMatMul", [from, into.weight("w")], [product], { transB: 1 }));
    const gelu = into.name("gelu");
    into.nodes.push(contrib("FastGelu", [product, into.weight("b", [WIDTH])], [gelu]));
    for (const each of into.nodes.slice(-2)) each.name = into.name("/contrib");
    return gelu;
  },
  "unused weights and nodes": (into, from) => {
    into.add("MatMul", [from, into.weight("unused")]);
    into.weight("alone");
    return from;
  },
  "Dropout with its mask": (into, from) => {
    const [output, mask] = [into.name("kept"), into.name("mask")];
    into.nodes.push(node("Dropout", [from], [output, mask]));
    return into.add("Where", [mask, output, output]);
  },
  "Clip with constants": (into, from) => {
    const low = into.add("Constant", [], [floatAttribute("value_float", -2)]);
    return into.add("Clip", [from, low, into.weight("high", [])]);
  },
});

function text(name: string, words: string): AttributeProto {
  return create(AttributeProto, { name, type: 3, s: Buffer.from(words) });
}

function shape(into: OddGraph, dims: readonly number[]): string {
  const name = into.name("shape");
  const data = BigInt64Array.from(dims, BigInt);
  into.initializers.push(rawTensor(name, 7, [dims.length], new Uint8Array(data.buffer)));
  return name;
}

function conditional(into: OddGraph, then: ReturnType<typeof graph>, otherwise: ReturnType<typeof graph>): string {
  const condition = into.name("yes");
  into.initializers.push(rawTensor(condition, 9, [], Uint8Array.of(1)));
  return into.add("If", [condition], [graphAttribute("then_branch", then), graphAttribute("else_branch", otherwise)]);
}
