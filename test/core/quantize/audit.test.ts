import { describe, expect, it } from "vitest";
import { create } from "#core/onnx/proto/edit.ts";
import { AttributeProto, FunctionProto, type NodeProto, type TensorProto } from "#core/onnx/proto/onnx.ts";
import { type Audit, auditModel } from "#core/quantize/audit.ts";
import { contrib, inMemory, matMulNBits, tensorValue, zeros } from "../../helpers/onnx-builder.ts";
import { sparseTensor } from "../../helpers/odd-graph.ts";
import { graph, graphAttribute, int, ints, model, node, tensorAttribute, unknownField } from "../onnx/build-model.ts";

const text = (name: string, words: string): AttributeProto =>
  create(AttributeProto, { name, type: 3, s: Buffer.from(words) });
const audit = (nodes: NodeProto[], initializers: TensorProto[], logits = "y"): Audit =>
  auditModel(inMemory({ nodes, initializers, outputs: [tensorValue("y", "float32", [1])] }), logits);
const moe = (attributes: AttributeProto[], type: "uint8" | "float8e4m3fn", row: number, scales: TensorProto): Audit => {
  const made = contrib("QMoE", ["x", "r", "w", scales.name], ["y"]);
  made.attribute = attributes;
  return audit([made], [zeros("w", type, [2, 64, row]), scales]);
};

/** Float operators: the node takes `w` among its inputs. */
const FLOAT_OPERATORS: [string, NodeProto, number[], number[]][] = [
  ["MatMul", node("MatMul", ["x", "w"], ["y"]), [64, 32], [64, 32]],
  ["MatMul, weight in front", node("MatMul", ["w", "x"], ["y"]), [64, 32], [64, 32]],
  ["Gemm", node("Gemm", ["x", "w"], ["y"], [int("transB", 1)]), [32, 64], [64, 32]],
  ["Conv", node("Conv", ["x", "w"], ["y"]), [64, 32, 3], [64, 32, 3]],
  ["ConvTranspose", node("ConvTranspose", ["x", "w"], ["y"]), [64, 32, 3], [64, 32, 3]],
  ["Einsum", node("Einsum", ["x", "w"], ["y"]), [4, 64, 32], [4, 64, 32]],
  ["LSTM", node("LSTM", ["x", "w"], ["y"]), [1, 64, 32], [1, 64, 32]],
  ["Mul by a matrix", node("Mul", ["x", "w"], ["y"]), [64, 32], [64, 32]],
  ["FusedMatMul", contrib("FusedMatMul", ["x", "w"], ["y"], { transB: 1 }), [32, 64], [64, 32]],
  ["FusedGemm", contrib("FusedGemm", ["x", "w"], ["y"]), [64, 32], [64, 32]],
  ["TransposeMatMul", contrib("TransposeMatMul", ["x", "w"], ["y"]), [64, 32], [64, 32]],
  ["Attention", contrib("Attention", ["x", "w", "b"], ["y"]), [32, 96], [32, 96]],
  ["PackedAttention", contrib("PackedAttention", ["x", "w", "b"], ["y"]), [32, 96], [32, 96]],
  ["MultiHeadAttention's query", contrib("MultiHeadAttention", ["w", "k", "v"], ["y"]), [1, 4, 32], [1, 4, 32]],
  ["MoE", contrib("MoE", ["x", "r", "w"], ["y"]), [4, 32, 64], [4, 32, 64]],
  ["an operator that nobody knows", custom("Mystery", ["x", "", "w"]), [64, 32], [64, 32]],
];

function custom(opType: string, input: string[]): NodeProto {
  const made = node(opType, input, ["y"]);
  made.domain = "com.example";
  return made;
}

describe("auditModel: floats", () => {
  it.each(FLOAT_OPERATORS)("counts the weight of %s", (_, made, dims, shape) => {
    const parameters = dims.reduce((product, dim) => product * dim, 1);
    const found = audit([made], [zeros("w", "float32", dims)]);
    expect(found.layers).toMatchObject([
      { operator: made.opType, role: "head", shape, storage: "float32", bits: 32, parameters, bytes: 4 * parameters },
    ]);
    expect(found).toMatchObject({ parameters, headShare: 1, embeddingShare: 0, bitsPerWeight: 32 });
  });

  it("counts each table of EmbedLayerNormalization as an embedding", () => {
    const inputs = ["ids", "", "word", "position", "", "gamma", "beta"];
    const tensors = [
      ...[zeros("word", "float32", [100, 32]), zeros("position", "float32", [20, 32])],
      ...[zeros("gamma", "float32", [32]), zeros("beta", "float32", [32]), zeros("w", "float32", [32, 80])],
    ];
    const nodes = [contrib("EmbedLayerNormalization", inputs, ["h"]), node("MatMul", ["h", "w"], ["y"])];
    const found = audit(nodes, tensors);
    expect(found.layers.map(({ role, bytes }) => [role, bytes])).toEqual([
      ["embedding", 12800],
      ["embedding", 2560],
      ["head", 10240],
    ]);
    expect(found.embeddingShare).toBeCloseTo(15360 / 25600, 10);
  });

  it.each<[string, NodeProto[], TensorProto[]]>([
    ["a Cast", [node("Cast", ["w"], ["v"], [int("to", 1)])], [zeros("w", "float16", [64, 32])]],
    [
      "Transposes",
      [node("Transpose", ["w"], ["t"]), node("Identity", ["t"], ["v"])],
      [zeros("w", "float32", [32, 64])],
    ],
    [
      "a Reshape",
      [node("Reshape", ["w", "shape"], ["v"])],
      [zeros("w", "float32", [2, 1024]), zeros("shape", "int64", [2])],
    ],
    [
      "a product of constants",
      [node("Mul", ["w", "s"], ["v"])],
      [zeros("w", "float32", [64, 32]), zeros("s", "float32", [1])],
    ],
    ["a Constant node", [node("Constant", [], ["v"], [tensorAttribute("value", zeros("", "float32", [64, 32]))])], []],
  ])("finds a weight behind %s", (_, before, tensors) => {
    const found = audit([...before, node("MatMul", ["x", "v"], ["y"])], tensors);
    expect(found.layers).toMatchObject([{ operator: "MatMul", parameters: 2048, name: "/y" }]);
  });

  it("finds the weights of branches, bodies and functions, and what a call hands over", () => {
    const branch = graph({ nodes: [node("MatMul", ["x", "a"], ["b"])], initializers: [zeros("a", "float32", [8, 8])] });
    const body = graph({ nodes: [node("Gemm", ["x", "outer"], ["c"])] });
    const call = node("Linear", ["x", "given"], ["d"]);
    call.domain = "local";
    const inside = node("Constant", [], ["own"], [tensorAttribute("value", zeros("", "float32", [8, 12]))]);
    const made = model({
      nodes: [
        node("If", ["c"], ["i"], [graphAttribute("then_branch", branch)]),
        node("Loop", ["n", "", "x"], ["l"], [graphAttribute("body", body)]),
        call,
      ],
      initializers: [zeros("outer", "float32", [8, 9]), zeros("given", "float32", [8, 10])],
    });
    const nodes = [inside, node("MatMul", ["p", "q"], ["m"]), node("MatMul", ["m", "own"], ["r"])];
    made.functions.push(
      create(FunctionProto, { name: "Linear", domain: "local", input: ["p", "q"], output: ["r"], node: nodes }),
    );
    const { layers } = auditModel(inMemory(made), "d");
    expect(layers.map(({ name, role, parameters }) => [name, role, parameters])).toEqual([
      ["/b", "layer", 64],
      ["/c", "layer", 72],
      ["/d//m", "layer", 80],
      ["/d//r", "head", 96],
    ]);
  });

  it("counts a sparse tensor by what it stores", () => {
    const proto = model({ nodes: [node("MatMul", ["x", "s"], ["y"])] });
    proto.graph!.unknownFields = [unknownField(15, sparseTensor("s", [64, 32], [1, 2, 3], [0, 5, 9]))];
    const { layers } = auditModel(inMemory(proto), "y");
    // Three values of four bytes, three indices of eight.
    expect(layers).toMatchObject([{ name: "/y", parameters: 2048, bytes: 36, storage: "float32" }]);
  });

  it.each<[string, NodeProto]>([
    ["a bias", node("Add", ["x", "w"], ["y"])],
    ["a mask", node("Where", ["c", "w", "x"], ["y"])],
    ["the third input of a Gemm", node("Gemm", ["x", "v", "w"], ["y"])],
    ["an attention bias", contrib("MultiHeadAttention", ["q", "k", "v", "", "", "w"], ["y"])],
    ["the biases of experts", contrib("MoE", ["x", "r", "f", "w"], ["y"])],
  ])("does not take %s for a matrix", (_, made) => {
    expect(audit([made], [zeros("w", "float32", [64, 32])]).layers).toEqual([]);
  });

  it("counts a tied table once, for the first that uses it", () => {
    const nodes = [
      node("Gather", ["w", "ids"], ["x"]),
      node("Transpose", ["w"], ["t"], [ints("perm", [1, 0])]),
      node("MatMul", ["x", "t"], ["y"]),
    ];
    const found = audit(nodes, [zeros("w", "float32", [100, 32])]);
    expect(found.layers.map(({ role, bytes }) => [role, bytes])).toEqual([
      ["embedding", 12800],
      ["head", 0],
    ]);
    expect(found).toMatchObject({ parameters: 3200, embeddingShare: 1, headShare: 0 });
  });
});

describe("auditModel: codes", () => {
  const quantized = (...parts: [NodeProto, ...TensorProto[]]): Audit => {
    const [made, ...tensors] = parts;
    return audit([made], tensors);
  };
  // By hand: format, label, bits, parameters, bytes of codes and of scales and zero points.
  it.each<[string, () => Audit, string, string, number, number, number]>([
    ...([1, 2, 4, 8] as const).map((bits): [string, () => Audit, string, string, number, number, number] => [
      `MatMulNBits of ${bits}`,
      () => {
        const { nodes, initializers } = matMulNBits("w", { bits });
        nodes[0]!.output = ["y"];
        return audit(nodes, initializers);
      },
      { 1: "int1", 2: "int2", 4: "int4", 8: "w8" }[bits],
      `${bits}-bit blocks of 32`,
      bits,
      2048,
      256 * bits + 256,
    ]),
    [
      "MatMulFpQ4",
      () => {
        const shape = zeros("s", "int64", [2]);
        shape.rawData = new Uint8Array(BigInt64Array.of(64n, 32n).buffer);
        return quantized(contrib("MatMulFpQ4", ["x", "w", "s"], ["y"]), zeros("w", "uint8", [64 * 21]), shape);
      },
      "int4",
      "4-bit blocks of 32",
      4,
      2048,
      64 * 21 + 16,
    ],
    [
      "MatMulBlockQuantizedFp4Weight",
      () =>
        quantized(
          contrib("MatMulBlockQuantizedFp4Weight", ["x", "w", "s", "g"], ["y"]),
          zeros("w", "uint8", [32, 32]),
          zeros("s", "uint8", [32, 4]),
          zeros("g", "float32", []),
        ),
      "fp4",
      "fp4 blocks of 16",
      4,
      2048,
      1024 + 128 + 4,
    ],
    [
      "MatMulBlockQuantizedFp8Weight",
      () =>
        quantized(
          contrib("MatMulBlockQuantizedFp8Weight", ["x", "w", "s"], ["y"]),
          zeros("w", "float8e4m3fn", [32, 64]),
          zeros("s", "float32", [32, 1]),
        ),
      "fp8",
      "fp8 blocks of 128",
      8,
      2048,
      2048 + 128,
    ],
    ...(
      [
        ["int of 4", [int("block_size", 32)], "uint8", 16, "float16", [2, 64, 1], "int4f16", "4-bit blocks of 32", 4],
        ["int of 2", [int("expert_weight_bits", 2)], "uint8", 8, "float32", [2, 64], "int2", "2-bit rows", 2],
        ["fc1 of 8", [int("fc1_expert_weight_bits", 8)], "uint8", 32, "float32", [2, 64], "w8", "8-bit rows", 8],
        ["fp4", [text("quant_type", "fp4")], "uint8", 16, "float8e8m0", [2, 64, 1], "fp4", "mxfp4 blocks of 32", 4],
        [
          "nvfp4",
          [text("quant_type", "nvfp4")],
          "uint8",
          16,
          "float8e4m3fn",
          [2, 64, 2],
          "fp4",
          "nvfp4 blocks of 16",
          4,
        ],
        ["fp8", [text("quant_type", "fp8")], "float8e4m3fn", 32, "float32", [2], "fp8", "fp8", 8],
      ] as const
    ).map(
      ([name, attributes, type, row, scaleType, dims, format, label, bits]): [
        string,
        () => Audit,
        string,
        string,
        number,
        number,
        number,
      ] => {
        const scales = zeros("s", scaleType, dims);
        const bytes = 2 * 64 * row + scales.rawData.length;
        return [`QMoE, ${name}`, () => moe([...attributes], type, row, scales), format, label, bits, 4096, bytes];
      },
    ),
    [
      "QAttention",
      () =>
        quantized(
          contrib("QAttention", ["x", "w", "b", "xs", "s", "", "xz", "z"], ["y"]),
          zeros("w", "int8", [32, 96]),
          zeros("s", "float32", []),
          zeros("z", "int8", []),
        ),
      "int8",
      "int8",
      8,
      3072,
      3072 + 5,
    ],
    [
      "QLinearConv",
      () =>
        quantized(
          node("QLinearConv", ["x", "xs", "xz", "w", "s", "z", "ys", "yz"], ["y"]),
          zeros("w", "uint8", [32, 16, 3]),
          zeros("s", "float32", []),
          zeros("z", "uint8", []),
        ),
      "uint8",
      "uint8",
      8,
      1536,
      1536 + 5,
    ],
  ])("reads %s", (_, make, format, storage, bits, parameters, bytes) => {
    const found = make();
    expect(found.format).toBe(format);
    expect(found.layers).toMatchObject([{ role: "head", storage, bits, parameters, bytes }]);
    expect(found).toMatchObject({ parameters, quantizedShare: 1, headShare: 1 });
  });

  it.each([
    ["int4", "int4", "4-bit blocks of 16", 4, 1024],
    ["uint4", "int4", "4-bit blocks of 16", 4, 1024],
    ["uint2", "int2", "2-bit blocks of 16", 2, 512],
    ["int8", "w8", "8-bit blocks of 16", 8, 2048],
    ["float8e4m3fn", "fp8", "float8e4m3fn blocks of 16", 8, 2048],
    ["float4e2m1", "fp4", "float4e2m1 blocks of 16", 4, 1024],
  ] as const)("reads %s weights that DequantizeLinear unpacks", (type, format, storage, bits, codes) => {
    const dequantize = node("DequantizeLinear", ["w", "s"], ["f"], [int("block_size", 16)]);
    const found = audit(
      [dequantize, node("Transpose", ["f"], ["t"]), contrib("FusedMatMul", ["x", "t"], ["y"])],
      [zeros("w", type, [64, 32]), zeros("s", "float32", [4, 32])],
    );
    expect(found.format).toBe(format);
    const layer = { operator: "FusedMatMul", storage, bits, shape: [32, 64], bytes: codes + 512 };
    expect(found.layers).toMatchObject([layer]);
  });

  it("reads codes that a Cast, a Sub and a Mul unpack", () => {
    const found = audit(
      [
        node("Cast", ["w"], ["f"], [int("to", 1)]),
        node("Sub", ["f", "z"], ["d"]),
        node("Mul", ["d", "s"], ["v"]),
        node("MatMul", ["x", "v"], ["y"]),
      ],
      [zeros("w", "int8", [64, 32]), zeros("z", "float32", [64, 1]), zeros("s", "float32", [64, 1])],
    );
    expect(found).toMatchObject({ format: "w8", parameters: 2048, quantizedShare: 1 });
    expect(found.layers).toMatchObject([{ storage: "int8", bits: 8, bytes: 2048 + 512 }]);
  });

  it("reads a table of codes whose rows are unpacked after they were looked up", () => {
    const rows = [node("Gather", ["w", "ids"], ["r"]), node("Cast", ["r"], ["f"], [int("to", 1)])];
    const unpack = [node("Sub", ["f", "z"], ["d"]), node("Mul", ["d", "s"], ["y"])];
    const found = audit(
      [...rows, ...unpack],
      [zeros("w", "uint8", [100, 32]), zeros("z", "float32", []), zeros("s", "float32", [])],
    );
    expect(found.layers).toMatchObject([{ role: "embedding", storage: "uint8", parameters: 3200, bytes: 3208 }]);
  });

  it("refuses storage that is no format, by its name", () => {
    const { nodes, initializers } = matMulNBits("w", { bits: 3 });
    expect(() => audit(nodes, initializers)).toThrow(/stores its weights in 3-bit blocks of 32, which is none/);
  });

  it("calls experts of two widths mixed", () => {
    const made = contrib("QMoE", ["x", "r", "a", "s", "", "b", "t"], ["y"], { fc2_expert_weight_bits: 8 });
    const tensors = [zeros("a", "uint8", [2, 64, 16]), zeros("s", "float32", [2, 64])];
    expect(audit([made], [...tensors, zeros("b", "uint8", [2, 32, 64]), zeros("t", "float32", [2, 32])]).format).toBe(
      "mixed",
    );
  });

  it("does not fail on an operator with a name of JavaScript", () => {
    const nodes = ["constructor", "toString", "__proto__"].map((name) => custom(name, ["x", "w"]));
    expect(audit(nodes, [zeros("w", "float32", [64, 32])]).layers).toHaveLength(3);
  });
});
