import { describe, expect, it } from "vitest";
import { encodeModel, setHole } from "#core/onnx/messages.ts";
import { fromBinary } from "#core/onnx/proto/decode.ts";
import { ModelProto } from "#core/onnx/proto/onnx.ts";
import { FIRST_HOLE, spliceRawData, totalLength } from "#core/onnx/splice.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { floats, model, node, tensorAttribute } from "./build-model.ts";

const proto = () =>
  model({
    nodes: [node("Constant", [], ["c"], [tensorAttribute("value", floats("c", [2, 2]))])],
    initializers: [floats("w", [4]), floats("v", [300])],
  });

describe("spliceRawData", () => {
  it("puts each tensor's bytes where its mark was", () => {
    const original = proto();
    const marked = proto();
    const data = Array.from(allTensors(original), ({ rawData }) => rawData);
    [...allTensors(marked)].forEach((tensor, i) => {
      setHole(tensor, FIRST_HOLE + i);
    });
    const parts = spliceRawData(
      encodeModel(marked),
      data.map(({ length }) => length),
    );
    const file = Buffer.concat(parts.map((part) => ("hole" in part ? data[part.hole]! : part)));
    expect(file.length).toBe(totalLength(parts));
    expect(fromBinary(ModelProto, Uint8Array.from(file))).toEqual(original);
  });

  it("joins everything between two holes", () => {
    const marked = proto();
    setHole(marked.graph!.initializer[0]!, FIRST_HOLE);
    expect(spliceRawData(encodeModel(marked), [16]).map((part) => "hole" in part)).toEqual([false, true, false]);
  });

  it("gives the same without a look at the nodes, where only initializers are marked", () => {
    const marked = proto();
    marked.graph!.initializer.forEach((tensor, i) => {
      setHole(tensor, FIRST_HOLE + i);
    });
    const encoded = encodeModel(marked);
    const parts = spliceRawData(encoded, [16, 1200], false);
    expect(parts.filter((part) => "hole" in part)).toHaveLength(2);
    expect(parts).toEqual(spliceRawData(encoded, [16, 1200], true));
  });

  it("leaves a model without marks as it is", () => {
    const encoded = encodeModel(proto());
    expect(spliceRawData(encoded, [])).toEqual([Buffer.from(encoded)]);
  });

  it("does not take ONNX's own data locations for marks", () => {
    const external = proto();
    external.graph!.initializer[0]!.dataLocation = 1;
    const encoded = encodeModel(external);
    expect(spliceRawData(encoded, [])).toEqual([Buffer.from(encoded)]);
  });
});
