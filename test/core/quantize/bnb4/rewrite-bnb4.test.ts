import { describe, expect, it } from "vitest";
import type { ModelProto } from "#core/onnx/proto/onnx.ts";
import { findMatMulTargets } from "#core/quantize/graph/matmul-targets.ts";
import { rewriteMatMulBnb4 } from "#core/quantize/bnb4/rewrite-bnb4.ts";
import { floats, model, node, rawTensor } from "../../onnx/build-model.ts";

const SPEC = { type: "nf4", blockSize: 64, doubleQuant: false } as const;

function rewrite(proto: ModelProto) {
  const onnx = { path: "model.onnx", proto, graph: proto.graph! };
  return rewriteMatMulBnb4(onnx, findMatMulTargets(onnx.graph).targets, SPEC);
}

describe("rewriteMatMulBnb4", () => {
  it("names node and tensors as ONNX Runtime's tool does; both tensors are flat", () => {
    const proto = model({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [floats("w", [33, 3])] });
    const { quantized } = rewrite(proto);
    const [matmul] = proto.graph!.node;
    expect(matmul).toMatchObject({
      opType: "MatMulBnb4",
      domain: "com.microsoft",
      name: "/y_Bnb4",
      input: ["x", "w_Bnb4", "w_absmax"],
      output: ["y"],
    });
    expect(matmul!.attribute.map(({ name, i }) => `${name} ${i}`)).toEqual([
      "K 33",
      "N 3",
      "block_size 64",
      "quant_type 1",
    ]);
    expect(proto.graph!.initializer.map(({ name, dims }) => `${name} [${dims.join(", ")}]`)).toEqual([
      "w_Bnb4 [50]",
      "w_absmax [2]",
    ]);
    expect(proto.opsetImport.map(({ domain }) => domain)).toEqual(["", "com.microsoft"]);
    expect(quantized).toEqual([{ name: "w", nodes: ["/y"], K: 33, N: 3, bits: 4 }]);
  });

  it("makes one pair for two nodes on one weight, and keeps an embedding that a tied head came from", () => {
    const nodes = [
      node("Gather", ["e", "ids"], ["h"]),
      node("Transpose", ["e"], ["et"]),
      node("MatMul", ["h", "et"], ["y"]),
      node("MatMul", ["g", "et"], ["z"]),
    ];
    const proto = model({ nodes, initializers: [floats("e", [50, 32])] });
    const { jobs } = rewrite(proto);
    expect(jobs).toHaveLength(1);
    expect(proto.graph!.initializer.map(({ name }) => name)).toEqual(["e", "e_Bnb4", "e_absmax"]);
    expect(proto.graph!.node.map(({ opType }) => opType)).toEqual(["Gather", "MatMulBnb4", "MatMulBnb4"]);
  });

  it("refuses a weight that the operator cannot count, before anything is changed", () => {
    const huge = rawTensor("head", 1, [2 ** 13, 2 ** 18], new Uint8Array());
    const proto = model({
      nodes: [node("MatMul", ["x", "w"], ["h"]), node("MatMul", ["h", "head"], ["y"])],
      initializers: [floats("w", [8, 8]), huge],
    });
    expect(() => rewrite(proto)).toThrow(
      expect.objectContaining({
        code: "SPEC_INVALID",
        message: expect.stringMatching(
          /"head" \[8192, 262144\] has 2147483648 weights.*fewer than 2147483648/,
        ) as string,
      }),
    );
    expect(proto.graph!.node[0]!.opType).toBe("MatMul");
  });
});
