import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { createRandom } from "#shared/random.ts";
import { openVariant } from "#core/models/model-folder.ts";
import { fromBinary } from "#core/onnx/proto/decode.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import { ModelProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { decoder } from "../../helpers/onnx-builder.ts";
import { floats, graph, graphAttribute, model, node, save, temporaryFolder, tensorAttribute } from "./build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const ZOO = ["gpt2", "llama", "opt", "phi3", "qwen2"];
const zoo = (name: string): string => `test/fixtures/zoo/${name}/onnx/model.onnx`;

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(folder.file(name), content);
  return folder.file(name);
}

/** The LabError that an action throws; any other error, or none, fails the test. */
function refusal(action: () => unknown): LabError {
  try {
    action();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const corrupt = (path: string): LabError => {
  const error = refusal(() => readModel(path));
  expect(error).toMatchObject({ code: "MODEL_CORRUPT", details: { file: path } });
  expect(error.message).toContain(path);
  return error;
};

describe("readModel", () => {
  it.each(ZOO)("gives every tensor of %s the bytes that the file has", (name) => {
    const whole = fromBinary(ModelProto, readFileSync(zoo(name)));
    const read = readModel(zoo(name));
    const expected = Array.from(allTensors(whole), (tensor) => Buffer.from(tensor.rawData).toString("hex"));
    const actual = Array.from(allTensors(read.proto), (t) => Buffer.from(readTensor(read.path, t)).toString("hex"));
    expect(actual.length).toBeGreaterThan(20);
    expect(actual).toEqual(expected);
  });

  it("holds a graph without its weights", () => {
    const { proto, graph: main } = readModel(zoo("llama"));
    expect(main.node.length).toBeGreaterThan(100);
    expect(toBinary(ModelProto, proto).length).toBeLessThan(readFileSync(zoo("llama")).length / 2);
  });

  it("says that a file is missing, or no file", () => {
    const missing = refusal(() => readModel(folder.file("none.onnx")));
    expect(missing).toMatchObject({ code: "MODEL_NOT_FOUND", details: { file: folder.file("none.onnx") } });
    mkdirSync(folder.file("folder.onnx"));
    expect(refusal(() => readModel(folder.file("folder.onnx"))).message).toContain("is not a file");
  });

  it("names an empty file, a Git LFS pointer and a web page for what they are", () => {
    expect(corrupt(write("empty.onnx", "")).message).toContain("it is empty");
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    expect(corrupt(write("lfs.onnx", pointer)).message).toContain("git lfs pull");
    for (const page of ["<!DOCTYPE html><html>", "\n <html lang='en'>", '<?xml version="1.0"?>'])
      expect(corrupt(write("page.onnx", page)).message).toContain("is a web page");
  });

  it("refuses random bytes, and files of other kinds", () => {
    const random = createRandom(5);
    for (let round = 0; round < 50; round++) {
      const bytes = Uint8Array.from({ length: 400 }, () => random.nextInt(256));
      corrupt(write("random.onnx", bytes));
    }
    corrupt(write("zip.onnx", Buffer.from("504b0304140000000800", "hex")));
    corrupt(write("json.onnx", '{"error": "Repository not found"}'));
  });

  it("refuses a model without a graph or without a node", () => {
    const proto = model({ nodes: [] });
    expect(corrupt(save(proto, folder.file("no-nodes.onnx"))).message).toContain("no graph");
    proto.graph = undefined;
    expect(corrupt(save(proto, folder.file("no-graph.onnx"))).message).toContain("no graph");
  });

  it("refuses deep nesting in small messages, too", () => {
    let bytes: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 300; depth++) {
      bytes = new BinaryWriter()
        .tag([6, 5, 1][depth % 3]!, WireType.LengthDelimited)
        .bytes(bytes)
        .finish();
    }
    corrupt(write("deep.onnx", new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(bytes).finish()));
  });

  it("refuses a file that was cut anywhere, or reads what is left", () => {
    const branch = graph({ nodes: [node("Relu", ["x"], ["y"])], initializers: [floats("b", [20, 20])] });
    const constant = node("Constant", [], ["c"], [tensorAttribute("value", floats("", [400]))]);
    const whole = toBinary(
      ModelProto,
      model({
        nodes: [constant, node("If", ["p"], ["z"], [graphAttribute("then_branch", branch)])],
        initializers: [floats("w", [30, 30]), floats("v", [4])],
      }),
    );
    let refused = 0;
    for (let length = 0; length < whole.length; length += 97) {
      const path = write("cut.onnx", whole.subarray(0, length));
      try {
        expect(readModel(path).graph.node.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ code: "MODEL_CORRUPT", details: { file: path } });
        expect((error as Error).message).toContain(basename(path));
        refused++;
      }
    }
    expect(whole.length).toBeGreaterThan(5000);
    expect(refused).toBeGreaterThan(50);
  });

  it("gives a model or a LabError for 300 damaged files, and so does all that reads a model", () => {
    const random = createRandom(20261121);
    const original = readFileSync(zoo("llama"));
    // Beyond the graph's head the file is weights, which are not read: most damage must hit the structure.
    const structure = original.length - original.indexOf("onnx::MatMul");
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(original);
      for (let change = 0; change <= random.nextInt(8); change++) {
        const from = round % 3 === 0 ? 0 : original.length - structure;
        bytes[from + random.nextInt(bytes.length - from)] = random.nextInt(256);
      }
      const path = write("damaged.onnx", round % 5 === 0 ? bytes.subarray(0, random.nextInt(bytes.length)) : bytes);
      try {
        openVariant(path, {});
      } catch (error) {
        expect(error).toBeInstanceOf(LabError);
        expect((error as Error).message).toContain(path);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(30);
    expect(refused).toBeLessThan(300);
  });

  it("reads a small decoder as it was built", () => {
    const path = save(decoder({}), folder.file("decoder.onnx"));
    const { graph: main, proto } = readModel(path);
    expect(main.input.map(({ name }) => name)).toEqual(["input_ids", "attention_mask"]);
    expect(proto.opsetImport).toMatchObject([{ domain: "", version: 18n }]);
  });
});
