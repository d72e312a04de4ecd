import { describe, expect, it } from "vitest";
import { int64Tensor, intAttribute, makeNode } from "#core/onnx/messages.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { readHead } from "#core/models/graph-head.ts";
import { decoder, inMemory, matMulNBits, zeros } from "../../helpers/onnx-builder.ts";

const head = (nodes: readonly NodeProto[], initializers: readonly TensorProto[] = []) =>
  readHead(inMemory(decoder({ nodes, initializers: [zeros("w", "float32", [16, 50]), ...initializers] })), "logits");

const product = makeNode("MatMul", "head", ["last", "w"], ["logits"]);
const end = 2 ** 31;

describe("readHead", () => {
  it.each<[string, NodeProto[], TensorProto[]]>([
    ["a product", [makeNode("MatMul", "m", ["x", "w"], ["logits"])], []],
    [
      "a product with a bias, capped",
      [
        makeNode("MatMul", "m", ["x", "w"], ["a"]),
        makeNode("Add", "b", ["bias", "a"], ["c"]),
        makeNode("Tanh", "t", ["c"], ["d"]),
        makeNode("Cast", "f", ["d"], ["logits"]),
      ],
      [zeros("bias", "float32", [50])],
    ],
    [
      "the embedding turned over",
      [makeNode("Transpose", "t", ["e"], ["turned"]), makeNode("MatMul", "m", ["x", "turned"], ["logits"])],
      [zeros("e", "float32", [50, 16])],
    ],
    [
      "Gemm with a weight that lies the other way",
      [makeNode("Gemm", "g", ["x", "e"], ["logits"], [intAttribute("transB", 1)])],
      [zeros("e", "float32", [50, 16])],
    ],
    [
      "integers, scaled behind the product",
      [
        makeNode("MatMulInteger", "m", ["x", "q"], ["a"]),
        makeNode("Cast", "c", ["a"], ["b"]),
        makeNode("Mul", "s", ["b", "scale"], ["logits"]),
      ],
      [zeros("q", "int8", [16, 50]), zeros("scale", "float32", [1])],
    ],
    [
      "a weight that is stored in integers",
      [makeNode("DequantizeLinear", "d", ["q", "s"], ["dq"]), makeNode("MatMul", "m", ["x", "dq"], ["logits"])],
      [zeros("q", "int8", [16, 50]), zeros("s", "float32", [1])],
    ],
  ])("reads the width of %s", (_, nodes, initializers) => {
    expect(head(nodes, initializers)).toEqual({ width: 50, lastOnly: false });
  });

  it("reads the width of blocks, and none of what no weight tells", () => {
    const { nodes, initializers } = matMulNBits("logits", { N: 50 });
    expect(head([...nodes, makeNode("Identity", "i", ["logits_y"], ["logits"])], initializers).width).toBe(50);
    expect(head([makeNode("MatMul", "m", ["x", "y"], ["logits"])]).width).toBeNull();
    expect(head([makeNode("Softmax", "s", ["x"], ["logits"])])).toEqual({ width: null, lastOnly: false });
  });

  const one = [int64Tensor("one", [1])];
  it.each<[string, NodeProto[], TensorProto[]]>([
    [
      "Gather",
      [makeNode("Gather", "g", ["h", "at"], ["last"], [intAttribute("axis", 1)]), product],
      [int64Tensor("at", [-1])],
    ],
    [
      "Slice in front of the norm",
      [
        makeNode("Slice", "s", ["h", "from", "to", "axis"], ["cut"]),
        makeNode("LayerNormalization", "n", ["cut", "g"], ["last"]),
        product,
      ],
      [int64Tensor("from", [-1]), int64Tensor("to", [end]), int64Tensor("axis", [1])],
    ],
    [
      "Slice behind the head",
      [makeNode("MatMul", "m", ["h", "w"], ["all"]), makeNode("Slice", "s", ["all", "from", "to", "axis"], ["logits"])],
      [int64Tensor("from", [-1]), int64Tensor("to", [end]), int64Tensor("axis", [1])],
    ],
    [
      "a number of logits to keep that is part of the graph",
      [
        makeNode("Neg", "neg", ["one"], ["from"]),
        makeNode("Slice", "s", ["h", "from", "to", "axis"], ["last"]),
        product,
      ],
      [...one, int64Tensor("to", [end]), int64Tensor("axis", [-2])],
    ],
  ])("sees the last position cut out by %s", (_, nodes, initializers) => {
    expect(head(nodes, initializers)).toEqual({ width: 50, lastOnly: true });
  });

  it("comes to an end in a graph that goes round in circles", () => {
    const circle = [
      makeNode("Neg", "n", ["from"], ["from"]),
      makeNode("Slice", "s", ["h", "from", "to", "axis"], ["logits"]),
      makeNode("Identity", "i", ["logits"], ["h"]),
    ];
    expect(head(circle, [int64Tensor("axis", [1])])).toEqual({ width: null, lastOnly: false });
  });

  it.each<[string, string[], number]>([
    ["an input that says how many", ["keep"], 1],
    ["all but the first", ["one"], 1],
    ["features, not positions", ["minus"], 2],
  ])("does not take a Slice for it that keeps %s", (_, [from], axis) => {
    const slice = makeNode("Slice", "s", ["h", from!, "to", "axis"], ["last"]);
    const rest = [int64Tensor("to", [end]), int64Tensor("axis", [axis]), int64Tensor("minus", [-1])];
    expect(head([slice, product], [...one, ...rest]).lastOnly).toBe(false);
  });
});
