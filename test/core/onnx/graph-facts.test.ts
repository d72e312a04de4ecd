import { describe, expect, it } from "vitest";
import { readGraphFacts } from "#core/onnx/graph-facts.ts";
import { create } from "#core/onnx/proto/edit.ts";
import { FunctionProto, type NodeProto, type TensorProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { contrib, inMemory, matMulNBits, zeros } from "../../helpers/onnx-builder.ts";
import { graph, graphAttribute, int, node, tensorAttribute } from "./build-model.ts";

const facts = (nodes: NodeProto[], initializers: TensorProto[]): ReturnType<typeof readGraphFacts> =>
  readGraphFacts(inMemory({ nodes, initializers }));
const join = (...weights: { nodes: NodeProto[]; initializers: TensorProto[] }[]): [NodeProto[], TensorProto[]] => [
  weights.flatMap(({ nodes }) => nodes),
  weights.flatMap(({ initializers }) => initializers),
];
const matMul = (weight: string): NodeProto => node("MatMul", ["x", weight], [`${weight}_y`]);

function bnb4(name: string, quantType: number): { nodes: NodeProto[]; initializers: TensorProto[] } {
  const attributes = { K: 64, N: 32, block_size: 64, quant_type: quantType };
  return {
    nodes: [contrib("MatMulBnb4", ["x", `${name}_Q`, `${name}_absmax`], [`${name}_y`], attributes)],
    initializers: [zeros(`${name}_Q`, "uint8", [1024]), zeros(`${name}_absmax`, "float32", [32])],
  };
}

/** What ONNX Runtime's dynamic quantizer writes for a MatMul [64, 32] (research: ONNXQuantizer, IntegerOps mode). */
function dynamic(
  name: string,
  type: "int8" | "uint8",
  scales = 1,
): { nodes: NodeProto[]; initializers: TensorProto[] } {
  const dims = scales === 1 ? [] : [scales];
  return {
    nodes: [
      node("DynamicQuantizeLinear", ["x"], [`${name}_xq`, `${name}_xs`, `${name}_xz`]),
      node("MatMulInteger", [`${name}_xq`, `${name}_Q`, `${name}_xz`, `${name}_zp`], [`${name}_i`]),
      node("Mul", [`${name}_xs`, `${name}_scale`], [`${name}_s`]),
      node("Mul", [`${name}_i`, `${name}_s`], [`${name}_y`]),
    ],
    initializers: [
      zeros(`${name}_Q`, type, [64, 32]),
      zeros(`${name}_zp`, type, dims),
      zeros(`${name}_scale`, "float32", dims),
    ],
  };
}

describe("readGraphFacts: format", () => {
  it.each([
    ["fp32", facts([matMul("w")], [zeros("w", "float32", [64, 32])])],
    ["fp16", facts([matMul("w")], [zeros("w", "float16", [64, 32])])],
    ["int4", facts(...join(matMulNBits("w")))],
    ["int4f16", facts(...join(matMulNBits("w", { float16: true })))],
    ["w8", facts(...join(matMulNBits("w", { bits: 8 })))],
    ["int2", facts(...join(matMulNBits("w", { bits: 2 })))],
    ["int2f16", facts(...join(matMulNBits("w", { bits: 2, float16: true })))],
    ["int1", facts(...join(matMulNBits("w", { bits: 1 })))],
    ["int1f16", facts(...join(matMulNBits("w", { bits: 1, float16: true })))],
    ["int2f16", facts(...join(matMulNBits("a", { bits: 2 }), matMulNBits("b", { bits: 2, float16: true })))],
    ["mixed", facts(...join(matMulNBits("a", { bits: 2 }), matMulNBits("b", { bits: 4 })))],
    ["nf4", facts(...join(bnb4("w", 1)))],
    ["fp4", facts(...join(bnb4("w", 0)))],
    ["int8", facts(...join(dynamic("w", "int8")))],
    ["uint8", facts(...join(dynamic("w", "uint8")))],
    ["mixed", facts(...join(matMulNBits("a"), matMulNBits("b", { bits: 8 })))],
    ["int4f16", facts(...join(matMulNBits("a"), matMulNBits("b", { float16: true })))],
    ["mixed", facts(...join(bnb4("a", 1), bnb4("b", 0)))],
    ["mixed", facts(...join(dynamic("a", "int8"), dynamic("b", "uint8")))],
    ["mixed", facts(...join(dynamic("a", "int8"), matMulNBits("b")))],
  ])("is %s", (format, read) => {
    expect(read.format).toBe(format);
  });

  it.each([
    [int("quant_type", 1), "nf4"],
    [int("quant_type", 0), "fp4"],
  ])("reads NF4 or FP4 from the attribute", (attribute, format) => {
    const { nodes, initializers } = bnb4("w", 1);
    nodes[0]!.attribute = [attribute];
    expect(facts(nodes, initializers).format).toBe(format);
  });

  it("takes a quantized table for the format only where no product is quantized", () => {
    const gather = contrib("GatherBlockQuantized", ["t", "ids", "s"], ["y"], { bits: 2, block_size: 32 });
    const table = [zeros("t", "uint8", [100, 8]), zeros("s", "float32", [100, 1])];
    const { nodes, initializers } = matMulNBits("w");
    expect(facts([gather], table).format).toBe("int2");
    expect(facts([gather, ...nodes], [...table, ...initializers]).format).toBe("int4");
    expect(facts([gather, matMul("v")], [...table, zeros("v", "float32", [64, 32])]).format).toBe("mixed");
  });

  it("ends soon for functions that call each other with more constants at every step", () => {
    const domain = "local";
    const call = (name: string, input: string[], output: string): NodeProto =>
      Object.assign(node(name, input, [output]), { domain });
    const built = inMemory({ nodes: [call("f30", ["x", "w"], "y")], initializers: [zeros("w", "float32", [8, 8])] });
    for (let level = 1; level <= 30; level++) {
      const constant = node("Constant", [], ["c"], [tensorAttribute("value", zeros("", "float32", [8, 8]))]);
      const more = [
        constant,
        node("Add", ["b", "c"], ["d"]),
        call(`f${level - 1}`, ["a", "b"], "e"),
        call(`f${level - 1}`, ["a", "d"], "r"),
      ];
      const body = { name: `f${level}`, domain, input: ["a", "b"], output: ["r"], node: more };
      built.proto.functions.push(create(FunctionProto, body));
    }
    expect(readGraphFacts(built).format).toBe("fp32");
  });

  it("does not let two integer activations hide the integer weights", () => {
    const attention = node("MatMulInteger", ["q", "k"], ["scores"]);
    const { nodes, initializers } = dynamic("w", "int8");
    expect(facts([attention, ...nodes], initializers).format).toBe("int8");
  });

  it("takes the larger part where float16 and float32 weights are mixed", () => {
    const nodes = [matMul("a"), matMul("b")];
    expect(facts(nodes, [zeros("a", "float16", [64, 64]), zeros("b", "float32", [64, 32])]).format).toBe("fp16");
    expect(facts(nodes, [zeros("a", "float16", [64, 32]), zeros("b", "float32", [64, 64])]).format).toBe("fp32");
  });

  it.each([
    ["int4", "int4", "float32"],
    ["int4f16", "uint4", "float16"],
    ["w8", "int8", "float32"],
  ] as const)("is %s for %s weights that DequantizeLinear unpacks", (format, type, scale) => {
    const dequantize = node("DequantizeLinear", ["w", "s"], ["wf"], [int("block_size", 16)]);
    const read = facts([dequantize, matMul("wf")], [zeros("w", type, [64, 32]), zeros("s", scale, [4, 32])]);
    expect(read).toMatchObject({ format, blockSize: 16, symmetric: true, quantizedShare: 1, parameters: 2048 });
  });

  it("reads the weights of branches and of Constant nodes without a name", () => {
    const { nodes, initializers } = dynamic("w", "uint8");
    const constant = node("Constant", [], ["w_Q"], [tensorAttribute("value", zeros("", "uint8", [64, 32]))]);
    const branch = graph({ nodes: [constant, ...nodes], initializers: initializers.slice(1) });
    const read = facts([node("If", ["c"], ["y"], [graphAttribute("then_branch", branch)])], []);
    expect(read).toMatchObject({ format: "uint8", parameters: 2048, quantizedShare: 1 });
  });

  it("takes bfloat16 for storage of float32: it is computed in float32 behind a Cast", () => {
    expect(facts([matMul("w")], [zeros("w", "bfloat16", [64, 32])])).toMatchObject({
      format: "fp32",
      bitsPerWeight: 16,
    });
  });

  it("refuses float64 weights by name instead of calling them something else", () => {
    expect(() => facts([matMul("w")], [zeros("w", "float64", [64, 32])])).toThrow(
      expect.objectContaining({
        code: "FORMAT_UNSUPPORTED",
        message: expect.stringContaining("built.onnx stores its weights as float64") as string,
      }),
    );
  });
});

describe("readGraphFacts: block operators", () => {
  it("reads block size, symmetry and accuracy level", () => {
    const weight = matMulNBits("w", { blockSize: 16, symmetric: false, accuracyLevel: 4 });
    expect(facts(...join(weight))).toMatchObject({ blockSize: 16, symmetric: false, accuracyLevel: 4 });
    expect(facts(...join(matMulNBits("w")))).toMatchObject({ blockSize: 32, symmetric: true, accuracyLevel: 0 });
    expect(facts(...join(bnb4("w", 1)))).toMatchObject({ blockSize: 64, symmetric: null, accuracyLevel: null });
  });

  it("takes zero points that are left out by an empty name for none", () => {
    const { nodes, initializers } = matMulNBits("w");
    nodes[0]!.input.push("", "", "bias");
    expect(facts(nodes, [...initializers, zeros("bias", "float32", [32])]).symmetric).toBe(true);
  });

  it("gives no block size and no level where nodes differ, and asymmetric where one is", () => {
    const read = facts(
      ...join(matMulNBits("a", { blockSize: 16, accuracyLevel: 4, symmetric: false }), matMulNBits("b")),
    );
    expect(read).toMatchObject({ blockSize: null, accuracyLevel: null, symmetric: false });
  });

  it("gives none of them for a float model", () => {
    const read = facts([matMul("w")], [zeros("w", "float32", [64, 32])]);
    expect(read).toMatchObject({ blockSize: null, symmetric: null, accuracyLevel: null, dynamicQuantization: false });
  });

  it("tells dynamic quantization", () => {
    expect(facts(...join(dynamic("w", "int8"))).dynamicQuantization).toBe(true);
    expect(facts(...join(matMulNBits("w"))).dynamicQuantization).toBe(false);
  });
});

describe("readGraphFacts: parameters and bits per weight", () => {
  // Each by hand: (bytes of codes + scales + zero points) * 8 / parameters.
  it.each([
    ["float32", facts([matMul("w")], [zeros("w", "float32", [64, 32])]), 2048, 32, 0],
    ["4 bits, blocks of 32, float32 scales: 4 + 32/32", facts(...join(matMulNBits("w"))), 2048, 5, 1],
    ["4 bits, float16 scales: 4 + 16/32", facts(...join(matMulNBits("w", { float16: true }))), 2048, 4.5, 1],
    // Two blocks a row: two nibbles of zero points, one byte for 64 weights.
    ["4 bits with zero points: 5 + 8/64", facts(...join(matMulNBits("w", { symmetric: false }))), 2048, 5.125, 1],
    ["8 bits: 8 + 32/32", facts(...join(matMulNBits("w", { bits: 8 }))), 2048, 9, 1],
    // 70 columns fill 3 blocks of 32: 96 codes and 3 scales for 70 weights.
    ["a tail: 3 * (16 + 4) bytes for 70", facts(...join(matMulNBits("w", { K: 70 }))), 2240, (3 * 20 * 8) / 70, 1],
    ["NF4, blocks of 64: 4 + 32/64", facts(...join(bnb4("w", 1))), 2048, 4.5, 1],
    ["int8 per tensor: 8 + (4 + 1) bytes", facts(...join(dynamic("w", "int8"))), 2048, 8 + (5 * 8) / 2048, 1],
    [
      "int8 per column: 8 + 32 * (4 + 1) bytes",
      facts(...join(dynamic("w", "int8", 32))),
      2048,
      8 + (160 * 8) / 2048,
      1,
    ],
    [
      "int8 and as much float32",
      facts(
        ...join(matMulNBits("w", { bits: 8 }), {
          nodes: [matMul("v")],
          initializers: [zeros("v", "float32", [64, 32])],
        }),
      ),
      4096,
      20.5,
      0.5,
    ],
  ])("%s", (_, read, parameters, bits, share) => {
    expect(read).toMatchObject({ parameters, quantizedShare: share });
    expect(read.bitsPerWeight).toBeCloseTo(bits, 10);
  });

  it("counts long rows of scales as scales, not as parameters", () => {
    const read = facts(...join(dynamic("w", "int8", 32), matMulNBits("v", { K: 256, N: 64 })));
    expect(read.parameters).toBe(2048 + 256 * 64);
  });

  it("counts a table in blocks by its values, two in a byte", () => {
    const gather = contrib("GatherBlockQuantized", ["t", "ids", "s"], ["y"], { bits: 4, block_size: 32 });
    const read = facts([gather], [zeros("t", "uint8", [100, 16]), zeros("s", "float32", [100, 1])]);
    expect(read).toMatchObject({ parameters: 3200, bitsPerWeight: 5, quantizedShare: 1 });
  });

  it("counts a table that is looked up as integers and dequantized after that", () => {
    const nodes = [node("Gather", ["t", "ids"], ["rows"]), node("DequantizeLinear", ["rows", "s", "z"], ["y"])];
    const tensors = [zeros("t", "uint8", [100, 32]), zeros("s", "float32", []), zeros("z", "uint8", [])];
    const read = facts([...nodes, ...dynamic("w", "uint8").nodes], [...tensors, ...dynamic("w", "uint8").initializers]);
    expect(read).toMatchObject({ format: "uint8", parameters: 3200 + 2048, quantizedShare: 1 });
  });

  it("counts a weight that two nodes share once", () => {
    const { nodes, initializers } = matMulNBits("w");
    expect(facts([...nodes, ...nodes], initializers)).toMatchObject({ parameters: 2048, bitsPerWeight: 5 });
  });

  it("does not count masks, indices and shapes", () => {
    const extra = [
      zeros("mask", "bool", [1, 1, 512, 512]),
      zeros("ids", "int64", [512]),
      zeros("shape", "float32", [4]),
    ];
    expect(facts([matMul("w")], [zeros("w", "float32", [64, 32]), ...extra])).toMatchObject({
      parameters: 2048,
      bitsPerWeight: 32,
    });
  });

  it("does not count unnamed constants beside a node that leaves an input out", () => {
    const { nodes, initializers } = matMulNBits("w");
    nodes[0]!.input.push("", "", "bias");
    const constant = node("Constant", [], ["m"], [tensorAttribute("value", zeros("", "bool", [1, 1, 512, 512]))]);
    expect(facts([...nodes, constant], initializers)).toMatchObject({ parameters: 2048, bitsPerWeight: 5 });
  });

  it("does not count the cosines and sines of the positions", () => {
    const inputs = ["q", "k", "v", "pk", "pv", "len", "total", "cos", "sin"];
    const tables = [zeros("cos", "float32", [4096, 8]), zeros("sin", "float32", [4096, 8])];
    const nodes = [
      contrib("GroupQueryAttention", inputs, ["y"]),
      contrib("RotaryEmbedding", ["x", "p", "cos", "sin"], ["z"]),
    ];
    expect(facts([...nodes, matMul("w")], [...tables, zeros("w", "float32", [64, 32])]).parameters).toBe(2048);
  });

  it("says 0 bits of 0 parameters for a graph without weights", () => {
    expect(facts([node("Relu", ["x"], ["y"])], [])).toMatchObject({
      format: "fp32",
      parameters: 0,
      bitsPerWeight: 0,
      quantizedShare: 0,
    });
  });

  it("refuses a weight with an impossible shape, by name", () => {
    const broken = zeros("w", "float32", [8, 8]);
    broken.dims = [-1n, 8n];
    expect(() => facts([matMul("w")], [broken])).toThrow(expect.objectContaining({ code: "MODEL_CORRUPT" }));
  });

  it("counts what a real export holds", () => {
    const read = readGraphFacts(readModel("test/fixtures/zoo/llama/onnx/model.onnx"));
    // By its config: embedding and head of 1000 x 64; per layer q and o, k and v, gate, up and down. All norms are ones here,
    // which the export stores once.
    const layer = 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 160;
    const parameters = 2 * 1000 * 64 + 2 * layer + 64;
    expect(read).toMatchObject({ format: "fp32", parameters, bitsPerWeight: 32, quantizedShare: 0, opset: 18 });
  });
});

describe("readGraphFacts: operators and opset", () => {
  it("counts operators, those of branches included", () => {
    const branch = graph({ nodes: [matMul("w"), node("Relu", ["a"], ["b"])] });
    const read = facts([matMul("w"), node("If", ["c"], ["y"], [graphAttribute("then_branch", branch)])], []);
    expect(read.operators).toEqual({ MatMul: 2, If: 1, Relu: 1 });
  });

  it("reads the opset of ONNX's own domain", () => {
    const built = inMemory({ nodes: [node("Relu", ["x"], ["y"])] });
    expect(readGraphFacts(built).opset).toBe(18);
    built.proto.opsetImport[0]!.domain = "com.microsoft";
    expect(readGraphFacts(built).opset).toBeNull();
  });
});
