import { describe, expect, it } from "vitest";
import { create } from "#core/onnx/proto/edit.ts";
import { type GraphProto, type ModelProto, type NodeProto, TypeSequence } from "#core/onnx/proto/onnx.ts";
import { convertToFloat16, type Float16Options } from "#core/quantize/float16/float16-graph.ts";
import { contrib, inMemory, tensorValue, zeros } from "../../../helpers/onnx-builder.ts";
import {
  floats,
  graph,
  graphAttribute,
  type GraphParts,
  int,
  model,
  node,
  tensorAttribute,
  unknownField,
  value,
} from "../../onnx/build-model.ts";

const x = tensorValue("x", "float32", [2, 4]);
const y = tensorValue("y", "float32", [2, 4]);

function convert(parts: GraphParts | ModelProto, options: Partial<Float16Options> = {}) {
  const onnx = inMemory(parts);
  const result = convertToFloat16(onnx, { clamp: "onnxruntime", excluded: () => false, jobs: [], ...options });
  return { ...result, proto: onnx.proto, graph: onnx.graph, lines: lines(onnx.graph) };
}

/** `Operator(inputs) outputs`, for a Cast with the type that it casts to. */
function lines({ node: nodes }: GraphProto): string[] {
  const to = ({ opType, attribute }: NodeProto): string => (opType === "Cast" ? `:${attribute[0]!.i}` : "");
  return nodes.map((each) => `${each.opType}${to(each)}(${each.input.join(" ")}) ${each.output.join(" ")}`);
}

const stored = ({ initializer }: GraphProto): string[] => initializer.map((t) => `${t.name}:${t.dataType}`);

describe("convertToFloat16", () => {
  it("casts at the borders, whose names and types stay", () => {
    const { lines: found, graph: g } = convert({
      nodes: [node("MatMul", ["x", "w"], ["y"])],
      initializers: [floats("w", [4, 4])],
      inputs: [x],
      outputs: [y],
    });
    expect(found).toEqual(["Cast:10(x) x_fp16", "MatMul(x_fp16 w) y_fp16", "Cast:1(y_fp16) y"]);
    expect(stored(g)).toEqual(["w:10"]);
    expect([...g.input, ...g.output]).toEqual([x, y]);
  });

  it("casts around an operator that stays float32, between operators of com.microsoft too", () => {
    const { lines: found } = convert({
      nodes: [
        contrib("MatMulNBits", ["x", "q", "s"], ["a"]),
        node("CumSum", ["a", "axis"], ["b"]),
        contrib("SkipSimplifiedLayerNormalization", ["b", "a", "g"], ["c", "", "", "d"]),
        node("Max", ["c", "d"], ["y"]),
      ],
      initializers: [zeros("q", "uint8", [4]), floats("s", [1]), zeros("axis", "int64", [1]), floats("g", [4])],
      inputs: [x],
      outputs: [y],
    });
    expect(found).toEqual([
      "Cast:10(x) x_fp16",
      "MatMulNBits(x_fp16 q s) a",
      "Cast:1(a) a_fp32",
      "CumSum(a_fp32 axis) b",
      "Cast:10(b) b_fp16",
      "SkipSimplifiedLayerNormalization(b_fp16 a g) c   d",
      "Cast:1(c) c_fp32",
      "Cast:1(d) d_fp32",
      "Max(c_fp32 d_fp32) y",
    ]);
  });

  it("makes one Cast for each value and direction", () => {
    const { lines: found } = convert({
      nodes: [
        node("Max", ["x", "x"], ["m"]),
        node("Mul", ["x", "m"], ["a"]),
        node("Min", ["m", "x"], ["b"]),
        node("Add", ["a", "m"], ["y"]),
      ],
      inputs: [x],
      outputs: [y],
    });
    expect(found.filter((line) => line.startsWith("Cast"))).toEqual([
      "Cast:10(x) x_fp16",
      "Cast:10(m) m_fp16",
      "Cast:1(y_fp16) y",
    ]);
    expect(found).toContain("Max(x x) m");
    expect(found).toContain("Min(m x) b");
  });

  it("needs no Cast where a float32 operator gives the output, and none where an operator does not mind", () => {
    const nodes = [node("Shape", ["x"], ["s"]), node("IsNaN", ["x"], ["n"]), node("Min", ["x", "x"], ["y"])];
    expect(convert({ nodes, inputs: [x], outputs: [y] }).lines).toEqual(["Shape(x) s", "IsNaN(x) n", "Min(x x) y"]);
  });

  it("stores what both read as half, and keeps what only float32 operators read", () => {
    const {
      lines: found,
      graph: g,
      halved,
      kept,
    } = convert({
      nodes: [node("Max", ["x", "both"], ["a"]), node("Add", ["a", "both"], ["b"]), node("Min", ["b", "wide"], ["y"])],
      initializers: [floats("both", [4]), floats("wide", [4])],
      inputs: [x],
      outputs: [y],
    });
    expect(stored(g)).toEqual(["both:10", "wide:1"]);
    expect(found.slice(0, 2)).toEqual(["Cast:1(both) both_fp32", "Max(x both_fp32) a"]);
    expect([halved, kept].map((list) => list.map(({ name }) => name))).toEqual([["both"], ["wide"]]);
  });

  it("turns casts to float into casts to half, and those that do nothing into Identity", () => {
    const { lines: found } = convert({
      nodes: [
        node("Cast", ["ids"], ["a"], [int("to", 1)]),
        node("Cast", ["a"], ["b"], [int("to", 1)]),
        node("Cast", ["b"], ["c"], [int("to", 7)]),
        node("Cast", ["x"], ["d"], [int("to", 7)]),
        node("Add", ["a", "b"], ["y"]),
      ],
      inputs: [x, tensorValue("ids", "int64", [4])],
      outputs: [y],
    });
    expect(found).toEqual([
      "Cast:10(ids) a",
      "Identity(a) b",
      "Cast:7(b) c",
      "Cast:7(x) d",
      "Add(a b) y_fp16",
      "Cast:1(y_fp16) y",
    ]);
  });

  it("converts constants of every kind", () => {
    const constant = (name: string, attribute: object) =>
      node("Constant", [], [name], [Object.assign(int("value_float", 0), attribute)]);
    const { graph: g } = convert({
      nodes: [
        node("Constant", [], ["k"], [tensorAttribute("value", floats("", [1], [-3.4e38]))]),
        constant("f", { type: 1, f: 0.5 }),
        constant("l", { name: "value_floats", type: 6, floats: [1, 2] }),
        node("ConstantOfShape", ["s"], ["z"]),
        node("ConstantOfShape", ["s"], ["o"], [tensorAttribute("value", floats("", [1], [1]))]),
        node("ConstantOfShape", ["s"], ["i"], [tensorAttribute("value", zeros("", "int64", [1]))]),
        node("Sum", ["k", "f", "l", "z", "o"], ["y"]),
      ],
      inputs: [tensorValue("s", "int64", [1])],
      outputs: [y],
    });
    const found = g.node.slice(0, 6).map(({ attribute }) => {
      const { t, name } = attribute[0]!;
      return [name, t!.dataType, [...t!.rawData]];
    });
    expect(found).toEqual([
      ["value", 10, [0xff, 0xfb]],
      ["value", 10, [0, 0x38]],
      ["value", 10, [0, 0x3c, 0, 0x40]],
      ["value", 10, [0, 0]],
      ["value", 10, [0, 0x3c]],
      ["value", 7, [0, 0, 0, 0, 0, 0, 0, 0]],
    ]);
  });

  it("keeps a constant float32 that only a Range reads", () => {
    const nodes = [
      node("Constant", [], ["k"], [tensorAttribute("value", floats("", [], [1]))]),
      node("Range", ["k", "end", "k"], ["r"]),
      node("Neg", ["r"], ["y"]),
    ];
    const { lines: found } = convert({ nodes, inputs: [tensorValue("end", "float32", [])], outputs: [y] });
    expect(found.slice(1, 4)).toEqual(["Range(k end k) r", "Cast:10(r) r_fp16", "Neg(r_fp16) y_fp16"]);
  });

  it("moves a large tensor of a Constant node or a branch into the main graph", () => {
    const branch = graph({
      nodes: [node("MatMul", ["x", "w"], ["b"])],
      initializers: [floats("w", [4, 128])],
      outputs: [value("b")],
    });
    const {
      lines: found,
      graph: g,
      jobs,
    } = convert({
      nodes: [
        node("Constant", [], ["k"], [tensorAttribute("value", floats("", [4, 128]))]),
        node("MatMul", ["x", "k"], ["a"]),
        node("If", ["c"], ["w"], [graphAttribute("then_branch", branch)]),
        node("Add", ["a", "w"], ["y"]),
      ],
      inputs: [x, tensorValue("c", "bool", [])],
      outputs: [y],
    });
    expect(stored(g)).toEqual(["k:10", "w_1:10"]);
    expect(found).not.toContain("Constant() k");
    expect(lines(branch)).toEqual(["MatMul(x_fp16 w_1) b"]);
    expect(jobs.map(({ tensors }) => [...tensors])).toEqual([[["k", 1024]], [["w_1", 1024]]]);
  });

  it("gives branches half results, with the Cast of an outer value outside", () => {
    const half = graph({ nodes: [node("Neg", ["x"], ["y"])], outputs: [value("y")] });
    const wide = graph({ nodes: [node("Max", ["x", "a"], ["y"])], outputs: [value("y")] });
    const branches = [graphAttribute("then_branch", half), graphAttribute("else_branch", wide)];
    const { lines: found } = convert({
      nodes: [node("Abs", ["x"], ["a"]), node("If", ["c"], ["y"], branches)],
      inputs: [x, tensorValue("c", "bool", [])],
      outputs: [y],
    });
    expect(found).toEqual([
      "Cast:10(x) x_fp16",
      "Abs(x_fp16) a",
      "Cast:1(a) a_fp32",
      "If(c) y_fp16",
      "Cast:1(y_fp16) y",
    ]);
    expect(lines(half)).toEqual(["Neg(x_fp16) y"]);
    expect(lines(wide)).toEqual(["Max(x a_fp32) y", "Cast:10(y) y_fp16_1"]);
    expect(wide.output[0]).toMatchObject({ name: "y_fp16_1", type: { value: { value: { elemType: 10 } } } });
  });

  it("carries half through a loop", () => {
    const body = graph({
      nodes: [node("Identity", ["go"], ["on"]), node("Add", ["state", "x"], ["next"])],
      inputs: [tensorValue("i", "int64", []), tensorValue("go", "bool", []), tensorValue("state", "float32", [])],
      outputs: [tensorValue("on", "bool", []), value("next")],
    });
    const { lines: found } = convert({
      nodes: [node("Loop", ["n", "c", "x"], ["y"], [graphAttribute("body", body)])],
      inputs: [x, tensorValue("n", "int64", []), tensorValue("c", "bool", [])],
      outputs: [y],
    });
    expect(found[1]).toBe("Loop(n c x_fp16) y_fp16");
    expect(lines(body)).toEqual(["Identity(go) on", "Add(state x_fp16) next"]);
    expect(body.input[2]).toMatchObject({ type: { value: { value: { elemType: 10 } } } });
  });

  it("leaves Resize its float32 scales, at their place by opset", () => {
    const convertAt = (version: bigint, inputs: string[]): string[] => {
      const proto = model({
        nodes: [node("Resize", inputs, ["y"])],
        initializers: [floats("s", [2])],
        inputs: [x],
        outputs: [y],
      });
      proto.opsetImport[0]!.version = version;
      return stored(convert(proto).graph);
    };
    expect(convertAt(18n, ["x", "", "s"])).toEqual(["s:1"]);
    expect(convertAt(10n, ["x", "s"])).toEqual(["s:1"]);
  });

  it("casts what an operator can only take as float32 in an older opset", () => {
    const at = (version: bigint): string[] => {
      const proto = model({ nodes: [node("Neg", ["x"], ["a"]), node("IsInf", ["a"], ["b"])], inputs: [x] });
      proto.opsetImport[0]!.version = version;
      return convert(proto).lines.slice(2);
    };
    expect(at(18n)).toEqual(["Cast:1(a) a_fp32", "IsInf(a_fp32) b"]);
    expect(at(20n)).toEqual(["IsInf(a) b"]);
  });

  it("keeps what the recipe excludes, and everything inside it", () => {
    const branch = graph({ nodes: [node("MatMul", ["x", "w"], ["b"])], outputs: [value("b")] });
    const { graph: g } = convert(
      {
        nodes: [node("If", ["c"], ["y"], [graphAttribute("then_branch", branch)])],
        initializers: [floats("w", [4, 4])],
        inputs: [x, tensorValue("c", "bool", [])],
        outputs: [y],
      },
      { excluded: ({ opType }) => opType === "If" },
    );
    expect(lines(g)).toEqual(["If(c) y"]);
    expect(stored(g)).toEqual(["w:1"]);
  });

  it("takes bfloat16 for float32, and casts what only a float32 operator reads", () => {
    const { lines: found, graph: g } = convert({
      nodes: [
        node("Cast", ["w"], ["wide"], [int("to", 1)]),
        node("MatMul", ["x", "wide"], ["a"]),
        node("Cast", ["a"], ["b"], [int("to", 16)]),
        node("Max", ["b", "m"], ["y"]),
      ],
      initializers: [zeros("w", "bfloat16", [4, 4]), zeros("m", "bfloat16", [4])],
      inputs: [tensorValue("x", "bfloat16", [2, 4])],
      outputs: [tensorValue("y", "bfloat16", [2, 4])],
    });
    expect(found).toEqual([
      "Cast:10(x) x_fp16",
      "Cast:1(m) m_fp32",
      "Identity(w) wide",
      "MatMul(x_fp16 wide) a",
      "Identity(a) b",
      "Cast:1(b) b_fp32",
      "Max(b_fp32 m_fp32) y",
    ]);
    expect(stored(g)).toEqual(["w:10", "m:16"]);
    expect([...g.input, ...g.output].map(({ type }) => type)).toMatchObject([
      { value: { value: { elemType: 1 } } },
      { value: { value: { elemType: 1 } } },
    ]);
  });

  it("gives outputs that are stored tensors or constants back as float32", () => {
    const { lines: found, graph: g } = convert({
      nodes: [node("Constant", [], ["k"], [tensorAttribute("value", floats("", [4]))]), node("Add", ["w", "k"], ["z"])],
      initializers: [floats("w", [4])],
      outputs: [tensorValue("w", "float32", [4]), tensorValue("k", "float32", [4])],
    });
    expect(found).toEqual(["Cast:1(w_fp16) w", "Constant() k_fp16", "Cast:1(k_fp16) k", "Add(w_fp16 k_fp16) z"]);
    expect(stored(g)).toEqual(["w_fp16:10"]);
  });

  it("converts a tensor together with the input that could replace it", () => {
    const { graph: g } = convert({
      nodes: [node("Add", ["x", "w"], ["y"])],
      initializers: [floats("w", [4])],
      inputs: [x, tensorValue("w", "float32", [4])],
      outputs: [y],
    });
    expect(g.input[1]).toMatchObject({ name: "w", type: { value: { value: { elemType: 10 } } } });
  });

  it("corrects what the file notes about types, and keeps what it does not know", () => {
    const extra = { docString: "why", unknownFields: [unknownField(9, Uint8Array.of(7))] };
    const add = Object.assign(node("Add", ["x", "x"], ["a"]), extra);
    const { graph: g } = convert({
      nodes: [add, node("Max", ["a", "a"], ["m"]), node("Neg", ["m"], ["y"])],
      inputs: [x],
      outputs: [y],
      values: [tensorValue("a", "float32", [2, 4]), tensorValue("m", "float32", [2, 4])],
    });
    expect(g.valueInfo).toMatchObject([
      { name: "a", type: { value: { value: { elemType: 10 } } } },
      { name: "m", type: { value: { value: { elemType: 1 } } } },
    ]);
    expect(g.node[1]).toMatchObject({ docString: "why", unknownFields: [unknownField(9, Uint8Array.of(7))] });
  });

  it("names its Casts as nothing else is named", () => {
    const taken = Object.assign(node("Neg", ["x"], ["x_fp16"]), { name: "x_cast_to_fp16" });
    const { graph: g } = convert({ nodes: [taken, node("Abs", ["x_fp16"], ["y"])], inputs: [x], outputs: [y] });
    expect(lines(g).slice(0, 2)).toEqual(["Cast:10(x) x_fp16_1", "Neg(x_fp16_1) x_fp16"]);
    expect(new Set(g.node.map(({ name }) => name)).size).toBe(g.node.length);
  });

  it("puts nodes that are out of order in order", () => {
    const nodes = [node("Abs", ["a"], ["y"]), node("Neg", ["x"], ["a"])];
    expect(convert({ nodes, inputs: [x], outputs: [y] }).lines.slice(1, 3)).toEqual(["Neg(x_fp16) a", "Abs(a) y_fp16"]);
  });

  it("says a type that was left out because it was float32", () => {
    const { graph: g } = convert({ nodes: [node("RandomNormal", [], ["r"]), node("Neg", ["r"], ["y"])], outputs: [y] });
    expect(g.node[0]!.attribute).toMatchObject([{ name: "dtype", i: 10n }]);
  });

  it("refuses sequences of floats at the border", () => {
    const sequence = value("x");
    sequence.type!.value = {
      case: "sequenceType",
      value: create(TypeSequence, { elemType: value("e", []).type! }),
    };
    expect(() => convert({ nodes: [node("SequenceLength", ["x"], ["n"])], inputs: [sequence] })).toThrow(
      expect.objectContaining({ code: "FORMAT_UNSUPPORTED" }),
    );
  });
});
