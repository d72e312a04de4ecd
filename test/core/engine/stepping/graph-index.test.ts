import { describe, expect, it } from "vitest";
import { GraphIndex } from "#core/engine/stepping/graph-index.ts";
import { float16ToFloat32 } from "#core/engine/tensors.ts";
import { floats, graph, graphAttribute, int, ints, node, rawTensor, tensorAttribute } from "../../onnx/build-model.ts";
import { inMemory, zeros } from "../../../helpers/onnx-builder.ts";

const int64s = (name: string, values: number[]) =>
  rawTensor(name, 7, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));

describe("GraphIndex", () => {
  it("knows who makes and who reads a value, subgraphs included", () => {
    const [relu, shape] = [node("Relu", ["x"], ["y"]), node("Shape", ["y"], ["s"])];
    const inner = graph({ nodes: [node("Neg", ["y"], ["n"])] });
    const branch = node("If", ["c"], ["z"], [graphAttribute("then_branch", inner)]);
    const index = new GraphIndex(inMemory({ nodes: [relu, shape, branch] }));
    expect(index.producer("y")).toBe(relu);
    expect(index.producer("x")).toBeUndefined();
    expect(index.consumers("y")).toEqual([shape, branch]);
    expect(index.onlyConsumer("y")).toBe(branch);
  });

  it("counts a node once that reads a value twice, and finds no only one among two", () => {
    const square = node("Mul", ["x", "x"], ["y"]);
    const index = new GraphIndex(inMemory({ nodes: [square, node("Relu", ["y"], ["a"]), node("Neg", ["y"], ["b"])] }));
    expect(index.onlyConsumer("x")).toBe(square);
    expect(index.onlyConsumer("y")).toBeNull();
    expect(index.onlyConsumer("a")).toBeNull();
  });

  it("reads small constants in every spelling", () => {
    const half = Uint16Array.of(0x3800);
    const index = new GraphIndex(
      inMemory({
        nodes: [
          node("Constant", [], ["tensor"], [tensorAttribute("value", floats("", [2], [1.5, -2]))]),
          node("Constant", [], ["one"], [int("value_int", 7)]),
          node("Constant", [], ["many"], [ints("value_ints", [1, 2])]),
          node("Identity", ["axes"], ["same"]),
          node("Cast", ["half"], ["wide"]),
        ],
        initializers: [
          int64s("axes", [-1, 2]),
          rawTensor("half", 10, [], new Uint8Array(half.buffer)),
          rawTensor("flag", 9, [1], Uint8Array.of(1)),
        ],
      }),
    );
    expect(index.constant("tensor")).toEqual({ dims: [2], values: [1.5, -2] });
    expect(index.scalar("one")).toBe(7);
    expect(index.constant("many")!.values).toEqual([1, 2]);
    expect(index.constant("same")).toEqual({ dims: [2], values: [-1, 2] });
    expect(index.scalar("wide")).toBe(float16ToFloat32(half)[0]);
    expect(index.scalar("flag")).toBe(1);
  });

  it("takes no weight and no computed value for a constant", () => {
    const index = new GraphIndex(
      inMemory({
        nodes: [node("Relu", ["w"], ["r"])],
        initializers: [zeros("w", "float32", [100]), zeros("q", "uint8", [2])],
      }),
    );
    expect(index.constant("w")).toBeNull();
    expect(index.constant("r")).toBeNull();
    expect(index.constant("q")).toBeNull();
    expect(index.scalar("nobody")).toBeNull();
  });
});
