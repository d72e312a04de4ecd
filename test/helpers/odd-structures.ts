/** Parts of a graph (odd-graph.ts) by where a weight lies and how it comes to its operator. */
import { create } from "#core/onnx/proto/edit.ts";
import {
  AttributeProto,
  FunctionProto,
  type NodeProto,
  OperatorSetIdProto,
  TensorProto,
} from "#core/onnx/proto/onnx.ts";
import {
  graph,
  graphAttribute,
  int,
  ints,
  node,
  rawTensor,
  tensorAttribute,
  unknownField,
  value,
} from "../core/onnx/build-model.ts";
import { floatAttribute, matMul, type OddGraph, type Part, sparseTensor, WIDTH } from "./odd-graph.ts";
import { tensorValue } from "./onnx-builder.ts";

/** A body with a weight of its own, for a branch. */
function branch(into: OddGraph, from: string, constantNode: boolean): ReturnType<typeof graph> {
  const weight = into.floats("inner");
  const output = into.name("branch");
  const product = node("MatMul", [from, weight.name], [output]);
  const outputs = [value(output)];
  if (!constantNode) return graph({ nodes: [product], initializers: [weight], outputs });
  const constant = node("Constant", [], [weight.name], [tensorAttribute("value", weight)]);
  weight.name = "";
  return graph({ nodes: [constant, product], outputs });
}

function called(into: OddGraph, from: string, body: NodeProto[], input: string[], given: string[]): string {
  const name = into.name("Local");
  const opsetImport = [{ domain: "", version: into.opset }];
  into.functions.push(create(FunctionProto, { name, domain: "local", input, output: ["r"], node: body, opsetImport }));
  const output = into.name("called");
  const call = node(name, [from, ...given], [output]);
  call.domain = "local";
  into.nodes.push(call);
  into.values.push(tensorValue(output, "float32", ["rows", WIDTH]));
  return output;
}

function conditional(into: OddGraph, then: ReturnType<typeof graph>, otherwise: ReturnType<typeof graph>): string {
  const condition = into.name("yes");
  into.initializers.push(rawTensor(condition, 9, [], Uint8Array.of(1)));
  return into.add("If", [condition], [graphAttribute("then_branch", then), graphAttribute("else_branch", otherwise)]);
}

export const ODD_STRUCTURES: Readonly<Record<string, Part>> = Object.freeze({
  "a sparse tensor in a branch": (into, from) => {
    const name = into.name("sparse");
    const output = into.name("branch");
    const then = graph({ nodes: [node("Add", [from, name], [output])], outputs: [value(output)] });
    then.unknownFields = [unknownField(15, sparseTensor(name, [WIDTH], [0.5], [3]))];
    return conditional(into, then, branch(into, from, false));
  },
  "names of any letters": (into, from) => {
    const tensor = into.floats("w");
    tensor.name = `wé ight:0/"${tensor.name}"\n\u202e漢字`;
    into.initializers.push(tensor);
    const made = node("MatMul", [from, tensor.name], [`out put/${into.name("ø")};`]);
    made.name = `${into.name("node name")}\twith 'all' of it`;
    into.nodes.push(made);
    return made.output[0]!;
  },
  "names that a format would give": (into, from) => {
    const [w] = [into.weight("w")];
    for (const suffix of [
      "_Q4",
      "_scales",
      "_quantized",
      "_scale",
      "_zero_point",
      "_Bnb4",
      "_absmax",
      "_transposed",
      "_fp16",
    ]) {
      const tensor = into.floats("taken", [WIDTH]);
      tensor.name = `${w}${suffix}`;
      into.initializers.push(tensor);
      from = into.add("Add", [from, tensor.name]);
    }
    return into.add("MatMul", [from, w]);
  },
  "a sparse tensor with a name that a format would give": (into, from) => {
    const w = into.weight("w");
    for (const suffix of ["_Q4", "_scales", "_quantized", "_scale", "_Bnb4", "_absmax"]) {
      into.sparse.push(sparseTensor(`${w}${suffix}`, [WIDTH], [0.25], [4]));
      from = into.add("Add", [from, `${w}${suffix}`]);
    }
    return into.add("MatMul", [from, w]);
  },
  "nodes without names": (into, from) => {
    const output = matMul(into, from);
    into.nodes.at(-1)!.name = "";
    return output;
  },
  "branches with weights": (into, from) => conditional(into, branch(into, from, false), branch(into, from, true)),
  "branches that share an outer weight": (into, from) => {
    const weight = into.weight("w");
    const make = (): ReturnType<typeof graph> => {
      const output = into.name("branch");
      return graph({ nodes: [node("MatMul", [from, weight], [output])], outputs: [value(output)] });
    };
    return conditional(into, make(), make());
  },
  "a branch that gives a weight": (into, from) => {
    const make = (): ReturnType<typeof graph> => {
      const tensor = into.floats("inner");
      return graph({ nodes: [], initializers: [tensor], outputs: [value(tensor.name)] });
    };
    const chosen = conditional(into, make(), make());
    return into.add("MatMul", [from, chosen]);
  },
  "a Loop": (into, from) => {
    const [state, next, count, go, still] = ["state", "next", "count", "go", "still"].map((stem) =>
      into.name(stem),
    ) as [string, string, string, string, string];
    const body = graph({
      nodes: [node("MatMul", [state, into.weight("w")], [next]), node("Identity", [go], [still])],
      inputs: [tensorValue(count, "int64", []), tensorValue(go, "bool", []), tensorValue(state, "float32", ["", ""])],
      outputs: [tensorValue(still, "bool", []), value(next)],
    });
    const trips = into.name("trips");
    into.initializers.push(rawTensor(trips, 7, [], new Uint8Array(BigInt64Array.of(2n).buffer)));
    return into.add("Loop", [trips, "", from], [graphAttribute("body", body)]);
  },
  "a Scan over stacked weights": (into, from) => {
    const stacked = into.weight("stack", [2, WIDTH, WIDTH]);
    const [state, w, next] = ["state", "each", "next"].map((stem) => into.name(stem)) as [string, string, string];
    const body = graph({
      nodes: [node("MatMul", [state, w], [next])],
      inputs: [tensorValue(state, "float32", ["", ""]), tensorValue(w, "float32", [WIDTH, WIDTH])],
      outputs: [value(next)],
    });
    return into.add("Scan", [from, stacked], [graphAttribute("body", body), int("num_scan_inputs", 1)]);
  },
  "a function with a weight": (into, from) => {
    const tensor = into.floats("");
    const constant = node("Constant", [], ["c"], [tensorAttribute("value", tensor)]);
    return called(into, from, [constant, node("MatMul", ["a", "c"], ["r"])], ["a"], []);
  },
  "a function that is given a weight": (into, from) =>
    called(into, from, [node("MatMul", ["a", "b"], ["r"])], ["a", "b"], [into.weight("w")]),
  "a function with a sparse Constant": (into, from) => {
    const attribute = create(AttributeProto, { name: "sparse_value", type: 11 });
    attribute.unknownFields = [unknownField(22, sparseTensor("", [WIDTH], [0.5], [3]))];
    return called(into, from, [node("Constant", [], ["c"], [attribute]), node("Add", ["a", "c"], ["r"])], ["a"], []);
  },
  "a sequence": (into, from) => {
    const zero = into.add("Constant", [], [int("value_int", 0)]);
    const list = into.add("SequenceConstruct", [matMul(into, from), from]);
    return into.add("SequenceAt", [list, zero]);
  },
  "an empty sequence that grows": (into, from) => {
    const zero = into.add("Constant", [], [int("value_int", 0)]);
    const list = into.add("SequenceInsert", [into.add("SequenceEmpty", []), from]);
    return matMul(into, into.add("SequenceAt", [list, zero]));
  },
  "an optional": (into, from) => into.add("OptionalGetElement", [into.add("Optional", [matMul(into, from)])]),
  "a weight that is read three times": (into, from) => {
    const w = into.weight("w");
    const zero = into.add("Constant", [], [int("value_int", 0)]);
    const row = into.add("Gather", [w, zero]);
    const product = into.add("MatMul", [from, w]);
    return into.add("Add", [into.add("Gemm", [product, w, row], [int("transB", 1)]), row]);
  },
  "a weight that is an output too": (into, from) => {
    const w = into.weight("w");
    into.outputs.push(tensorValue(w, "float32", [WIDTH, WIDTH]));
    return into.add("MatMul", [from, w]);
  },
  "a weight that may be fed": (into, from) => {
    const w = into.weight("w");
    into.inputs.push(tensorValue(w, "float32", [WIDTH, WIDTH]));
    return into.add("MatMul", [from, w]);
  },
  "weights with notes of their shape": (into, from) => {
    const w = into.weight("w");
    const turned = into.add("Transpose", [w], [ints("perm", [1, 0])]);
    into.values.push(tensorValue(turned, "float32", [WIDTH, WIDTH]));
    return into.add("MatMul", [from, turned]);
  },
  "activations that are quantized": (into, from) => {
    const zero = into.name("q_zero");
    into.initializers.push(rawTensor(zero, 2, [], Uint8Array.of(128)));
    const scale = into.add("Constant", [], [floatAttribute("value_float", 0.25)]);
    const codes = into.add("QuantizeLinear", [from, scale, zero]);
    return matMul(into, into.add("DequantizeLinear", [codes, scale, zero]));
  },
  texts: (into, from) => {
    const tensor = create(TensorProto, {
      name: into.name("texts"),
      dataType: 8,
      dims: [2n],
      stringData: [Buffer.from("a"), Buffer.from("b")],
    });
    into.initializers.push(tensor);
    const same = into.add("Cast", [into.add("Equal", [tensor.name, tensor.name])], [int("to", 1)]);
    return into.add("Mul", [from, into.add("ReduceMean", [same], [int("keepdims", 0)])]);
  },
  "a branch in a branch": (into, from) => {
    const inner = conditional(into, branch(into, from, false), branch(into, from, true));
    const [choice] = into.nodes.splice(-1);
    const outer = graph({ nodes: [choice!], outputs: [value(inner)] });
    return conditional(into, outer, branch(into, from, true));
  },
  "a branch that hides an outer weight": (into, from) => {
    const outer = into.weight("w");
    const then = branch(into, from, false);
    const hidden = then.initializer[0]!;
    then.node[0]!.input[1] = outer;
    hidden.name = outer;
    return into.add("MatMul", [conditional(into, then, branch(into, from, false)), outer]);
  },
  "branches with the same names": (into, from) => {
    const [then, otherwise] = [branch(into, from, false), branch(into, from, true)];
    otherwise.node[0]!.output[0] = then.initializer[0]!.name;
    otherwise.node[1]!.input[1] = then.initializer[0]!.name;
    otherwise.node[1]!.name = then.node[0]!.name;
    return conditional(into, then, otherwise);
  },
  "a function in a branch": (into, from) => {
    const inner = called(into, from, [node("MatMul", ["a", "b"], ["r"])], ["a", "b"], [into.weight("w")]);
    const [call] = into.nodes.splice(-1);
    return conditional(into, graph({ nodes: [call!], outputs: [value(inner)] }), branch(into, from, true));
  },
  "a function that calls a function": (into, from) => {
    const inner = called(into, from, [node("MatMul", ["a", "b"], ["r"])], ["a", "b"], [into.weight("w")]);
    const [call] = into.nodes.splice(-1);
    into.values.splice(-1);
    call!.input = ["a", "b"];
    call!.output = ["r"];
    const outer = called(into, from, [call!], ["a", "b"], [into.weight("w")]);
    into.functions.at(-1)!.opsetImport.push(create(OperatorSetIdProto, { domain: "local", version: 1n }));
    return inner === outer ? from : outer;
  },
  "a sequence of weights": (into, from) => {
    const zero = into.add("Constant", [], [int("value_int", 1)]);
    const list = into.add("SequenceConstruct", [into.weight("w"), into.weight("w")]);
    return into.add("MatMul", [from, into.add("SequenceAt", [list, zero])]);
  },
  "an optional of a weight": (into, from) =>
    into.add("MatMul", [from, into.add("OptionalGetElement", [into.add("Optional", [into.weight("w")])])]),
  "unused weights and nodes": (into, from) => {
    into.add("MatMul", [from, into.weight("unused")]);
    into.weight("alone");
    return from;
  },
  "Dropout with its mask": (into, from) => {
    const [output, mask] = [into.name("kept"), into.name("mask")];
    into.nodes.push(node("Dropout", [from], [output, mask]));
    return into.add("Where", [mask, output, output]);
  },
});
