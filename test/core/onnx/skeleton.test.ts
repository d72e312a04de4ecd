import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { externalEntries } from "#core/onnx/external-data.ts";
import { FileWindow } from "#core/onnx/file-window.ts";
import { fromBinary } from "#core/onnx/proto/decode.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import { ModelProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import { readSkeleton } from "#core/onnx/skeleton.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import {
  floats,
  graph,
  graphAttribute,
  model,
  node,
  rawTensor,
  save,
  temporaryFolder,
  tensorAttribute,
  unknownField,
} from "./build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

function skeletonOf(path: string): ModelProto {
  using file = new FileWindow(path);
  return fromBinary(ModelProto, readSkeleton(file, "m.onnx"));
}

function skeletonOfBytes(bytes: Uint8Array): ModelProto {
  writeFileSync(folder.file("m.onnx"), bytes);
  return skeletonOf(folder.file("m.onnx"));
}

const roundTrip = (proto: ModelProto): ModelProto => skeletonOf(save(proto, folder.file("m.onnx")));
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + 3) % 256);
const withTensor = (tensor: TensorProto): ModelProto =>
  model({ nodes: [node("Relu", ["x"], ["y"])], initializers: [tensor] });

/** The bytes that a reference points to, from the file itself. */
function referenced(tensor: TensorProto): Uint8Array {
  const { location, offset, length } = externalEntries(tensor)!;
  expect(location).toBe("m.onnx");
  return new Uint8Array(readFileSync(folder.file("m.onnx")).subarray(offset, offset + length!));
}

const lengthDelimited = (field: number, body: Uint8Array): Uint8Array =>
  new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(body).finish();
const GRAPH = 7;
const INITIALIZER = 5;
const padding = lengthDelimited(100, new Uint8Array(2000));
const inTensor = (...parts: Uint8Array[]): Uint8Array =>
  lengthDelimited(GRAPH, lengthDelimited(INITIALIZER, Buffer.concat(parts)));

describe("readSkeleton", () => {
  it("replaces more than 1024 bytes of raw_data by a reference to where they lie", () => {
    const tensor = roundTrip(withTensor(rawTensor("w", 2, [1025], counting(1025)))).graph!.initializer[0]!;
    expect(tensor).toMatchObject({ name: "w", dataLocation: 1, rawData: new Uint8Array(0) });
    expect(referenced(tensor)).toEqual(counting(1025));
  });

  it("keeps 1024 bytes", () => {
    const tensor = roundTrip(withTensor(rawTensor("w", 2, [1024], counting(1024)))).graph!.initializer[0]!;
    expect(tensor).toMatchObject({ dataLocation: 0, rawData: counting(1024), externalData: [] });
  });

  it("gives each of several weights its own place", () => {
    const weights = [2000, 10, 3000].map((size, index) =>
      rawTensor(`w${index}`, 2, [size], counting(size).fill(index)),
    );
    const read = roundTrip(model({ nodes: [node("Relu", ["x"], ["y"])], initializers: weights })).graph!.initializer;
    expect(read.map(({ name }) => name)).toEqual(["w0", "w1", "w2"]);
    expect(referenced(read[0]!)).toEqual(new Uint8Array(2000).fill(0));
    expect(read[1]!.rawData).toEqual(new Uint8Array(10).fill(1));
    expect(referenced(read[2]!)).toEqual(new Uint8Array(3000).fill(2));
  });

  it("takes packed float_data for what it is: the same bytes", () => {
    const values = Array.from({ length: 300 }, (_, i) => i / 4);
    const packed = floats("w", [300]);
    packed.rawData = new Uint8Array(0);
    packed.floatData = values;
    const tensor = roundTrip(withTensor(packed)).graph!.initializer[0]!;
    expect(tensor.floatData).toEqual([]);
    expect([...new Float32Array(readTensor(folder.file("m.onnx"), tensor).buffer)]).toEqual(values);
  });

  it("finds weights in Constant nodes and in the branches of If", () => {
    const constant = node("Constant", [], ["c"], [tensorAttribute("value", rawTensor("", 2, [1500], counting(1500)))]);
    const branch = graph({ nodes: [constant], initializers: [rawTensor("b", 2, [1200], counting(1200))] });
    const outer = model({ nodes: [node("If", ["p"], ["y"], [graphAttribute("then_branch", branch)])] });
    const inner = roundTrip(outer).graph!.node[0]!.attribute[0]!.g!;
    expect(referenced(inner.node[0]!.attribute[0]!.t!)).toEqual(counting(1500));
    expect(referenced(inner.initializer[0]!)).toEqual(counting(1200));
  });

  it("keeps unknown fields, beside large weights too", () => {
    const proto = withTensor(rawTensor("w", 2, [2000], counting(2000)));
    proto.unknownFields = [unknownField(20, counting(30))];
    proto.graph!.unknownFields = [unknownField(77, counting(5000))];
    proto.graph!.initializer[0]!.unknownFields = [unknownField(99, counting(7))];
    const read = roundTrip(proto);
    expect(read.unknownFields).toEqual(proto.unknownFields);
    expect(read.graph!.unknownFields).toEqual(proto.graph!.unknownFields);
    expect(read.graph!.initializer[0]!.unknownFields).toEqual(proto.graph!.initializer[0]!.unknownFields);
  });

  it("changes nothing in a model without large weights", () => {
    const bytes = toBinary(ModelProto, withTensor(floats("w", [16])));
    writeFileSync(folder.file("m.onnx"), bytes);
    using file = new FileWindow(folder.file("m.onnx"));
    expect(readSkeleton(file, "m.onnx")).toEqual(bytes);
  });

  it("reads weights that lie beyond its window of the file", () => {
    const big = rawTensor("big", 2, [3 << 20], new Uint8Array(3 << 20));
    const small = rawTensor("small", 2, [1100], counting(1100));
    const read = roundTrip(model({ nodes: [node("Relu", ["x"], ["y"])], initializers: [big, small] }));
    expect(referenced(read.graph!.initializer[1]!)).toEqual(counting(1100));
  });

  it("refuses a length beyond the file", () => {
    const bytes = toBinary(ModelProto, withTensor(rawTensor("w", 2, [2000], counting(2000))));
    expect(() => skeletonOfBytes(bytes.subarray(0, 1500))).toThrow(/claims \d+ bytes where \d+ are left/);
  });

  it("refuses a length beyond the message around it", () => {
    const tensor = toBinary(TensorProto, rawTensor("w", 2, [1], Uint8Array.of(9)));
    const lying = Buffer.concat([
      padding,
      new BinaryWriter().tag(INITIALIZER, WireType.LengthDelimited).uint32(4000).finish(),
      tensor,
    ]);
    const bytes = Buffer.concat([lengthDelimited(GRAPH, lying), new Uint8Array(8000)]);
    expect(() => skeletonOfBytes(bytes)).toThrow(/claims 4000 bytes/);
  });

  it("refuses a length of 2^60", () => {
    const tag = [(GRAPH << 3) | 2];
    const length = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    expect(() => skeletonOfBytes(Uint8Array.from([...tag, ...length]))).toThrow("claims 115292150460684");
  });

  it.each([3, 4, 6, 7])("refuses the wire type %i (groups, and types that do not exist)", (type) => {
    expect(() => skeletonOfBytes(Uint8Array.of((2 << 3) | type, 1))).toThrow(`wire type ${type}`);
  });

  it("refuses the field number 0 and field numbers of more than 29 bits", () => {
    expect(() => skeletonOfBytes(Uint8Array.of(0x00, 1))).toThrow("no field number at byte 0");
    expect(() => skeletonOfBytes(Uint8Array.of(0x88, 0x80, 0x80, 0x80, 0x10, 1))).toThrow("no field number at byte 0");
  });

  it("refuses numbers that do not end", () => {
    expect(() => skeletonOfBytes(new Uint8Array(11).fill(0xff))).toThrow("more than 10 bytes");
    expect(() => skeletonOfBytes(Uint8Array.of(0x08, 0x80))).toThrow("runs over the end");
    expect(() => skeletonOfBytes(Uint8Array.of(0x0d, 1, 2, 3))).toThrow("runs over the end");
  });

  it("refuses a tensor with two sets of data", () => {
    const data = lengthDelimited(9, counting(2000));
    expect(() => skeletonOfBytes(inTensor(data, data))).toThrow("holds its data twice");
    const entry = lengthDelimited(13, lengthDelimited(1, Buffer.from("location")));
    expect(() => skeletonOfBytes(inTensor(entry, data))).toThrow("inside and outside");
  });

  it("refuses messages nested deeper than any model", () => {
    let bytes: Uint8Array = padding;
    // graph -> node -> attribute -> graph, by their field numbers
    for (let depth = 0; depth < 90; depth++)
      bytes = lengthDelimited([6, 5, 1][depth % 3]!, Buffer.concat([padding, bytes]));
    expect(() => skeletonOfBytes(lengthDelimited(GRAPH, bytes))).toThrow("nested more than 64 deep");
  });

  it("does not hold a chunk for each of a million tiny fields", () => {
    const bytes = new Uint8Array(2_000_000);
    for (let at = 0; at < bytes.length; at += 2) bytes.set([0x08, at % 100], at);
    writeFileSync(folder.file("m.onnx"), bytes);
    using file = new FileWindow(folder.file("m.onnx"));
    const before = process.memoryUsage().heapUsed;
    const skeleton = readSkeleton(file, "m.onnx");
    const grown = process.memoryUsage().heapUsed - before;
    expect(Buffer.compare(skeleton, bytes)).toBe(0);
    expect(grown).toBeLessThan(50e6);
  });
});
