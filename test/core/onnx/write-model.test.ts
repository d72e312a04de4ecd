import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import * as fs from "node:fs";
import { afterAll, describe, expect, it, vi } from "vitest";
import { externalEntries } from "#core/onnx/external-data.ts";
import { promisedTensor } from "#core/onnx/messages.ts";
import { clone } from "#core/onnx/proto/edit.ts";
import { toBinary } from "#core/onnx/proto/encode.ts";
import { TensorProto } from "#core/onnx/proto/onnx.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { writeModel } from "#core/onnx/write-model.ts";
import type { TensorJob, TensorPiece } from "#core/onnx/tensor-job.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";
import { LabError } from "#shared/errors.ts";
import {
  floats,
  graph,
  graphAttribute,
  model,
  node,
  save,
  temporaryFolder,
  tensorAttribute,
  unknownField,
} from "./build-model.ts";
import { fingerprint } from "./compare-models.ts";

vi.mock("node:fs", async (original) => ({ ...(await original<typeof fs>()) }));

const LLAMA = "test/fixtures/zoo/llama/onnx/model.onnx";
const folder = temporaryFolder();
afterAll(folder.remove);

/** Copies a model as it is. */
async function copy(source: string, name: string, options: { inlineLimitBytes?: number } = {}) {
  const { proto } = readModel(source);
  return writeModel({ proto, sourcePath: source, target: folder.file(name), ...options });
}

/** Two matrices of 2 MB and 80 kB, one behind an If, one in a Constant node; with fields that the schema does not know. */
function nestedModel(path: string): string {
  const branch = (name: string) =>
    graph({
      nodes: [
        node("Constant", [], [`${name}.c`], [tensorAttribute("value", floats("", [200, 100]))]),
        node("MatMul", [`${name}.c`, `${name}.w`], [`${name}.y`]),
      ],
      initializers: [floats(`${name}.w`, [100, 50])],
    });
  const choice = node(
    "If",
    ["cond"],
    ["y"],
    [graphAttribute("then_branch", branch("a")), graphAttribute("else_branch", branch("b"))],
  );
  const proto = model({
    nodes: [choice, node("Add", ["y", "w"], ["z"])],
    initializers: [floats("w", [1024, 512]), floats("s", [3])],
  });
  proto.unknownFields = [unknownField(99, Uint8Array.of(1, 2, 3))];
  proto.graph!.unknownFields = [unknownField(16, Uint8Array.of(10, 1, 107))];
  choice.unknownFields = [unknownField(9, Uint8Array.of(10, 1, 107))];
  for (const tensor of allTensors(proto)) tensor.unknownFields = [unknownField(16, Uint8Array.of(10, 1, 120))];
  return save(proto, path);
}

function job(sizes: Record<string, number>, pieces: () => Iterable<TensorPiece>): TensorJob {
  return { tensors: new Map(Object.entries(sizes)), pieces };
}

/** A model with one tensor of 2,000 bytes that a job must deliver. */
function withPromise(pieces: () => Iterable<TensorPiece>, bytes = 2000) {
  const proto = model({ nodes: [node("Identity", ["new"], ["y"])], initializers: [promisedTensor("new", 2, [bytes])] });
  const target = folder.file("promise.onnx");
  return { proto, sourcePath: LLAMA, target, jobs: [job({ new: bytes }, pieces)] };
}

/** Names in the folder that the action added. */
async function leftBy(action: Promise<unknown>): Promise<string[]> {
  const before = new Set(fs.readdirSync(folder.path));
  await action.catch(() => undefined);
  return fs.readdirSync(folder.path).filter((name) => !before.has(name));
}

const errorOf = async (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => null,
    (error: unknown) => error,
  );

describe("writeModel", () => {
  it.each(["llama", "gpt2", "opt"])("copies %s tensor by tensor, and everything else", async (name) => {
    const source = `test/fixtures/zoo/${name}/onnx/model.onnx`;
    const { path, files, bytes } = await copy(source, `${name}.onnx`);
    expect(fingerprint(path)).toEqual(fingerprint(source));
    expect(files).toEqual([path]);
    expect(bytes).toBe(fs.statSync(path).size);
  });

  it("keeps unknown fields and tensors at any depth, inline and external", async () => {
    const source = nestedModel(folder.file("nested.onnx"));
    await copy(source, "nested-inline.onnx");
    await copy(source, "nested-external.onnx", { inlineLimitBytes: 0 });
    expect(fingerprint(folder.file("nested-inline.onnx"))).toEqual(fingerprint(source));
    expect(fingerprint(folder.file("nested-external.onnx"))).toEqual(fingerprint(source));
    // And back from the external file.
    await copy(folder.file("nested-external.onnx"), "nested-back.onnx");
    expect(fingerprint(folder.file("nested-back.onnx"))).toEqual(fingerprint(source));
  });

  it("puts tensors above 1 KiB into <name>.onnx_data when the file would be too large, those above 1 MiB aligned", async () => {
    const source = nestedModel(folder.file("large.onnx"));
    const { files, bytes } = await copy(source, "split.onnx", { inlineLimitBytes: 1e6 });
    expect(files).toEqual([folder.file("split.onnx"), folder.file("split.onnx_data")]);
    expect(bytes).toBe(files.reduce((sum, file) => sum + fs.statSync(file).size, 0));
    const tensors = [...allTensors(readModel(folder.file("split.onnx")).proto)];
    const keys = new Set(tensors.flatMap(({ externalData }) => externalData.map(({ key }) => key)));
    expect(keys).toEqual(new Set(["location", "offset", "length"]));
    expect(tensors.find(({ name }) => name === "s")?.rawData.length).toBe(12);
    for (const tensor of tensors) {
      const entries = externalEntries(tensor);
      if ((entries?.length ?? 0) > 1 << 20) expect(entries!.offset % 65_536).toBe(0);
    }
  });

  it("keeps sparse initializers whole, which the schema does not know", async () => {
    const values = floats("v", [500]);
    const encoded = Buffer.from(toBinary(TensorProto, values));
    const sparse = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(encoded).finish();
    const proto = model({ nodes: [node("Identity", ["v"], ["y"])] });
    proto.graph!.unknownFields = [unknownField(15, sparse)];
    const source = save(proto, folder.file("sparse.onnx"));
    await copy(source, "sparse-copy.onnx", { inlineLimitBytes: 0 });
    expect(fs.readFileSync(folder.file("sparse-copy.onnx")).includes(Buffer.from(values.rawData))).toBe(true);
  });

  it("stores data that two tensors share once", async () => {
    const proto = readModel(
      save(
        model({ nodes: [node("Add", ["a", "b"], ["y"])], initializers: [floats("a", [999])] }),
        folder.file("one.onnx"),
      ),
    ).proto;
    const a = proto.graph!.initializer[0]!;
    proto.graph!.initializer.push(Object.assign(clone(TensorProto, a), { name: "b" }));
    await writeModel({
      proto,
      sourcePath: folder.file("one.onnx"),
      target: folder.file("two.onnx"),
      inlineLimitBytes: 0,
    });
    expect(fs.statSync(folder.file("two.onnx_data")).size).toBe(999 * 4);
  });

  it("takes the pieces of a job in any order", async () => {
    const bytes = Uint8Array.from({ length: 2000 }, (_, i) => i % 251);
    const pieces = [1500, 0, 700].map((offset, i) => ({
      tensor: "new",
      offset,
      bytes: bytes.subarray(offset, [2000, 700, 1500][i]),
    }));
    const { path } = await writeModel(withPromise(() => pieces));
    expect(readTensor(path, readModel(path).graph.initializer[0]!)).toEqual(bytes);
  });

  it("reports progress up to the last byte and tensor", async () => {
    const { proto } = readModel(LLAMA);
    const seen: WriteProgress[] = [];
    await writeModel({
      proto,
      sourcePath: LLAMA,
      target: folder.file("progress.onnx"),
      onProgress: (p) => seen.push(p),
    });
    const last = seen.at(-1)!;
    expect(last.bytesDone).toBe(last.bytesTotal);
    expect(last.bytesTotal).toBe(fs.statSync(folder.file("progress.onnx")).size);
    expect(last.tensorsDone).toBe(last.tensorsTotal);
  });

  it("does not change the graph it is given", async () => {
    const { proto } = readModel(LLAMA);
    const before = JSON.stringify(proto.graph!.initializer.map(externalEntries));
    await writeModel({ proto, sourcePath: LLAMA, target: folder.file("same.onnx"), inlineLimitBytes: 0 });
    expect(JSON.stringify(proto.graph!.initializer.map(externalEntries))).toBe(before);
  });

  it("removes the data file of the model it replaces", async () => {
    await copy(LLAMA, "replace.onnx", { inlineLimitBytes: 0 });
    await copy(LLAMA, "replace.onnx");
    expect(fs.existsSync(folder.file("replace.onnx_data"))).toBe(false);
  });

  it("stops when it is aborted and leaves nothing", async () => {
    const stop = new AbortController();
    const { proto } = readModel(LLAMA);
    const onProgress = ({ tensorsDone }: WriteProgress): void => {
      if (tensorsDone === 3) stop.abort();
    };
    const run = writeModel({
      proto,
      sourcePath: LLAMA,
      target: folder.file("abort.onnx"),
      onProgress,
      signal: stop.signal,
    });
    const error = errorOf(run);
    expect(await leftBy(run)).toEqual([]);
    expect(await error).toMatchObject({ code: "CANCELLED" });
  });

  it("leaves nothing when a job fails, and the model that was there before", async () => {
    await copy(LLAMA, "promise.onnx");
    const before = fingerprint(folder.file("promise.onnx"));
    const run = writeModel(
      withPromise(() => {
        throw new LabError("MODEL_CORRUPT", "NaN");
      }),
    );
    expect(await leftBy(run)).toEqual([]);
    expect(fingerprint(folder.file("promise.onnx"))).toEqual(before);
  });

  it("says how much room it needs when the disk becomes full, and leaves nothing", async () => {
    const write = vi.spyOn(fs, "writeSync").mockImplementation(() => {
      throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    });
    const run = copy(LLAMA, "full.onnx", { inlineLimitBytes: 0 });
    const error = errorOf(run);
    expect(await leftBy(run)).toEqual([]);
    write.mockRestore();
    expect(await error).toMatchObject({ code: "DISK_FULL", details: { bytesNeeded: expect.any(Number) as number } });
  });

  it("refuses before it writes what the disk has no room for", async () => {
    const pieces = vi.fn(() => []);
    const run = writeModel(withPromise(pieces, 1e15));
    const error = errorOf(run);
    expect(await leftBy(run)).toEqual([]);
    expect(await error).toMatchObject({ code: "DISK_FULL", details: { bytesNeeded: expect.any(Number) as number } });
    expect(pieces).not.toHaveBeenCalled();
  });

  it("refuses a target whose folder is a file", async () => {
    fs.writeFileSync(folder.file("plain"), "");
    const { proto } = readModel(LLAMA);
    const run = writeModel({ proto, sourcePath: LLAMA, target: folder.file("plain/model.onnx") });
    await expect(run).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  });

  it("refuses to replace the model it reads, or its data file", async () => {
    await copy(LLAMA, "self.onnx", { inlineLimitBytes: 0 });
    await expect(copy(folder.file("self.onnx"), "self.onnx")).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
    fs.copyFileSync(folder.file("self.onnx"), folder.file("other.onnx"));
    await expect(copy(folder.file("other.onnx"), "self.onnx")).rejects.toThrow(/self\.onnx.* is read while/);
    expect(fingerprint(folder.file("self.onnx"))).toEqual(fingerprint(LLAMA));
  });

  it("reports a source that became shorter", async () => {
    const source = folder.file("shrinks.onnx");
    fs.copyFileSync(LLAMA, source);
    const { proto } = readModel(source);
    const onProgress = (): void => {
      fs.truncateSync(source, 1000);
    };
    const run = writeModel({ proto, sourcePath: source, target: folder.file("short.onnx"), onProgress });
    await expect(run).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
  });

  it("refuses a job that delivers too little, too much or something else", async () => {
    const piece = (tensor: string, length: number) => () => [{ tensor, offset: 0, bytes: new Uint8Array(length) }];
    await expect(writeModel(withPromise(piece("new", 1999)))).rejects.toThrow('"new" lacks 1 bytes');
    await expect(writeModel(withPromise(piece("new", 2001)))).rejects.toThrow("not expected");
    await expect(writeModel(withPromise(piece("other", 10)))).rejects.toThrow("not expected");
  });

  it("refuses a promise for a tensor that is not there or has another size", async () => {
    const { proto } = readModel(LLAMA);
    const write = (name: string, bytes: number) =>
      writeModel({ proto, sourcePath: LLAMA, target: folder.file("x.onnx"), jobs: [job({ [name]: bytes }, () => [])] });
    await expect(write("nowhere", 10)).rejects.toThrow("no initializer is called nowhere");
    await expect(write("model.embed_tokens.weight", 10)).rejects.toThrow("its shape needs");
  });
});
