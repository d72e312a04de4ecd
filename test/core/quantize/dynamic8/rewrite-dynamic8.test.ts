import { describe, expect, it } from "vitest";
import type { ModelProto, NodeProto } from "#core/onnx/proto/onnx.ts";
import { type Dynamic8Settings, rewriteDynamic8 } from "#core/quantize/dynamic8/rewrite-dynamic8.ts";
import {
  floats,
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
} from "../../onnx/build-model.ts";

const SETTINGS: Dynamic8Settings = {
  type: "int8",
  perChannel: false,
  reduceRange: false,
  tiedHead: true,
  exclude: [],
};

function rewrite(proto: ModelProto, settings: Partial<Dynamic8Settings> = {}) {
  return rewriteDynamic8({ path: "model.onnx", proto, graph: proto.graph! }, { ...SETTINGS, ...settings });
}
const lines = (nodes: readonly NodeProto[]): string[] =>
  nodes.map(({ opType, input, output }) => `${opType}(${input.join()}) ${output.join()}`);
const nodesOf = ({ graph: g }: ModelProto): string[] => lines(g!.node);
const initializers = ({ graph: g }: ModelProto): string[] =>
  g!.initializer.map(({ name, dataType, dims }) => `${name} ${dataType} [${dims.join()}]`);

const PRODUCT = [
  "DynamicQuantizeLinear(x) x_quantized,x_scale,x_zero_point",
  "MatMulInteger(x_quantized,w_quantized,x_zero_point,w_zero_point) y_output_quantized",
  "Cast(y_output_quantized) y_output_quantized_cast_output",
  "Mul(x_scale,w_scale) /y_quant_scales_mul:0",
  "Mul(y_output_quantized_cast_output,/y_quant_scales_mul:0) y",
];

const tied = () =>
  model({
    nodes: [
      node("Gather", ["e", "ids"], ["h"]),
      node("Relu", ["h"], ["x"]),
      node("Transpose", ["e"], ["et"], [ints("perm", [1, 0])]),
      node("MatMul", ["x", "et"], ["logits"]),
    ],
    initializers: [floats("e", [50, 32])],
    inputs: [value("ids")],
    outputs: [value("logits")],
    values: [value("et"), value("h")],
  });

describe("rewriteDynamic8", () => {
  it("names nodes and tensors as ONNX Runtime's tool does", () => {
    const proto = model({
      nodes: [node("MatMul", ["x", "w"], ["y"])],
      initializers: [floats("w", [8, 3])],
      inputs: [value("x")],
    });
    const { quantized } = rewrite(proto);
    expect(nodesOf(proto)).toEqual(PRODUCT);
    expect(proto.graph!.node.map(({ name }) => name)).toEqual([
      "x_QuantizeLinear",
      "/y_quant",
      "y_output_quantized_cast",
      "/y_quant_scales_mul",
      "/y_quant_output_scale_mul",
    ]);
    expect(initializers(proto)).toEqual(["w_scale 1 []", "w_zero_point 3 []", "w_quantized 3 [8,3]"]);
    expect(quantized).toEqual([{ name: "w", nodes: ["/y"], K: 8, N: 3, bits: 8 }]);
  });

  it("gives each output feature a scale per channel, but not stacked matrices", () => {
    const nodes = [node("MatMul", ["x", "w"], ["y"]), node("MatMul", ["y", "v"], ["z"])];
    const proto = model({ nodes, initializers: [floats("w", [8, 3]), floats("v", [2, 3, 4])], inputs: [value("x")] });
    rewrite(proto, { perChannel: true, type: "uint8" });
    expect(initializers(proto).slice(0, 4)).toEqual([
      "w_scale 1 [3]",
      "w_zero_point 2 [3]",
      "w_quantized 2 [8,3]",
      "v_scale 1 []",
    ]);
  });

  it("quantizes an activation once for all its readers", () => {
    const nodes = [node("MatMul", ["x", "w"], ["y"]), node("MatMul", ["x", "v"], ["z"])];
    const proto = model({ nodes, initializers: [floats("w", [8, 3]), floats("v", [8, 4])], inputs: [value("x")] });
    rewrite(proto);
    expect(nodesOf(proto).filter((line) => line.startsWith("DynamicQuantizeLinear"))).toHaveLength(1);
  });

  it("takes Gemm apart and turns its weight", () => {
    const gemm = node("Gemm", ["x", "w", "b"], ["y"], [int("transB", 1)]);
    const proto = model({ nodes: [gemm], initializers: [floats("w", [3, 8]), floats("b", [3])], inputs: [value("x")] });
    rewrite(proto);
    expect(nodesOf(proto).at(-1)).toBe("Add(y_MatMul,b) y");
    expect(proto.graph!.node.map(({ name }) => name)).toContain("/y_MatMul_quant");
    expect(initializers(proto)).toContain("w_quantized 3 [8,3]");
  });

  it("stores a table as uint8 and makes floats of its rows where they are read", () => {
    const nodes = [node("Gather", ["e", "ids"], ["h"]), node("Relu", ["h"], ["a"]), node("Neg", ["h"], ["b"])];
    const proto = model({ nodes, initializers: [floats("e", [50, 32])], inputs: [value("ids")] });
    rewrite(proto);
    expect(nodesOf(proto)).toEqual([
      "Gather(e_quantized,ids) h_quantized",
      "DequantizeLinear(h_quantized,e_scale,e_zero_point) h",
      "Relu(h) a",
      "Neg(h) b",
    ]);
    expect(initializers(proto)).toEqual(["e_scale 1 []", "e_zero_point 2 []", "e_quantized 2 [50,32]"]);
  });

  it("multiplies a table's rows without a detour", () => {
    const nodes = [node("Gather", ["e", "ids"], ["h"]), node("MatMul", ["h", "w"], ["y"])];
    const proto = model({ nodes, initializers: [floats("e", [50, 8]), floats("w", [8, 3])], inputs: [value("ids")] });
    rewrite(proto);
    expect(nodesOf(proto)[1]).toMatch(/^MatMulInteger\(h_quantized,w_quantized,e_zero_point,w_zero_point\)/);
  });

  it("lets a tied head share the table's codes", () => {
    const proto = tied();
    const { quantized, skipped } = rewrite(proto);
    expect(nodesOf(proto)).toContain("Transpose(e_quantized) et_quantized");
    expect(nodesOf(proto).some((line) => line.startsWith("MatMulInteger(x_quantized,et_quantized"))).toBe(true);
    expect(initializers(proto)).toEqual(["e_scale 1 []", "e_zero_point 2 []", "e_quantized 2 [50,32]"]);
    expect(quantized).toEqual([{ name: "e", nodes: ["/h", "/logits"], K: 32, N: 50, bits: 8 }]);
    expect(skipped).toEqual([]);
    expect(proto.graph!.valueInfo.map(({ name }) => name)).toEqual(["h"]);
  });

  it("leaves a tied head to float as the tool does, when asked", () => {
    const proto = tied();
    const { skipped } = rewrite(proto, { tiedHead: false });
    expect(nodesOf(proto).slice(-3)).toEqual([
      "Transpose(e_quantized) et_quantized",
      "DequantizeLinear(et_quantized,e_scale,e_zero_point) et",
      "MatMul(x,et) logits",
    ]);
    expect(skipped).toEqual([{ node: "/logits", weight: "e", reason: "its weight is the transposed embedding" }]);
  });

  it("shares the codes of a table that is the transposed head, as onnxruntime-genai ties them", () => {
    const nodes = [
      node("Transpose", ["w"], ["wt"], [ints("perm", [1, 0])]),
      node("Gather", ["wt", "ids"], ["h"]),
      node("Relu", ["h"], ["x"]),
      node("MatMul", ["x", "w"], ["logits"]),
    ];
    const proto = model({ nodes, initializers: [floats("w", [32, 50])], inputs: [value("ids")] });
    rewrite(proto);
    expect(initializers(proto)).toEqual(["w_scale 1 []", "w_zero_point 2 []", "w_quantized 2 [32,50]"]);
    expect(nodesOf(proto)[0]).toBe("Transpose(w_quantized) w_transposed_quantized");
  });

  it("quantizes a weight behind a Transpose that is no table, and one in a Constant node", () => {
    const nodes = [
      node("Transpose", ["w"], ["wt"], [ints("perm", [1, 0])]),
      node("Constant", [], ["c"], [tensorAttribute("value", floats("", [8, 3]))]),
      node("MatMul", ["x", "wt"], ["y"]),
      node("MatMul", ["x", "c"], ["z"]),
    ];
    const proto = model({ nodes, initializers: [floats("w", [3, 8])], inputs: [value("x")] });
    rewrite(proto);
    expect(initializers(proto)).toContain("w_quantized 3 [8,3]");
    expect(initializers(proto)).toContain("c_quantized 3 [8,3]");
    expect(nodesOf(proto).some((line) => /^(Transpose|Constant)/.test(line))).toBe(false);
  });

  it("leaves what the recipe excludes, by the names in the source", () => {
    const nodes = [
      node("Gemm", ["x", "w"], ["y"]),
      node("Gather", ["e", "ids"], ["h"]),
      node("MatMul", ["x", "v"], ["z"]),
    ];
    const initializer = [floats("w", [8, 3]), floats("e", [50, 8]), floats("v", [8, 3])];
    const proto = model({ nodes, initializers: initializer, inputs: [value("x"), value("ids")] });
    const { skipped, quantized } = rewrite(proto, { exclude: ["/y", "e"] });
    expect(nodesOf(proto).slice(0, 2)).toEqual(["Gemm(x,w) y", "Gather(e,ids) h"]);
    expect(skipped.map(({ node: name, reason }) => `${name} ${reason}`)).toEqual([
      "/y excluded by the recipe",
      "/h excluded by the recipe",
    ]);
    expect(quantized.map(({ name }) => name)).toEqual(["v"]);
  });

  it("keeps the float weight for an excluded node beside the codes for another", () => {
    const nodes = [node("MatMul", ["x", "w"], ["y"]), node("MatMul", ["x", "w"], ["z"])];
    const proto = model({ nodes, initializers: [floats("w", [8, 3])], inputs: [value("x")] });
    rewrite(proto, { exclude: ["/z"] });
    expect(nodesOf(proto).at(-1)).toBe("MatMul(x,w) z");
    expect(initializers(proto)).toContain("w 1 [8,3]");
  });

  it("keeps the head float when the table is the only thing quantized", () => {
    const proto = tied();
    rewrite(proto, { exclude: ["/logits"] });
    expect(nodesOf(proto).slice(-2)).toEqual(["Transpose(e) et", "MatMul(x,et) logits"]);
  });

  it("makes floats of a weight that another operator reads", () => {
    const nodes = [node("MatMul", ["x", "w"], ["y"]), node("Relu", ["w"], ["z"])];
    const proto = model({ nodes, initializers: [floats("w", [8, 3])], inputs: [value("x")] });
    rewrite(proto);
    expect(nodesOf(proto)[0]).toBe("DequantizeLinear(w_quantized,w_scale,w_zero_point) w");
    expect(initializers(proto)).not.toContain("w 1 [8,3]");
  });

  it("rewrites branches, with their weights in the main graph", () => {
    const branch = graph({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [], outputs: [value("y")] });
    const nodes = [node("Relu", ["in"], ["x"]), node("If", ["c"], ["z"], [graphAttribute("then_branch", branch)])];
    const proto = model({ nodes, initializers: [floats("w", [8, 3])], inputs: [value("in"), value("c")] });
    rewrite(proto);
    expect(nodesOf(proto)).toEqual(["Relu(in) x", PRODUCT[0], "If(c) z"]);
    expect(lines(branch.node)).toEqual(PRODUCT.slice(1));
  });

  it("makes floats of a table's rows before a branch reads them", () => {
    const branch = graph({ nodes: [node("Relu", ["h"], ["y"])], outputs: [value("y")] });
    const nodes = [
      node("Gather", ["e", "ids"], ["h"]),
      node("If", ["c"], ["z"], [graphAttribute("then_branch", branch)]),
    ];
    const proto = model({ nodes, initializers: [floats("e", [50, 8])], inputs: [value("ids"), value("c")] });
    rewrite(proto);
    expect(nodesOf(proto)[1]).toBe("DequantizeLinear(h_quantized,e_scale,e_zero_point) h");
  });

  it("avoids names that the model has already, and keeps what else a node carries", () => {
    const matmul = Object.assign(node("MatMul", ["x", "w"], ["y"]), { docString: "why" });
    matmul.unknownFields = [unknownField(9, Uint8Array.of(7))];
    const proto = model({
      nodes: [matmul, Object.assign(node("Relu", ["y"], ["w_scale"]), { name: "/y_quant" })],
      initializers: [floats("w", [8, 3])],
      inputs: [value("x")],
    });
    rewrite(proto);
    expect(proto.graph!.node[1]).toMatchObject({
      name: "/y_quant_1",
      docString: "why",
      unknownFields: [unknownField(9, Uint8Array.of(7))],
    });
    expect(initializers(proto)[0]).toBe("w_scale_1 1 []");
  });

  it("reports operators that it leaves alone", () => {
    const conv = node("Conv", ["x", "k"], ["y"]);
    const gemm = node("Gemm", ["x", "w"], ["z"], [int("transA", 1)]);
    const proto = model({ nodes: [conv, gemm], initializers: [floats("k", [4, 4, 3]), floats("w", [8, 3])] });
    expect(rewrite(proto).skipped).toEqual([
      { node: "/y", weight: "k", reason: "Conv is left as it is" },
      { node: "/z", weight: "w", reason: "it is a Gemm that transposes its input" },
    ]);
  });

  it("leaves weights that are no float matrix", () => {
    const nodes = [node("MatMul", ["x", "w"], ["y"]), node("MatMul", ["x", "v"], ["z"])];
    const double = rawTensor("v", 11, [1, 1], new Uint8Array(8));
    const proto = model({ nodes, initializers: [floats("w", [8]), double], inputs: [value("x")] });
    expect(rewrite(proto).skipped.map(({ reason }) => reason)).toEqual([
      "its weight has the shape [8]",
      "its weight is float64",
    ]);
  });

  it("refuses an opset without the operators, and a pattern that matches nothing", () => {
    const proto = model({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [floats("w", [8, 3])] });
    expect(() => rewrite(proto, { exclude: ["nothing"] })).toThrow(/"nothing" is the name of no weight/);
    proto.opsetImport[0]!.version = 9n;
    expect(() => rewrite(proto)).toThrow(/opset 9; dynamic quantization needs 11/);
  });
});
