import { describe, expect, it } from "vitest";
import { Scope } from "#core/quantize/graph/constants.ts";
import { floats, graph, int, ints, node, rawTensor, tensorAttribute } from "../../onnx/build-model.ts";

const table = floats("table", [4, 2]);
const half = rawTensor("half", 10, [1, 2], new Uint8Array(4));
const scope = new Scope(
  graph({
    initializers: [table, half],
    nodes: [
      node("Transpose", ["table"], ["t"], [ints("perm", [1, 0])]),
      node("Identity", ["t"], ["tt"]),
      node("Transpose", ["tt"], ["back"]),
      node("Cast", ["half"], ["wide"], [int("to", 1)]),
      node("Cast", ["half"], ["integer"], [int("to", 7)]),
      node("Constant", [], ["c"], [tensorAttribute("value", floats("", [2, 2]))]),
      node("Transpose", ["table"], ["three"], [ints("perm", [0, 2, 1])]),
      node("Add", ["table", "table"], ["sum"]),
      node("Identity", ["loop"], ["loop"]),
    ],
  }),
  null,
);

describe("Scope.constant", () => {
  it("finds an initializer by its name", () => {
    expect(scope.constant("table")).toMatchObject({ tensor: table, transposed: false, dataType: 1, chain: [] });
  });

  it("follows Transpose and Identity, and counts two transposes as none", () => {
    expect(scope.constant("tt")).toMatchObject({ name: "table", transposed: true });
    expect(scope.constant("tt")!.chain).toHaveLength(2);
    expect(scope.constant("back")).toMatchObject({ name: "table", transposed: false });
  });

  it("sees through a Cast of halves to float32", () => {
    expect(scope.constant("wide")).toMatchObject({ tensor: half, dataType: 1 });
  });

  it("names the tensor of a Constant node by its output", () => {
    expect(scope.constant("c")).toMatchObject({ name: "c" });
  });

  it("looks into the graph around", () => {
    expect(new Scope(graph({ nodes: [] }), scope).constant("t")).toMatchObject({ name: "table", transposed: true });
  });

  it.each(["sum", "integer", "three", "nowhere", "", "loop"])("finds none behind %j", (name) => {
    expect(scope.constant(name)).toBeNull();
  });
});
