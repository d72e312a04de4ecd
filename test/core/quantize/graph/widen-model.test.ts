import { afterAll, describe, expect, it } from "vitest";
import { create } from "#core/onnx/proto/edit.ts";
import { FunctionProto, type ModelProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { writeModel } from "#core/onnx/write-model.ts";
import { toBfloat, toHalf } from "#core/quantize/weights/half.ts";
import { widenModel } from "#core/quantize/graph/widen-model.ts";
import {
  floats,
  graph,
  graphAttribute,
  int,
  model,
  node,
  rawTensor,
  save,
  temporaryFolder,
  tensorAttribute,
  value,
} from "../../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const values = (count: number): number[] => Array.from({ length: count }, (_, i) => i / 8 - 3);
const halves = (name: string, count: number) =>
  rawTensor(name, 10, [count], new Uint8Array(Uint16Array.from(values(count), toHalf).buffer));
const LARGE = 40_000;

/** Widens, writes and reads back. */
async function widened(proto: ModelProto) {
  const source = readModel(save(proto, folder.file("half.onnx")));
  const jobs = widenModel(source);
  const target = folder.file("float.onnx");
  await writeModel({ proto: source.proto, sourcePath: source.path, target, jobs });
  const result = readModel(target);
  const read = (name: string): number[] => {
    const tensor = result.graph.initializer.find((entry) => entry.name === name)!;
    expect(tensor.dataType).toBe(1);
    return [...new Float32Array(readTensor(target, tensor).slice().buffer)];
  };
  return { graph: result.graph, read };
}

describe("widenModel", () => {
  it("widens tensors of any size, inputs, outputs, values and Casts", async () => {
    const half = (name: string) => {
      const info = value(name, [2]);
      if (info.type?.value.case === "tensorType") info.type.value.value.elemType = 10;
      return info;
    };
    const proto = model({
      nodes: [node("Add", ["x", "b"], ["y"]), node("Cast", ["y"], ["z"], [int("to", 10)])],
      initializers: [halves("b", 5), halves("large", LARGE), floats("f", [3])],
      inputs: [half("x")],
      outputs: [half("z")],
      values: [half("y")],
    });
    const { graph: result, read } = await widened(proto);
    expect(read("b")).toEqual(values(5).map(Math.fround));
    expect(read("large").slice(0, 100)).toEqual(values(100));
    const types = [...result.input, ...result.output, ...result.valueInfo].map(({ type }) => type?.value.value);
    expect(types).toMatchObject([{ elemType: 1 }, { elemType: 1 }, { elemType: 1 }]);
    expect(result.node[1]?.attribute[0]?.i).toBe(1n);
  });

  it("widens bfloat16, and infinity", async () => {
    const data = Uint16Array.from([1, -Infinity, 0.1], toBfloat);
    data[1] = 0xff80;
    const proto = model({
      nodes: [node("Add", ["x", "b"], ["y"])],
      initializers: [rawTensor("b", 16, [3], new Uint8Array(data.buffer))],
    });
    expect((await widened(proto)).read("b")).toEqual([1, -Infinity, 0.10009765625]);
  });

  it("moves the large constants of branches and of Constant nodes into the main graph", async () => {
    const branch = graph({
      nodes: [
        node("Constant", [], ["c"], [tensorAttribute("value", halves("", LARGE))]),
        node("Constant", [], ["small"], [tensorAttribute("value", halves("", 2))]),
        node("Add", ["c", "w"], ["y"]),
      ],
      initializers: [halves("w", LARGE)],
      outputs: [value("y")],
    });
    const proto = model({ nodes: [node("If", ["x"], ["z"], [graphAttribute("then_branch", branch)])] });
    const { graph: result, read } = await widened(proto);
    const inner = result.node[0]!.attribute[0]!.g!;
    expect(inner.node.map(({ opType, output }) => `${opType} ${output.join()}`)).toEqual([
      "Identity w",
      "Identity c",
      "Constant small",
      "Add y",
    ]);
    expect(inner.node[2]?.attribute[0]?.t?.dataType).toBe(1);
    for (const at of [0, 1]) expect(read(inner.node[at]!.input[0]!)).toHaveLength(LARGE);
  });

  it("leaves a float32 model as it is", () => {
    const proto = model({ nodes: [node("Add", ["x", "b"], ["y"])], initializers: [floats("b", [5])] });
    const before = structuredClone(proto.graph?.initializer[0]?.rawData);
    expect(widenModel({ path: "model.onnx", proto, graph: proto.graph! })).toEqual([]);
    expect(proto.graph?.initializer[0]?.rawData).toEqual(before);
  });

  it("refuses functions", () => {
    const proto = model({ nodes: [node("Add", ["x", "b"], ["y"])], initializers: [halves("b", 5)] });
    proto.functions.push(create(FunctionProto, { name: "f" }));
    expect(() => widenModel({ path: "model.onnx", proto, graph: proto.graph! })).toThrow(
      /model.onnx computes in float16 and has functions of its own/,
    );
  });
});
