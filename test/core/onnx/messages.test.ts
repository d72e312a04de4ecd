import { describe, expect, it } from "vitest";
import { cloneModel, importOpset, intAttribute, promisedTensor, setExternal } from "#core/onnx/messages.ts";
import { floats, model, node, unknownField } from "./build-model.ts";

describe("cloneModel", () => {
  it("copies unknown fields and shares nothing", () => {
    const original = model({ nodes: [node("Add", ["a", "b"], ["c"])] });
    original.graph!.node[0]!.unknownFields = [unknownField(9, Uint8Array.of(7))];
    const copy = cloneModel(original);
    expect(copy).toEqual(original);
    copy.graph!.node[0]!.name = "other";
    expect(original.graph!.node[0]!.name).toBe("/c");
  });
});

describe("importOpset", () => {
  it("adds a domain once and sets its version where it is imported already", () => {
    const proto = model({ nodes: [] });
    importOpset(proto, "com.microsoft", 3);
    importOpset(proto, "com.microsoft", 1);
    expect(proto.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", 18n],
      ["com.microsoft", 1n],
    ]);
  });
});

describe("intAttribute", () => {
  it("has the type INT", () => {
    expect(intAttribute("K", 64)).toMatchObject({ name: "K", type: 2, i: 64n });
  });
});

describe("promisedTensor", () => {
  it("has a shape and a type but no data", () => {
    expect(promisedTensor("w", 2, [2, 3])).toMatchObject({ name: "w", dataType: 2, dims: [2n, 3n] });
  });
});

describe("setExternal", () => {
  it("replaces the data by location, offset and length", () => {
    const tensor = floats("w", [2]);
    setExternal(tensor, "m.onnx_data", 65_536, 8);
    expect(tensor.rawData.length).toBe(0);
    expect(tensor.externalData.map(({ key, value }) => `${key}=${value}`)).toEqual([
      "location=m.onnx_data",
      "offset=65536",
      "length=8",
    ]);
  });
});
