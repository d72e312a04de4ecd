import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { create } from "#core/onnx/proto/edit.ts";
import { FunctionProto, type ModelProto, type NodeProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { auditModel } from "#core/quantize/audit.ts";
import { functionMatMuls, functionWarning } from "#core/quantize/graph/function-weights.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import {
  floats,
  graph,
  graphAttribute,
  ints,
  model,
  node,
  save,
  temporaryFolder,
  tensorAttribute,
  value,
} from "../../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const DOMAIN = "local";

function call(name: string, input: string[], output: string): NodeProto {
  const made = node(name, input, [output]);
  made.domain = DOMAIN;
  return made;
}

/** A graph that multiplies with `w` itself, then calls a function with a body of these nodes. */
function withFunction(input: string[], body: NodeProto[], given: string[]): ModelProto {
  const made = model({
    nodes: [node("MatMul", ["x", "w"], ["h"]), call("Linear", given, "y")],
    initializers: [floats("w", [32, 32]), floats("v", [32, 32])],
    inputs: [value("x", [1, 32])],
    outputs: [value("y")],
  });
  made.functions.push(create(FunctionProto, { name: "Linear", domain: DOMAIN, input, output: ["r"], node: body }));
  return made;
}

const constant = (name: string): NodeProto =>
  node("Constant", [], [name], [tensorAttribute("value", floats("", [32, 32]))]);

describe("functionMatMuls", () => {
  it("finds a weight that is a constant of the body", () => {
    const made = withFunction(["a"], [constant("c"), node("MatMul", ["a", "c"], ["r"])], ["h"]);
    expect(functionMatMuls(made)).toEqual([
      { node: "Linear//r", weight: "c", reason: 'it is in the body of the function "Linear"' },
    ]);
  });

  it("finds what a call hands over, behind a Transpose too, and not what depends on the input", () => {
    const turn = node("Transpose", ["b"], ["t"], [ints("perm", [1, 0])]);
    const body = [turn, node("Gemm", ["a", "t"], ["r"])];
    expect(functionMatMuls(withFunction(["a", "b"], body, ["h", "v"]))).toMatchObject([{ weight: "v" }]);
    expect(functionMatMuls(withFunction(["a", "b"], body, ["v", "h"]))).toEqual([]);
  });

  it("finds weights in branches of a body", () => {
    const branch = graph({ nodes: [constant("c"), node("MatMul", ["a", "c"], ["s"])], outputs: [value("s")] });
    const body = [node("If", ["a"], ["r"], [graphAttribute("then_branch", branch)])];
    expect(functionMatMuls(withFunction(["a"], body, ["h"]))).toMatchObject([{ node: "Linear//s", weight: "c" }]);
  });

  it("finds none without functions", () => {
    const made = withFunction(["a"], [], ["h"]);
    made.functions = [];
    expect(functionMatMuls(made)).toEqual([]);
    expect(functionWarning([])).toBeNull();
  });
});

describe("a model with functions", () => {
  const made = withFunction(["a", "b"], [node("MatMul", ["a", "b"], ["r"])], ["h", "v"]);
  const source = save(made, folder.file("model.onnx"));

  it("is quantized outside of them, which the result, the sidecar and the audit say", async () => {
    const target = folder.file("made.onnx");
    const result = await quantizeModel({ source, target, recipe: { format: "int4" } });
    expect(result.quantizedTensors.map(({ name }) => name)).toEqual(["w"]);
    expect(result.skipped).toMatchObject([{ weight: "v", reason: expect.stringContaining("function") as string }]);
    expect(result.warnings).toEqual([expect.stringContaining("model-local functions (Linear)")]);
    expect(readFileSync(result.sidecar, "utf8")).toContain("body of the function");
    const { functions } = readModel(target).proto;
    expect(functions).toEqual(readModel(source).proto.functions);
    expect(auditModel(readModel(source), "y").warnings).toEqual(result.warnings);
  });

  it("is refused with that reason where there is nothing else", async () => {
    const only = withFunction(["a", "b"], [node("MatMul", ["a", "b"], ["r"])], ["x", "v"]);
    only.graph!.node.shift();
    const path = save(only, folder.file("only.onnx"));
    await expect(
      quantizeModel({ source: path, target: folder.file("none.onnx"), recipe: { format: "int4" } }),
    ).rejects.toThrow('body of the function "Linear"');
  });
});
