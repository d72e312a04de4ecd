import { describe, expect, it } from "vitest";
import { dropUnread } from "#core/engine/stepping/drop-unread.ts";
import { floats, graph, graphAttribute, node, value } from "../../onnx/build-model.ts";

describe("dropUnread", () => {
  it("drops chains that reach no output, with their weights, and keeps the inputs", () => {
    const g = graph({
      nodes: [node("Add", ["x", "v"], ["y"]), node("Mul", ["u", "w"], ["a"]), node("Relu", ["a"], ["b"])],
      initializers: [floats("v", [1]), floats("w", [1])],
      inputs: [value("x"), value("u")],
      outputs: [value("y")],
    });
    dropUnread(g);
    expect(g.node.map(({ opType }) => opType)).toEqual(["Add"]);
    expect(g.initializer.map(({ name }) => name)).toEqual(["v"]);
    expect(g.input).toHaveLength(2);
  });

  it("keeps what a subgraph reads, and every output of a node that is read", () => {
    const inner = graph({ nodes: [node("Add", ["a", "w"], ["z"])], outputs: [value("z")] });
    const g = graph({
      nodes: [node("Split", ["x"], ["a", "b"]), node("If", ["c"], ["y"], [graphAttribute("then_branch", inner)])],
      initializers: [floats("w", [1])],
      outputs: [value("y")],
    });
    dropUnread(g);
    expect(g.node.map(({ output }) => output)).toEqual([["a", "b"], ["y"]]);
    expect(g.initializer).toHaveLength(1);
  });
});
