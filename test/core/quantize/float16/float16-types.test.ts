import { describe, expect, it } from "vitest";
import { create } from "#core/onnx/proto/edit.ts";
import { FunctionProto } from "#core/onnx/proto/onnx.ts";
import { findValue, inferTypes, typedGraphs } from "#core/quantize/float16/float16-types.ts";
import { inMemory, contrib, tensorValue, zeros } from "../../../helpers/onnx-builder.ts";
import {
  graph,
  graphAttribute,
  type GraphParts,
  int,
  model,
  node,
  tensorAttribute,
  value,
} from "../../onnx/build-model.ts";

const [FLOAT, INT64, BOOL, HALF] = [1, 7, 9, 10];

/** Types of the named values in the main graph. */
function types(parts: GraphParts, ...names: string[]): (number | null | undefined)[] {
  const typed = inferTypes(inMemory(parts));
  return names.map((name) => findValue(typed, name)?.type);
}

describe("inferTypes", () => {
  it("follows inputs, tensors, attributes and operators", () => {
    const nodes = [
      node("Gather", ["e", "ids"], ["h"]),
      node("Shape", ["h"], ["s"]),
      node("Cast", ["s"], ["c"], [int("to", FLOAT)]),
      node("Equal", ["c", "c"], ["same"]),
      node("Where", ["same", "h", "h"], ["w"]),
      node("ConstantOfShape", ["s"], ["zero"]),
      node("TopK", ["w", "s"], ["best", "places"]),
      node("Constant", [], ["k"], [tensorAttribute("value", zeros("", "int64", [1]))]),
    ];
    const parts = { nodes, initializers: [zeros("e", "float32", [4, 4])], inputs: [tensorValue("ids", "int64", [])] };
    expect(types(parts, "h", "s", "c", "same", "w", "zero", "best", "places", "k")).toEqual([
      FLOAT,
      INT64,
      FLOAT,
      BOOL,
      FLOAT,
      FLOAT,
      FLOAT,
      INT64,
      INT64,
    ]);
  });

  it("knows the operators of com.microsoft", () => {
    const nodes = [
      contrib("GatherBlockQuantized", ["q", "ids", "scales"], ["h"]),
      contrib("GroupQueryAttention", ["h", "", "", "past", "past"], ["y", "present"]),
      contrib("GroupQueryAttention", ["h", "", "", "", ""], ["z", "fresh"]),
      contrib("SkipSimplifiedLayerNormalization", ["y", "h", "g"], ["n", "", "", "sum"]),
      contrib("MatMulNBits", ["n", "q", "scales"], ["l"]),
    ];
    const initializers = [zeros("q", "uint8", [1]), zeros("scales", "float16", [1])];
    const parts = { nodes, initializers, inputs: [tensorValue("past", "int8", [])] };
    expect(types(parts, "h", "y", "present", "fresh", "n", "sum", "l")).toEqual([
      HALF,
      HALF,
      3,
      HALF,
      HALF,
      HALF,
      HALF,
    ]);
  });

  it("takes bfloat16 for float32", () => {
    const parts = { nodes: [node("Neg", ["w"], ["y"])], initializers: [zeros("w", "bfloat16", [2])] };
    expect(types(parts, "w", "y")).toEqual([FLOAT, FLOAT]);
  });

  it("looks into branches and loop bodies, which see the outer values", () => {
    const branch = graph({ nodes: [node("Neg", ["x"], ["b"])], outputs: [value("b")] });
    const body = graph({
      nodes: [node("Identity", ["go"], ["on"]), node("Add", ["state", "x"], ["next"])],
      inputs: ["i", "go", "state"].map((name) => tensorValue(name, name === "state" ? "float32" : "int64", [])),
      outputs: [tensorValue("on", "bool", []), value("next")],
    });
    const nodes = [
      node("If", ["c"], ["y"], [graphAttribute("then_branch", branch)]),
      node("Loop", ["n", "c", "x"], ["z"], [graphAttribute("body", body)]),
    ];
    const inputs = [tensorValue("x", "float32", []), tensorValue("c", "bool", []), tensorValue("n", "int64", [])];
    const typed = inferTypes(inMemory({ nodes, inputs }));
    expect(["y", "z"].map((name) => findValue(typed, name)?.type)).toEqual([FLOAT, FLOAT]);
    expect([...typedGraphs(typed)]).toHaveLength(3);
  });

  it("asks a model-local function what it gives", () => {
    const body = { name: "Norm", domain: "local", input: ["a"], output: ["b", "n"] };
    const functions = [
      create(FunctionProto, { ...body, node: [node("Neg", ["a"], ["b"]), node("Shape", ["a"], ["n"])] }),
    ];
    const call = Object.assign(node("Norm", ["x"], ["y", "m"]), { domain: "local" });
    const proto = Object.assign(model({ nodes: [call], inputs: [tensorValue("x", "float32", [])] }), { functions });
    const typed = inferTypes(inMemory(proto));
    expect(["y", "m"].map((name) => findValue(typed, name)?.type)).toEqual([FLOAT, INT64]);
  });

  it("believes the file about an operator that nobody knows, and refuses one of which the file says nothing", () => {
    const odd = Object.assign(node("Odd", ["x"], ["y"]), { domain: "acme" });
    const inputs = [tensorValue("x", "float32", [])];
    expect(types({ nodes: [odd], inputs, values: [tensorValue("y", "int64", [])] }, "y")).toEqual([INT64]);
    expect(() => types({ nodes: [odd], inputs })).toThrow(
      expect.objectContaining({ code: "FORMAT_UNSUPPORTED", message: expect.stringContaining("acme.Odd") as string }),
    );
  });
});
