import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataLater, encodeModel, encodeParts, setExternal, setInline } from "#core/onnx/messages.ts";
import { fromBinary } from "#core/onnx/proto/decode.ts";
import { create } from "#core/onnx/proto/edit.ts";
import { GraphProto, ModelProto, type TensorProto } from "#core/onnx/proto/onnx.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { floats, graphAttribute, model, node, tensorAttribute } from "./build-model.ts";

/** Tensors in every place: initializers, a Constant, a branch, one large enough for a length of three bytes. */
function proto(): ModelProto {
  const branch = create(GraphProto, { name: "then", initializer: [floats("inner", [7])] });
  return model({
    nodes: [
      node("Constant", [], ["c"], [tensorAttribute("value", floats("c", [2, 2]))]),
      node("If", ["c"], ["y"], [graphAttribute("then_branch", branch)]),
    ],
    initializers: [floats("w", [4]), floats("v", [9000]), floats("last", [1])],
  });
}

/** Encodes a model with the data of these tensors put in afterwards. */
function filled(whole: ModelProto, later: readonly TensorProto[]): Buffer {
  const gaps = new Map(later.map((tensor) => [tensor, { ...dataLater(tensor.rawData.length), data: tensor.rawData }]));
  const parts = encodeParts(whole, gaps);
  expect(parts.filter((part) => !(part instanceof Uint8Array))).toHaveLength(later.length);
  return Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : part.data)));
}

describe("encodeParts", () => {
  it("leaves places for the data of any tensors, and is the whole model with it", () => {
    const whole = proto();
    const tensors = allTensors(whole);
    expect(tensors).toHaveLength(5);
    for (let chosen = 0; chosen < 2 ** tensors.length; chosen++) {
      const later = tensors.filter((_tensor, index) => chosen & (1 << index));
      expect(filled(whole, later).equals(encodeModel(whole))).toBe(true);
    }
  });

  it("does so for an exported model, with fields that nobody knows", () => {
    const whole = fromBinary(ModelProto, readFileSync("test/fixtures/zoo/llama/onnx/model.onnx"));
    const later = allTensors(whole).filter(({ rawData }) => rawData.length > 100);
    later[0]!.unknownFields = [Uint8Array.of(0xf8, 0x07, 0x01)];
    expect(later.length).toBeGreaterThan(10);
    expect(filled(whole, later).equals(encodeModel(whole))).toBe(true);
  });

  it("writes the data in place of a reference to it, and changes nothing", () => {
    const whole = proto();
    const tensor = whole.graph!.initializer[1]!;
    const data = tensor.rawData;
    setExternal(tensor, "elsewhere", 0, data.length);
    const parts = encodeParts(whole, new Map([[tensor, dataLater(data.length)]]));
    const file = Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : data)));
    expect(tensor.externalData).toHaveLength(3);
    setInline(tensor, data);
    expect(fromBinary(ModelProto, Uint8Array.from(file))).toEqual(fromBinary(ModelProto, encodeModel(whole)));
  });

  it("is one part where nothing comes later", () => {
    expect(encodeParts(proto(), new Map())).toEqual([encodeModel(proto())]);
  });
});
