import { describe, expect, it } from "vitest";
import { inDependencyOrder } from "#core/quantize/graph/node-order.ts";
import { graph, graphAttribute, node, value } from "../../onnx/build-model.ts";

const order = (nodes: ReturnType<typeof node>[]): string[] =>
  inDependencyOrder("m.onnx", nodes).map(({ name }) => name);

describe("inDependencyOrder", () => {
  it("leaves nodes that are in order as they are", () => {
    expect(order([node("A", ["x"], ["a"]), node("B", [], ["b"]), node("C", ["b", "a"], ["c"])])).toEqual([
      "/a",
      "/b",
      "/c",
    ]);
  });

  it("moves producers before their readers", () => {
    expect(order([node("C", ["b", "a"], ["c"]), node("B", ["a"], ["b"]), node("A", ["x"], ["a"])])).toEqual([
      "/a",
      "/b",
      "/c",
    ]);
  });

  it("sees what a branch reads, and that its own names are its own", () => {
    const branch = graph({ nodes: [node("D", ["a"], ["c"])], outputs: [value("c")] });
    const owner = node("If", ["x"], ["c"], [graphAttribute("then_branch", branch)]);
    expect(order([owner, node("A", ["x"], ["a"])])).toEqual(["/a", "/c"]);
  });

  it("orders a long chain in reverse", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => node("A", [`v${i}`], [`v${i + 1}`]));
    expect(order(chain.toReversed())).toEqual(chain.map(({ name }) => name));
  });

  it("refuses nodes that wait for each other", () => {
    expect(() => order([node("A", ["b"], ["a"]), node("B", ["a"], ["b"])])).toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT" }),
    );
    expect(() => order([node("A", ["a"], ["a"])])).toThrow(expect.objectContaining({ code: "MODEL_CORRUPT" }));
  });
});
