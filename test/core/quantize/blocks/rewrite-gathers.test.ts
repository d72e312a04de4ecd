import { describe, expect, it } from "vitest";
import type { ModelProto } from "#core/onnx/proto/onnx.ts";
import { findMatMulTargets } from "#core/quantize/graph/matmul-targets.ts";
import { rewriteMatMulNBits } from "#core/quantize/blocks/rewrite-matmulnbits.ts";
import { floats, int, model, node, rawTensor, value } from "../../onnx/build-model.ts";

const SETTINGS = { bits: 4, blockSize: 32, symmetric: true, accuracyLevel: 0 } as const;

function rewrite(proto: ModelProto, settings: Partial<Parameters<typeof rewriteMatMulNBits>[2]> = {}) {
  const onnx = { path: "model.onnx", proto, graph: proto.graph! };
  const { targets, gathers, skipped } = findMatMulTargets(onnx.graph, [], { embeddings: true });
  return { ...rewriteMatMulNBits(onnx, targets, { ...SETTINGS, ...settings }, gathers), skipped };
}
const initializers = ({ graph }: ModelProto): string[] =>
  graph!.initializer.map(({ name, dataType, dims }) => `${name} ${dataType} [${dims.join(", ")}]`);

const untied = (width = 32) =>
  model({ nodes: [node("Gather", ["e", "ids"], ["h"])], initializers: [floats("e", [50, width])] });
const tied = (width = 32) =>
  model({
    nodes: [
      node("Gather", ["e", "ids"], ["h"]),
      node("Transpose", ["e"], ["et"]),
      node("MatMul", ["h", "et"], ["logits"]),
    ],
    initializers: [floats("e", [50, width])],
  });

describe("rewriteGathers", () => {
  it("names node and tensors as ONNX Runtime's tool does, INT4 when symmetric", () => {
    const proto = untied(40);
    const { quantized } = rewrite(proto);
    expect(proto.graph!.node[0]).toMatchObject({
      opType: "GatherBlockQuantized",
      domain: "com.microsoft",
      name: "/h_Q4",
      input: ["e_Q4", "ids", "e_scales"],
      output: ["h"],
    });
    expect(proto.graph!.node[0]!.attribute.map(({ name, i }) => `${name} ${i}`)).toEqual([
      "block_size 32",
      "gather_axis 0",
      "quantize_axis 1",
    ]);
    expect(initializers(proto)).toEqual(["e_Q4 22 [50, 40]", "e_scales 1 [50, 2]"]);
    expect(quantized).toEqual([{ name: "e", nodes: ["/h"], K: 40, N: 50, bits: 4 }]);
  });

  it("writes UINT4 codes and zero points when asymmetric", () => {
    const proto = untied();
    rewrite(proto, { symmetric: false });
    expect(initializers(proto)).toEqual(["e_Q4 21 [50, 32]", "e_scales 1 [50, 1]", "e_zero_points 21 [50, 1]"]);
    expect(proto.graph!.node[0]!.input).toEqual(["e_Q4", "ids", "e_scales", "e_zero_points"]);
  });

  it("raises the IR version for 4-bit elements and leaves the opset alone", () => {
    const proto = untied();
    rewrite(proto);
    expect(proto.irVersion).toBe(10n);
    expect(proto.opsetImport.map(({ domain, version }) => `${domain} ${version}`)).toEqual([" 18", "com.microsoft 1"]);
  });

  it("keeps initializers of an old file constant: they leave the inputs", () => {
    const proto = model({
      nodes: [node("Gather", ["e", "ids"], ["h"]), node("Add", ["h", "b"], ["y"])],
      initializers: [floats("e", [50, 32]), floats("b", [32])],
      inputs: [value("ids"), value("e"), value("b")],
    });
    proto.irVersion = 3n;
    rewrite(proto);
    expect(proto.graph!.input.map(({ name }) => name)).toEqual(["ids"]);
  });

  it("writes 8-bit tables as UINT8 rows of exactly the table's width, with the bits", () => {
    const proto = untied(40);
    rewrite(proto, { bits: 8, symmetric: false });
    expect(initializers(proto)).toEqual(["e_Q8 2 [50, 40]", "e_scales 1 [50, 2]", "e_zero_points 2 [50, 2]"]);
    expect(proto.graph!.node[0]!.attribute[0]).toMatchObject({ name: "bits", i: 8n });
    expect(proto.irVersion).toBe(8n);
  });

  it("shares the head's bytes through a Reshape; the float table goes", () => {
    const proto = tied();
    const { jobs, quantized } = rewrite(proto, { symmetric: false });
    expect(jobs).toHaveLength(1);
    expect(quantized).toMatchObject([{ name: "e", nodes: ["/logits", "/h"] }]);
    expect(proto.graph!.node.map(({ opType, input }) => `${opType} ${input.join(" ")}`)).toEqual([
      "Reshape e_Q4 e_Q4_table_shape",
      "GatherBlockQuantized e_Q4_table ids e_scales e_zero_points",
      "MatMulNBits h e_Q4 e_scales e_zero_points",
    ]);
    const shape = proto.graph!.initializer.at(-1)!;
    expect([...new BigInt64Array(shape.rawData.slice().buffer)]).toEqual([50n, 16n]);
    expect(proto.graph!.node[1]!.attribute[0]).toMatchObject({ name: "bits", i: 4n });
  });

  it("shares them also where the head is stored and the embedding is its transpose", () => {
    const proto = model({
      nodes: [
        node("Transpose", ["w"], ["e"]),
        node("Gather", ["e", "ids"], ["h"]),
        node("MatMul", ["h", "w"], ["logits"]),
      ],
      initializers: [floats("w", [32, 50])],
    });
    expect(rewrite(proto).jobs).toHaveLength(1);
    expect(proto.graph!.node.map(({ opType }) => opType)).toEqual(["Reshape", "GatherBlockQuantized", "MatMulNBits"]);
  });

  it("makes a table of its own where the head's rows end inside a block", () => {
    const proto = tied(40);
    const { jobs } = rewrite(proto);
    expect(jobs).toHaveLength(2);
    expect(initializers(proto)).toEqual([
      "e_Q4 2 [50, 2, 16]",
      "e_scales 1 [50, 2]",
      "e_Q4_1 22 [50, 40]",
      "e_scales_1 1 [50, 2]",
    ]);
  });

  it("leaves what is no table of floats, and says why it leaves a lookup of columns", () => {
    const proto = model({
      nodes: [
        node("Gather", ["shape", "i"], ["a"]),
        node("Gather", ["vector", "i"], ["b"]),
        node("Gather", ["e", "i"], ["c"], [int("axis", 1)]),
        node("MatMul", ["x", "w"], ["y"]),
      ],
      initializers: [
        rawTensor("shape", 7, [2, 1], new Uint8Array(16)),
        floats("vector", [64]),
        floats("e", [50, 32]),
        floats("w", [32, 16]),
      ],
    });
    const { skipped } = rewrite(proto);
    expect(proto.graph!.node.map(({ opType }) => opType)).toEqual(["Gather", "Gather", "Gather", "MatMulNBits"]);
    expect(skipped).toEqual([{ node: "/c", weight: "e", reason: "it takes columns (axis 1), not rows" }]);
  });
});
