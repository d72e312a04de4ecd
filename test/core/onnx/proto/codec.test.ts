import * as es from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromBinary } from "#core/onnx/proto/decode.ts";
import { clearField, clone, create, isFieldSet } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import {
  Dimension,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from "#core/onnx/proto/onnx.ts";
import { WireError } from "#core/onnx/proto/wire.ts";
import { createRandom } from "#shared/random.ts";
import * as oracle from "../oracle/onnx_pb.ts";

const zoo = (name: string): string => `test/fixtures/zoo/${name}/onnx/model.onnx`;

/** What both libraries take for a message. */
type Parts = Record<string, unknown>;

describe("toBinary", () => {
  it("writes what protobuf-es writes, for 300 random models", () => {
    for (let seed = 0; seed < 300; seed++) {
      const parts = new Maker(seed).model();
      const expected = es.toBinary(oracle.ModelProtoSchema, es.create(oracle.ModelProtoSchema, parts));
      expect(hex(toBinary(ModelProto, create(ModelProto, parts)))).toBe(hex(expected));
    }
  });

  it("writes a default that was set, and none that was not", () => {
    expect(hex(toBinary(NodeProto, create(NodeProto, { name: "" })))).toBe("1a00");
    expect(toBinary(NodeProto, create(NodeProto)).length).toBe(0);
  });
});

describe("fromBinary", () => {
  it("reads what protobuf-es reads, and writes it back the same", () => {
    for (let seed = 0; seed < 300; seed++) {
      const bytes = es.toBinary(oracle.ModelProtoSchema, es.create(oracle.ModelProtoSchema, new Maker(seed).model()));
      const model = fromBinary(ModelProto, bytes);
      expect(hex(toBinary(ModelProto, model))).toBe(hex(bytes));
      expect(plain(model)).toEqual(plain(es.fromBinary(oracle.ModelProtoSchema, bytes)));
    }
  });

  it.each(["llama", "gpt2", "qwen2"])("reads the exported model %s as protobuf-es does", (name) => {
    const bytes = readFileSync(zoo(name));
    const theirs = es.fromBinary(oracle.ModelProtoSchema, bytes);
    const ours = fromBinary(ModelProto, bytes);
    expect(ours.graph!.node.length).toBeGreaterThan(50);
    expect(Buffer.compare(toBinary(ModelProto, ours), es.toBinary(oracle.ModelProtoSchema, theirs))).toBe(0);
  });

  it("takes lists packed and unpacked, whatever its own way of writing them", () => {
    const unpackedInts = bytesOf("20 01 20 ff ff ff ff ff ff ff ff ff 01".replaceAll("20", "38"));
    expect(fromBinary(TensorProto, unpackedInts).int64Data).toEqual([1n, -1n]);
    expect(fromBinary(TensorProto, bytesOf("0a 03 01 80 01")).dims).toEqual([1n, 128n]);
  });

  it("reads numbers of every length", () => {
    const values = [0n, 127n, 128n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 63n - 1n, -1n, -(2n ** 63n)];
    const tensor = create(TensorProto, { int64Data: values, int32Data: [0, -1, 2 ** 31 - 1, -(2 ** 31)] });
    const read = fromBinary(TensorProto, toBinary(TensorProto, tensor));
    expect(read.int64Data).toEqual(values);
    expect(read.int32Data).toEqual([0, -1, 2 ** 31 - 1, -(2 ** 31)]);
  });

  it("joins a message that comes twice", () => {
    const [first, second] = [{ elemType: 1 }, { shape: { dim: [] } }].map((value) =>
      toBinary(TypeProto, create(TypeProto, { value: { case: "tensorType", value } })),
    );
    const { value } = fromBinary(TypeProto, Buffer.concat([first!, second!]));
    expect(value).toMatchObject({ case: "tensorType", value: { elemType: 1, shape: { dim: [] } } });
  });

  it("keeps what it does not know, and a known number of another type, as they came", () => {
    // Field 99 as bytes, field 3 (a text) as a number.
    const bytes = bytesOf("1a 01 61 9a 06 02 07 08 18 05");
    const node = fromBinary(NodeProto, bytes);
    expect(node.name).toBe("a");
    expect(node.unknownFields?.map(hex)).toEqual(["9a06020708", "1805"]);
    expect(hex(toBinary(NodeProto, node))).toBe(hex(bytes));
  });

  it("refuses a file that ends early, wherever", () => {
    const whole = toBinary(ModelProto, create(ModelProto, new Maker(3).model()));
    let refused = 0;
    for (let length = 0; length < whole.length; length++) {
      try {
        fromBinary(ModelProto, whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
        refused++;
      }
    }
    // Between two fields of the model itself a shorter file is a whole one.
    expect(refused).toBeGreaterThan(whole.length - 20);
  });

  it.each([
    ["a field number of 0", "02 00"],
    ["a field number of more than 29 bits", "8a 80 80 80 80 80 01"],
    ["a length beyond the end", "1a 05 61"],
    ["a length that does not end", "1a ff ff ff ff ff ff ff ff ff ff 01"],
    ["a group", "1b"],
    ["a number of eleven bytes", "c0 3e ff ff ff ff ff ff ff ff ff ff 01"],
    ["a fixed number beyond the end", "c5 3e 00 00"],
  ])("refuses %s", (_, text) => {
    expect(() => fromBinary(NodeProto, bytesOf(text))).toThrow(WireError);
  });

  it("refuses messages without end inside each other", () => {
    let type = new Uint8Array(0);
    for (let depth = 0; depth < 400; depth++) type = nested(4, nested(1, type));
    expect(() => fromBinary(TypeProto, type)).toThrow("nested more than");
  });
});

describe("create", () => {
  it("makes messages of plain objects and keeps those that are messages", () => {
    const tensor = create(TensorProto, { name: "w", dims: [2n] });
    const graph = create(GraphProto, { initializer: [tensor], node: [{ opType: "Neg", input: ["w"] }] });
    expect(graph.initializer[0]).toBe(tensor);
    expect(graph.node[0]).toBeInstanceOf(NodeProto);
    expect(graph.node[0]).toMatchObject({ opType: "Neg", name: "", input: ["w"], output: [], attribute: [] });
  });
});

describe("clone", () => {
  it("shares nothing", () => {
    const original = create(TensorProto, { name: "w", dims: [1n], rawData: Uint8Array.of(1, 2, 3, 4) });
    original.unknownFields = [Uint8Array.of(9)];
    const copy = clone(TensorProto, original);
    expect(copy).toEqual(original);
    copy.rawData[0] = 7;
    copy.dims.push(2n);
    copy.unknownFields![0]![0] = 8;
    expect(original).toMatchObject({ dims: [1n], rawData: Uint8Array.of(1, 2, 3, 4) });
    expect(original.unknownFields[0]).toEqual(Uint8Array.of(9));
  });

  it("keeps the choice of a oneof", () => {
    const info = create(ValueInfoProto, { type: { value: { case: "tensorType", value: { elemType: 7 } } } });
    expect(clone(ValueInfoProto, info)).toEqual(info);
    expect(clone(Dimension, new Dimension()).value).toEqual({ case: undefined });
  });
});

describe("clearField", () => {
  it("makes a scalar unset", () => {
    const tensor = create(TensorProto, { dataLocation: 0 });
    expect(isFieldSet(tensor, "dataLocation")).toBe(true);
    clearField(tensor, "dataLocation");
    expect(isFieldSet(tensor, "dataLocation")).toBe(false);
    expect(tensor.dataLocation).toBe(0);
  });
});

/** Random parts of a model: every field of every message, present or not. */
class Maker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = createRandom(seed).nextFloat;
  }

  model(): Parts {
    return this.#some({
      irVersion: () => this.#int64(),
      producerName: () => this.#text(),
      docString: () => this.#text(),
      graph: () => this.#graph(2),
      opsetImport: () => this.#list(() => this.#some({ domain: () => this.#text(), version: () => this.#int64() })),
      metadataProps: () => this.#list(() => ({ key: this.#text(), value: this.#text() })),
      functions: () => this.#list(() => ({ name: this.#text(), node: this.#list(() => this.#node(1)) })),
    });
  }

  #graph(depth: number): Parts {
    return this.#some({
      node: () => this.#list(() => this.#node(depth)),
      name: () => this.#text(),
      initializer: () => this.#list(() => this.#tensor()),
      input: () => this.#list(() => this.#valueInfo()),
      valueInfo: () => this.#list(() => this.#valueInfo()),
    });
  }

  #node(depth: number): Parts {
    return this.#some({
      input: () => this.#list(() => this.#text()),
      output: () => this.#list(() => this.#text()),
      name: () => this.#text(),
      opType: () => this.#text(),
      attribute: () => this.#list(() => this.#attribute(depth)),
    });
  }

  #attribute(depth: number): Parts {
    return this.#some({
      name: () => this.#text(),
      f: () => this.#float(),
      i: () => this.#int64(),
      s: () => this.#bytes(),
      t: () => this.#tensor(),
      g: () => (depth > 0 ? this.#graph(depth - 1) : undefined),
      floats: () => this.#list(() => this.#float()),
      ints: () => this.#list(() => this.#int64()),
      strings: () => this.#list(() => this.#bytes()),
      type: () => this.#int32(),
    });
  }

  #tensor(): Parts {
    return this.#some({
      dims: () => this.#list(() => this.#int64()),
      dataType: () => this.#int32(),
      floatData: () => this.#list(() => this.#float()),
      int32Data: () => this.#list(() => this.#int32()),
      int64Data: () => this.#list(() => this.#int64()),
      doubleData: () => this.#list(() => this.#random()),
      uint64Data: () => this.#list(() => BigInt.asUintN(64, this.#int64())),
      name: () => this.#text(),
      rawData: () => this.#bytes(),
      externalData: () => this.#list(() => ({ key: this.#text(), value: this.#text() })),
      dataLocation: () => this.#int32(),
    });
  }

  #valueInfo(): Parts {
    const dim = (): Parts => ({
      value: this.#half() ? { case: "dimValue", value: this.#int64() } : { case: "dimParam", value: this.#text() },
    });
    const tensor = { case: "tensorType", value: { elemType: this.#int32(), shape: { dim: this.#list(dim) } } };
    return this.#some({
      name: () => this.#text(),
      type: () => ({
        value: this.#half() ? tensor : { case: "sequenceType", value: { elemType: { value: tensor } } },
      }),
    });
  }

  #some(makers: Record<string, () => unknown>): Parts {
    const made: Parts = {};
    for (const [name, make] of Object.entries(makers)) if (this.#half()) made[name] = make();
    return made;
  }

  #list<T>(make: () => T): T[] {
    return Array.from({ length: Math.floor(this.#random() * 4) }, make);
  }

  #half(): boolean {
    return this.#random() < 0.6;
  }

  #text(): string {
    return ["", "a", "weights/0", "été", "模型", "🧪 ".repeat(30)][Math.floor(this.#random() * 6)]!;
  }

  #int64(): bigint {
    const bits = BigInt(Math.floor(this.#random() * 64));
    const value = BigInt(Math.floor(this.#random() * 2 ** 52)) * (1n << bits);
    return BigInt.asIntN(64, this.#half() ? value : -value);
  }

  #int32(): number {
    return Number(BigInt.asIntN(32, this.#int64()));
  }

  #float(): number {
    return Math.fround(this.#random() * 1e3 - 500);
  }

  #bytes(): Uint8Array {
    return Uint8Array.from(this.#list(() => Math.floor(this.#random() * 256)));
  }
}

/** What a message says, without how a library holds it. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => name !== "$typeName" && each !== undefined)
      // Our lists that nearly every message lacks are not its own while they are empty.
      .filter(([, each]) => !Array.isArray(each) || each.length > 0)
      .map(([name, each]) => [name, plain(each)]),
  );
}

function nested(field: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  let rest = body.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
  return Uint8Array.from([field * 8 + 2, ...length, rest, ...body]);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.split(" "), (byte) => Number.parseInt(byte, 16));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
