import { describe, expect, it } from "vitest";
import { allGraphs, allTensors, subgraphs } from "#core/onnx/walk.ts";
import { floats, graph, graphAttribute, model, node, tensorAttribute } from "./build-model.ts";

const inner = graph({
  nodes: [node("Constant", [], ["c"], [tensorAttribute("value", floats("deep", [1]))])],
  initializers: [floats("branch", [1])],
});
const choice = node(
  "If",
  ["x"],
  ["y"],
  [graphAttribute("then_branch", inner), graphAttribute("else_branch", graph({ nodes: [] }))],
);
const proto = model({ nodes: [choice], initializers: [floats("outer", [1])] });

describe("allTensors", () => {
  it("finds initializers and attributes at any depth", () => {
    expect(Array.from(allTensors(proto), ({ name }) => name)).toEqual(["outer", "branch", "deep"]);
  });
});

describe("allGraphs", () => {
  it("lists the outer graph first", () => {
    expect([...allGraphs(proto.graph!)]).toHaveLength(3);
    expect([...allGraphs(proto.graph!)][0]).toBe(proto.graph);
  });
});

describe("subgraphs", () => {
  it("is empty for a plain node", () => {
    expect(subgraphs(node("Add", [], ["y"]))).toEqual([]);
    expect(subgraphs(choice)).toHaveLength(2);
  });
});
