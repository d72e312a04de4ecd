import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { floatTensor, makeModel } from "#core/onnx/make-model.ts";
import { encodeModel, makeNode } from "#core/onnx/messages.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { scratchDir } from "../../helpers/lab.ts";

const parts = {
  name: "g",
  opset: 17,
  inputs: [{ name: "ids", type: "int64", dims: ["batch", 3] }],
  outputs: [{ name: "y", type: "float32", dims: [] }],
  nodes: [makeNode("Gather", "/gather", ["w", "ids"], ["y"])],
} as const;

describe("makeModel", () => {
  it("makes a file that reads back as it was made", () => {
    const file = join(scratchDir(), "made.onnx");
    const initializers = [floatTensor("w", [2, 1], Float32Array.of(1.5, -2))];
    writeFileSync(file, encodeModel(makeModel({ ...parts, initializers })));
    const { proto, graph } = readModel(file);
    expect(proto.opsetImport).toMatchObject([{ domain: "", version: 17n }]);
    expect(graph.node.map(({ opType, input, output }) => ({ opType, input, output }))).toEqual([
      { opType: "Gather", input: ["w", "ids"], output: ["y"] },
    ]);
    const [input] = graph.input;
    expect(input).toMatchObject({ name: "ids", type: { value: { case: "tensorType", value: { elemType: 7 } } } });
    const tensor = input!.type!.value;
    expect(tensor.case === "tensorType" && tensor.value.shape?.dim.map(({ value }) => value.value)).toEqual([
      "batch",
      3n,
    ]);
    const bytes = readTensor(file, graph.initializer[0]!);
    expect([...new Float32Array(bytes.buffer, bytes.byteOffset, 2)]).toEqual([1.5, -2]);
  });
});

describe("floatTensor", () => {
  it("takes the part of a buffer that a view shows, and nothing around it", () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(floatTensor("v", [2], view).rawData).toEqual(new Uint8Array(Float32Array.of(1, 2).buffer));
  });
});
