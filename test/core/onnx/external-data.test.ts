import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { externalEntries, resolveExternal, safePath } from "#core/onnx/external-data.ts";
import { create } from "#core/onnx/proto/edit.ts";
import { TensorProto } from "#core/onnx/proto/onnx.ts";
import { temporaryFolder } from "./build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

// root/model/{model.onnx, w.bin, sub/w.bin}, root/outside.bin
const at = (...parts: string[]): string => join(folder.path, ...parts);
mkdirSync(at("model", "sub"), { recursive: true });
writeFileSync(at("model", "model.onnx"), new Uint8Array(40));
writeFileSync(at("model", "w.bin"), new Uint8Array(100));
writeFileSync(at("model", "sub", "w.bin"), new Uint8Array(100));
writeFileSync(at("outside.bin"), new Uint8Array(100));
symlinkSync(at("outside.bin"), at("model", "out.bin"));
symlinkSync("w.bin", at("model", "in.bin"));
symlinkSync("nowhere.bin", at("model", "broken.bin"));
symlinkSync(folder.path, at("model", "up"));
linkSync(at("outside.bin"), at("model", "hard.bin"));
const MODEL = at("model", "model.onnx");

function external(entries: Readonly<Record<string, string>>): TensorProto {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return create(TensorProto, { name: "w", dataType: 1, dims: [5n], dataLocation: 1, externalData });
}

const resolved = (entries: Readonly<Record<string, string>>, bytes = 20): ReturnType<typeof resolveExternal> =>
  resolveExternal(MODEL, external(entries), bytes);
const refused = (code: string, text: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string });

describe("externalEntries", () => {
  it("is null for a tensor that holds its data, whatever entries it has", () => {
    const tensor = external({ location: "w.bin" });
    tensor.dataLocation = 0;
    expect(externalEntries(tensor)).toBeNull();
  });

  it("starts at 0 and leaves the length open where the keys are missing", () => {
    expect(externalEntries(external({ location: "w.bin" }))).toEqual({ location: "w.bin", offset: 0, length: null });
  });

  it("ignores keys that it does not know", () => {
    const entries = { location: "w.bin", offset: "4", length: "20", checksum: "ab", prepacked_1: "x" };
    expect(externalEntries(external(entries))).toEqual({ location: "w.bin", offset: 4, length: 20 });
  });

  it.each(["-1", "1.5", "0x10", "", " 4", "1e3", "9007199254740992", "NaN"])("refuses the offset %j", (offset) => {
    expect(() => externalEntries(external({ location: "w.bin", offset }))).toThrow(
      refused("MODEL_CORRUPT", `tensor "w": external data has offset "${offset}"`),
    );
  });

  it("refuses a length that is no number", () => {
    expect(() => externalEntries(external({ location: "w.bin", length: "all" }))).toThrow(
      refused("MODEL_CORRUPT", 'length "all"'),
    );
  });
});

describe("resolveExternal", () => {
  it.each([
    ["w.bin", "w.bin"],
    ["./w.bin", "w.bin"],
    ["sub/w.bin", "sub/w.bin"],
    ["sub/../w.bin", "w.bin"],
    ["in.bin", "in.bin"],
    ["hard.bin", "hard.bin"],
    ["model.onnx", "model.onnx"],
  ])("takes %s", (location, file) => {
    expect(resolved({ location })).toEqual({ file: at("model", file), offset: 0, length: 20 });
  });

  it("takes a range up to the last byte", () => {
    expect(resolved({ location: "w.bin", offset: "80", length: "20" })).toMatchObject({ offset: 80, length: 20 });
  });

  it("takes the file's own weights, whatever the file is called", () => {
    writeFileSync(at("model", "c:x.onnx"), new Uint8Array(30));
    const own = external({ location: "c:x.onnx", length: "20" });
    expect(resolveExternal(at("model", "c:x.onnx"), own, 20)).toMatchObject({ file: at("model", "c:x.onnx") });
  });

  it("follows the links of a Hugging Face cache, where model and data lie in one folder of blobs", () => {
    mkdirSync(at("cache", "blobs"), { recursive: true });
    mkdirSync(at("cache", "snapshots", "ab12", "onnx"), { recursive: true });
    writeFileSync(at("cache", "blobs", "111"), new Uint8Array(10));
    writeFileSync(at("cache", "blobs", "222"), new Uint8Array(20));
    const onnx = at("cache", "snapshots", "ab12", "onnx");
    symlinkSync("../../../blobs/111", join(onnx, "model.onnx"));
    symlinkSync("../../../blobs/222", join(onnx, "model.onnx_data"));
    const tensor = external({ location: "model.onnx_data" });
    expect(resolveExternal(join(onnx, "model.onnx"), tensor, 20)?.file).toBe(join(onnx, "model.onnx_data"));
  });

  it("works for a model that is named relative to the working folder", () => {
    const tensor = external({ location: "config.json", length: "20" });
    expect(resolveExternal("test/fixtures/zoo/llama/tokenizer.json", tensor, 20)).toMatchObject({
      file: join("test", "fixtures", "zoo", "llama", "config.json"),
    });
  });

  it("refuses a length that is not the tensor's", () => {
    expect(() => resolved({ location: "w.bin", length: "16" })).toThrow(
      refused("MODEL_CORRUPT", 'tensor "w" needs 20 bytes by its shape but its data has 16'),
    );
  });

  it.each([
    [{ location: "w.bin", offset: "81", length: "20" }, "ends at byte 101, the file has 100"],
    [{ location: "w.bin", offset: "81" }, "ends at byte 101"],
    [{ location: "w.bin", offset: "9007199254740991" }, "is cut off"],
  ])("refuses %j, which ends beyond the file", (entries, text) => {
    expect(() => resolved(entries)).toThrow(refused("MODEL_CORRUPT", text));
  });
});

describe("safePath", () => {
  it.each([
    ["", "is empty"],
    ["/etc/passwd", "not a relative path"],
    [at("model", "w.bin"), "not a relative path"],
    ["C:\\weights.bin", "not a relative path"],
    ["c:weights.bin", "not a relative path"],
    ["\\\\server\\share\\w.bin", "not a relative path"],
    ["//server/share/w.bin", "not a relative path"],
    ["../outside.bin", "leaves the folder"],
    ["..\\outside.bin", "leaves the folder"],
    ["sub/../../outside.bin", "leaves the folder"],
    ["sub\\..\\..\\outside.bin", "leaves the folder"],
    ["..", "leaves the folder"],
    ["out.bin", "is a link out of the folder"],
    ["up/outside.bin", "is a link out of the folder"],
    ["sub", "is not a file"],
    ["w.bin\0.txt", "zero byte"],
  ])("refuses %j, naming model, tensor and reason", (location, why) => {
    const error = refused("EXTERNAL_DATA_UNSAFE", why);
    expect(() => safePath(MODEL, "weight.7", location)).toThrow(error);
    expect(() => safePath(MODEL, "weight.7", location)).toThrow(refused("EXTERNAL_DATA_UNSAFE", MODEL));
    expect(() => safePath(MODEL, "weight.7", location)).toThrow(refused("EXTERNAL_DATA_UNSAFE", '"weight.7"'));
  });

  it.each([".", "sub/.."])("refuses the folder itself (%s)", (location) => {
    expect(() => safePath(MODEL, "w", location)).toThrow(expect.objectContaining({ code: "EXTERNAL_DATA_UNSAFE" }));
  });

  it.each(["gone.bin", "sub/gone.bin", "broken.bin"])("says that %s is missing, and where it should be", (location) => {
    expect(() => safePath(MODEL, "w", location)).toThrow(refused("EXTERNAL_DATA_MISSING", at("model", location)));
  });

  it("refuses a data link that leaves the folder of a model that is no link", () => {
    mkdirSync(at("real"));
    writeFileSync(at("real", "model.onnx"), "");
    symlinkSync("../model/w.bin", at("real", "w.bin"));
    expect(() => safePath(at("real", "model.onnx"), "w", "w.bin")).toThrow(refused("EXTERNAL_DATA_UNSAFE", "link out"));
  });

  it("does not take a folder whose name only begins like the model's", () => {
    mkdirSync(at("model-2"));
    writeFileSync(at("model-2", "w.bin"), "");
    symlinkSync(at("model-2", "w.bin"), at("model", "neighbour.bin"));
    expect(() => safePath(MODEL, "w", "neighbour.bin")).toThrow(refused("EXTERNAL_DATA_UNSAFE", "link out"));
  });
});
