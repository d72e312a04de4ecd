import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { create, type Parts } from "#core/onnx/proto/edit.ts";
import { TensorProto } from "#core/onnx/proto/onnx.ts";
import { elementCount, openTensor, readTensor, tensorBytes } from "#core/onnx/tensor.ts";
import { temporaryFolder } from "./build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const tensor = (dataType: number, dims: readonly number[], data: Parts<TensorProto>): TensorProto =>
  create(TensorProto, { name: "t", dataType, dims: dims.map(BigInt), ...data });
const corrupt = (text: string): unknown =>
  expect.objectContaining({ code: "MODEL_CORRUPT", message: expect.stringContaining(text) as string });

function inFile(dims: readonly number[]): { path: string; data: TensorProto } {
  writeFileSync(
    folder.file("w.bin"),
    Uint8Array.from({ length: 64 }, (_, i) => i),
  );
  const path = folder.file("m.onnx");
  writeFileSync(path, "");
  const entries = { location: "w.bin", offset: "10" };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { path, data: tensor(2, dims, { dataLocation: 1, externalData }) };
}

describe("elementCount", () => {
  it.each([
    [[], 1],
    [[0, 5], 0],
    [[3, 4, 5], 60],
    [[2 ** 31, 4], 2 ** 33],
  ])("of %j is %i", (dims, count) => {
    expect(elementCount(tensor(1, dims, {}))).toBe(count);
  });

  it.each([[[-1]], [[2 ** 30, 2 ** 30]], [[-2, -2]]])("refuses %j", (dims) => {
    expect(() => elementCount(tensor(1, dims, {}))).toThrow(
      corrupt(`"t" has the impossible shape [${dims.join(", ")}]`),
    );
  });
});

describe("tensorBytes", () => {
  it.each([
    ["float32", 1, [3], 12],
    ["uint8", 2, [3], 3],
    ["int64", 7, [3], 24],
    ["string", 8, [3], 0],
    ["float16", 10, [3], 6],
    ["complex128", 15, [3], 48],
    ["uint4", 21, [3], 2],
    ["int2", 26, [5], 2],
  ])("counts %s", (_, type, dims, bytes) => {
    expect(tensorBytes(tensor(type, dims, {}))).toBe(bytes);
  });

  it.each([0, 27, 1000])("refuses the element type %i", (type) => {
    expect(() => tensorBytes(tensor(type, [3], {}))).toThrow(corrupt(`unknown element type ${type}`));
  });
});

describe("readTensor", () => {
  // Little-endian bytes by hand (ONNX IR, TensorProto): which typed field holds which type.
  it.each<[string, TensorProto, number[]]>([
    ["raw_data", tensor(1, [1], { rawData: Uint8Array.of(0, 0, 128, 63) }), [0, 0, 128, 63]],
    ["float_data", tensor(1, [2], { floatData: [1, -2] }), [0, 0, 128, 63, 0, 0, 0, 192]],
    ["float_data for complex64", tensor(14, [1], { floatData: [1, -2] }), [0, 0, 128, 63, 0, 0, 0, 192]],
    ["int64_data", tensor(7, [1], { int64Data: [-2n] }), [254, 255, 255, 255, 255, 255, 255, 255]],
    ["double_data", tensor(11, [1], { doubleData: [1] }), [0, 0, 0, 0, 0, 0, 240, 63]],
    ["uint64_data", tensor(13, [1], { uint64Data: [258n] }), [2, 1, 0, 0, 0, 0, 0, 0]],
    ["uint64_data for uint32", tensor(12, [1], { uint64Data: [4294967295n] }), [255, 255, 255, 255]],
    ["int32_data", tensor(6, [1], { int32Data: [-2] }), [254, 255, 255, 255]],
    ["int32_data for int8", tensor(3, [2], { int32Data: [-1, 5] }), [255, 5]],
    ["int32_data for bool", tensor(9, [2], { int32Data: [1, 0] }), [1, 0]],
    ["int32_data for int16", tensor(5, [1], { int32Data: [-2] }), [254, 255]],
    ["int32_data for the bits of a float16", tensor(10, [1], { int32Data: [0x3c00] }), [0, 0x3c]],
    ["int32_data for int4, two in a byte", tensor(22, [3], { int32Data: [0x21, 0x03] }), [0x21, 0x03]],
    ["no data for no elements", tensor(1, [0], {}), []],
  ])("reads %s", (_, data, bytes) => {
    expect([...readTensor("m.onnx", data)]).toEqual(bytes);
  });

  it("reads external data from its offset", () => {
    const { path, data } = inFile([4]);
    expect([...readTensor(path, data)]).toEqual([10, 11, 12, 13]);
  });

  it("refuses data that does not fill the shape, naming file and tensor", () => {
    const short = tensor(1, [3], { floatData: [1, 2] });
    expect(() => readTensor("m.onnx", short)).toThrow(
      corrupt('m.onnx: tensor "t" needs 12 bytes by its shape but holds 8'),
    );
    expect(() => readTensor("m.onnx", tensor(1, [1], {}))).toThrow(corrupt("holds 0"));
    expect(() => readTensor("m.onnx", tensor(10, [1], { floatData: [1] }))).toThrow(corrupt("needs 2 bytes"));
  });

  it("refuses external data that the file does not hold", () => {
    const { path, data } = inFile([55]);
    expect(() => readTensor(path, data)).toThrow(corrupt("is cut off"));
  });
});

describe("openTensor", () => {
  it.each([
    ["external", (): [string, TensorProto] => [inFile([20]).path, inFile([20]).data]],
    [
      "inline",
      (): [string, TensorProto] => [
        "m.onnx",
        tensor(2, [20], { rawData: Uint8Array.from({ length: 20 }, (_, i) => i + 10) }),
      ],
    ],
  ])("reads slabs of %s data by their place", (_, make) => {
    using reader = openTensor(...make());
    expect(reader.byteLength).toBe(20);
    const slab = new Uint8Array(3);
    reader.read(slab, 17);
    expect([...slab]).toEqual([27, 28, 29]);
    reader.read(slab, 0);
    expect([...slab]).toEqual([10, 11, 12]);
  });

  it.each([
    ["external", (): [string, TensorProto] => [inFile([20]).path, inFile([20]).data]],
    ["inline", (): [string, TensorProto] => ["m.onnx", tensor(2, [20], { rawData: new Uint8Array(20) })]],
  ])("does not read beyond %s data, where other tensors lie", (_, make) => {
    using reader = openTensor(...make());
    expect(() => {
      reader.read(new Uint8Array(3), 18);
    }).toThrow(RangeError);
    expect(() => {
      reader.read(new Uint8Array(3), -1);
    }).toThrow(RangeError);
  });
});
