import { describe, expect, it } from "vitest";
import { removeUnused } from "#core/quantize/graph/remove-unused.ts";
import { floats, graph, graphAttribute, node, value } from "../../onnx/build-model.ts";

describe("removeUnused", () => {
  it("removes a chain of nodes without readers, with what only it read", () => {
    const chain = [node("Identity", ["w"], ["a"]), node("Transpose", ["a"], ["b"])];
    const g = graph({
      nodes: [...chain, node("Add", ["x", "v"], ["y"])],
      initializers: [floats("w", [2]), floats("v", [2])],
      values: [value("a"), value("y")],
    });
    removeUnused(g, new Set(chain), new Set());
    expect(g.node.map(({ opType }) => opType)).toEqual(["Add"]);
    expect(g.initializer.map(({ name }) => name)).toEqual(["v"]);
    expect(g.valueInfo.map(({ name }) => name)).toEqual(["y"]);
  });

  it("keeps nodes it was not given", () => {
    const g = graph({ nodes: [node("Identity", ["x"], ["nobody"])] });
    removeUnused(g, new Set(), new Set());
    expect(g.node).toHaveLength(1);
  });

  it("keeps what a subgraph or an output reads", () => {
    const inner = graph({ nodes: [node("Add", ["w", "x"], ["z"])] });
    const g = graph({
      nodes: [node("If", ["c"], ["y"], [graphAttribute("then_branch", inner)])],
      initializers: [floats("w", [1]), floats("o", [1])],
      outputs: [value("o")],
    });
    removeUnused(g, new Set(), new Set());
    expect(g.initializer.map(({ name }) => name)).toEqual(["w", "o"]);
  });

  it("removes the graph input of a replaced weight, and keeps one that a caller may feed", () => {
    const w = floats("w", [1]);
    const g = graph({
      nodes: [node("Relu", ["x"], ["y"])],
      initializers: [w, floats("fed", [1])],
      inputs: [value("x"), value("w"), value("fed")],
    });
    removeUnused(g, new Set(), new Set([w]));
    expect(g.input.map(({ name }) => name)).toEqual(["x", "fed"]);
    expect(g.initializer.map(({ name }) => name)).toEqual(["fed"]);
  });
});
