import { describe, expect, it } from "vitest";
import { UniqueNames } from "#core/quantize/graph/unique-names.ts";
import { floats, graph, graphAttribute, node } from "../../onnx/build-model.ts";

describe("UniqueNames", () => {
  const inner = graph({ nodes: [node("Add", ["x"], ["deep"])], initializers: [floats("w", [1])] });
  const names = new UniqueNames(graph({ nodes: [node("If", ["c"], ["y"], [graphAttribute("then_branch", inner)])] }));

  it("gives the wanted name when it is free, once", () => {
    expect([names.value("free"), names.value("free"), names.value("free")]).toEqual(["free", "free_1", "free_2"]);
  });

  it("avoids values and nodes of subgraphs", () => {
    expect([names.value("w"), names.value("deep"), names.node("/deep")]).toEqual(["w_1", "deep_1", "/deep_1"]);
  });

  it("lets a node and a value share a name", () => {
    expect(names.node("y")).toBe("y");
  });
});
