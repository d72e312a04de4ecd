import { describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import { findMatMulTargets } from "#core/quantize/graph/matmul-targets.ts";
import { floats, graph, graphAttribute, node, rawTensor, value } from "../../onnx/build-model.ts";

const zoo = (name: string) => readModel(`test/fixtures/zoo/${name}/onnx/model.onnx`).graph;

/** One MatMul of `x` with one weight. */
function single(weight: ReturnType<typeof floats>, inputDims?: number[]) {
  const inputs = inputDims ? [value("x", inputDims)] : [];
  return findMatMulTargets(graph({ nodes: [node("MatMul", ["x", "w"], ["y"])], initializers: [weight], inputs }));
}

describe("findMatMulTargets", () => {
  it.each([
    ["llama", 15, "KN"],
    ["phi3", 9, "KN"],
    ["qwen2", 15, "NK"],
    ["gpt2", 1, "NK"],
    ["opt", 9, "NK"],
  ])("finds the %s weights, %i of them, the head last", (name, count, layout) => {
    const { targets } = findMatMulTargets(zoo(name));
    expect(targets).toHaveLength(count);
    expect(targets.at(-1)).toMatchObject({ K: 64, N: 1000, weight: { transposed: layout === "NK" } });
  });

  it("leaves MatMuls of two activations and Gemms out", () => {
    const { targets, skipped } = findMatMulTargets(zoo("gpt2"));
    expect(targets.map(({ node: { opType } }) => opType)).toEqual(["MatMul"]);
    expect(skipped).toEqual([]);
  });

  it("finds weights of the outer graph in branches", () => {
    const branch = graph({ nodes: [node("MatMul", ["x", "w"], ["y"])] });
    const outer = graph({
      nodes: [node("If", ["c"], ["z"], [graphAttribute("then_branch", branch)])],
      initializers: [floats("w", [3, 5])],
    });
    expect(findMatMulTargets(outer).targets).toMatchObject([{ K: 3, N: 5, node: branch.node[0] }]);
  });

  it("takes leading axes of 1 when the input has as many axes", () => {
    expect(single(floats("w", [1, 4, 3]), [2, 5, 4]).targets).toMatchObject([{ K: 4, N: 3 }]);
  });

  it("skips leading axes of 1 when the input has fewer axes or does not say", () => {
    expect(single(floats("w", [1, 4, 3]), [5, 4]).skipped[0]?.reason).toContain("[1, 4, 3]");
    expect(single(floats("w", [1, 4, 3])).skipped).toHaveLength(1);
  });

  it.each([
    ["a stack of matrices", floats("w", [2, 4, 3]), "[2, 4, 3]"],
    ["a vector", floats("w", [4]), "[4]"],
    ["an empty matrix", floats("w", [0, 3]), "[0, 3]"],
    ["doubles", rawTensor("w", 11, [1, 1], new Uint8Array(8)), "float64"],
  ])("skips %s, with the reason", (_, weight, reason) => {
    const { targets, skipped } = single(weight, [2, 4]);
    expect(targets).toEqual([]);
    expect(skipped[0]?.reason).toContain(reason);
  });

  it("excludes by the node's or the weight's name", () => {
    const graphProto = zoo("qwen2");
    const { targets, skipped } = findMatMulTargets(graphProto, ["/lm_head/*", "onnx::MatMul_744"]);
    expect(targets).toHaveLength(13);
    expect(skipped.map(({ weight }) => weight)).toEqual(["onnx::MatMul_744", "model.embed_tokens.weight"]);
    expect(skipped[0]?.reason).toBe("excluded by the recipe");
  });

  it("refuses a pattern that matches nothing", () => {
    expect(() => findMatMulTargets(zoo("llama"), ["lm_head"])).toThrow(
      expect.objectContaining({ code: "SPEC_INVALID", message: expect.stringContaining('"lm_head"') as string }),
    );
  });
});
