/** Parts of a graph (odd-graph.ts) by how a weight is stored and which operator takes it. */
import { create } from "#core/onnx/proto/edit.ts";
import { AttributeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { int, ints, rawTensor, tensorAttribute, unknownField } from "../core/onnx/build-model.ts";
import {
  COUNT,
  floatAttribute,
  floatsAttribute,
  matMul,
  type OddGraph,
  type Part,
  shape,
  sparseTensor,
  WIDTH,
} from "./odd-graph.ts";
import { contrib } from "./onnx-builder.ts";

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

function text(name: string, words: string): AttributeProto {
  return create(AttributeProto, { name, type: 3, s: Buffer.from(words) });
}

export const ODD_WEIGHTS: Readonly<Record<string, Part>> = Object.freeze({
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
  "constants that are computed": (into, from) => {
    const scaled = into.add("Mul", [into.weight("w"), into.weight("s", [1, WIDTH])]);
    return into.add("MatMul", [from, into.add("Reshape", [scaled, shape(into, [WIDTH, WIDTH])])]);
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
  "Clip with constants": (into, from) => {
    const low = into.add("Constant", [], [floatAttribute("value_float", -2)]);
    return into.add("Clip", [from, low, into.weight("high", [])]);
  },
});
