import { describe, expect, it } from "vitest";
import type { ModelProto } from "#core/onnx/proto/onnx.ts";
import { findMatMulTargets } from "#core/quantize/graph/matmul-targets.ts";
import { rewriteMatMulNBits } from "#core/quantize/blocks/rewrite-matmulnbits.ts";
import { floats, graph, graphAttribute, ints, model, node, value, unknownField } from "../../onnx/build-model.ts";

const SETTINGS = { bits: 4, blockSize: 32, symmetric: true, accuracyLevel: 0 } as const;

function rewrite(proto: ModelProto, settings: Partial<Parameters<typeof rewriteMatMulNBits>[2]> = {}) {
  const onnx = { path: "model.onnx", proto, graph: proto.graph! };
  return rewriteMatMulNBits(onnx, findMatMulTargets(onnx.graph).targets, { ...SETTINGS, ...settings });
}

const initializers = ({ graph: g }: ModelProto): string[] =>
  g!.initializer.map(({ name, dims }) => `${name} [${dims.join(", ")}]`);

describe("rewriteMatMulNBits", () => {
  it("names node and tensors as ONNX Runtime's tool does", () => {
    const proto = model({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [floats("w", [100, 3])] });
    rewrite(proto, { symmetric: false });
    expect(proto.graph!.node[0]).toMatchObject({
      opType: "MatMulNBits",
      domain: "com.microsoft",
      name: "/y_Q4",
      input: ["x", "w_Q4", "w_scales", "w_zero_points"],
      output: ["y"],
    });
    expect(initializers(proto)).toEqual(["w_Q4 [3, 4, 16]", "w_scales [3, 4]", "w_zero_points [3, 2]"]);
    expect(proto.opsetImport.map(({ domain }) => domain)).toEqual(["", "com.microsoft"]);
  });

  it.each(["rtn", "k_quant"] as const)("names the tensors of %s as neural-compressor does", (algorithm) => {
    const proto = model({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [floats("w", [100, 3])] });
    rewrite(proto, { symmetric: false, algorithm });
    expect(proto.graph!.node[0]).toMatchObject({ name: "/y_Q4", input: ["x", "w_Q4G32", "w_scale", "w_zp"] });
  });

  it("writes the attributes in the tool's order, accuracy_level only when it is set", () => {
    const attributes = (accuracyLevel: number): string[] => {
      const proto = model({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [floats("w", [64, 8])] });
      rewrite(proto, { accuracyLevel });
      return proto.graph!.node[0]!.attribute.map(({ name, i }) => `${name} ${i}`);
    };
    expect(attributes(0)).toEqual(["K 64", "N 8", "bits 4", "block_size 32"]);
    expect(attributes(4)).toEqual(["K 64", "N 8", "accuracy_level 4", "bits 4", "block_size 32"]);
  });

  it("quantizes a tied head and keeps the embedding; the Transpose goes", () => {
    const proto = model({
      nodes: [
        node("Gather", ["e", "ids"], ["h"]),
        node("Transpose", ["e"], ["et"], [ints("perm", [1, 0])]),
        node("MatMul", ["h", "et"], ["logits"]),
      ],
      initializers: [floats("e", [50, 32])],
      values: [value("et")],
    });
    rewrite(proto);
    expect(proto.graph!.node.map(({ opType }) => opType)).toEqual(["Gather", "MatMulNBits"]);
    expect(initializers(proto)).toEqual(["e [50, 32]", "e_Q4 [50, 1, 16]", "e_scales [50, 1]"]);
    expect(proto.graph!.valueInfo).toEqual([]);
  });

  it("keeps a Transpose that somebody else reads", () => {
    const proto = model({
      nodes: [node("Transpose", ["e"], ["et"]), node("MatMul", ["h", "et"], ["y"]), node("Add", ["et", "b"], ["z"])],
      initializers: [floats("e", [50, 32])],
    });
    rewrite(proto);
    expect(proto.graph!.node.map(({ opType }) => opType)).toEqual(["Transpose", "MatMulNBits", "Add"]);
  });

  it("makes one set for two nodes on one weight, two where one sees the transpose", () => {
    const nodes = [
      node("MatMul", ["a", "w"], ["y"]),
      node("MatMul", ["b", "w"], ["z"]),
      node("Transpose", ["w"], ["wt"]),
      node("MatMul", ["c", "wt"], ["q"]),
    ];
    const proto = model({ nodes, initializers: [floats("w", [32, 16])] });
    const { jobs, quantized } = rewrite(proto);
    expect(jobs).toHaveLength(2);
    expect(quantized.map((tensor) => tensor.nodes)).toEqual([["/y", "/z"], ["/q"]]);
    expect(initializers(proto)).toEqual([
      "w_Q4 [16, 1, 16]",
      "w_scales [16, 1]",
      "w_Q4_1 [32, 1, 16]",
      "w_scales_1 [32, 1]",
    ]);
  });

  it("avoids names that the model has already", () => {
    const proto = model({
      nodes: [node("MatMul", ["w_Q4", "w"], ["y"]), Object.assign(node("Relu", ["y"], ["z"]), { name: "/y_Q4" })],
      initializers: [floats("w", [32, 16])],
      inputs: [value("w_Q4")],
    });
    rewrite(proto);
    expect(proto.graph!.node[0]).toMatchObject({ name: "/y_Q4_1", input: ["w_Q4", "w_Q4_1", "w_scales"] });
  });

  it("gives an unnamed node no name, and keeps what else it carries", () => {
    const matmul = Object.assign(node("MatMul", ["x", "w"], ["y"]), { name: "", docString: "why" });
    matmul.unknownFields = [unknownField(9, Uint8Array.of(7))];
    const proto = model({ nodes: [matmul], initializers: [floats("w", [32, 16])] });
    rewrite(proto);
    expect(proto.graph!.node[0]).toMatchObject({
      name: "",
      docString: "why",
      unknownFields: [unknownField(9, Uint8Array.of(7))],
    });
  });

  it("removes the graph input of a weight", () => {
    const proto = model({
      nodes: [node("MatMul", ["x", "w"], ["y"])],
      initializers: [floats("w", [32, 16])],
      inputs: [value("x"), value("w")],
    });
    rewrite(proto);
    expect(proto.graph!.input.map(({ name }) => name)).toEqual(["x"]);
  });

  it("serves nodes in branches from the main graph", () => {
    const branch = graph({ nodes: [node("MatMul", ["x", "v"], ["y"])], initializers: [floats("v", [32, 4])] });
    const proto = model({ nodes: [node("If", ["c"], ["z"], [graphAttribute("then_branch", branch)])] });
    rewrite(proto);
    expect(initializers(proto)).toEqual(["v_Q4 [4, 1, 16]", "v_scales [4, 1]"]);
    expect(branch.initializer).toEqual([]);
    expect(branch.node[0]?.opType).toBe("MatMulNBits");
  });
});
