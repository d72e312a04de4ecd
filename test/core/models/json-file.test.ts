import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readJson } from "#core/models/json-file.ts";
import { temporaryFolder } from "../onnx/build-model.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

function file(content: string): string {
  writeFileSync(folder.file("x.json"), content);
  return folder.file("x.json");
}

describe("readJson", () => {
  it("reads an object", () => {
    expect(readJson(file('{"a": [1, "é"]}'), "MODEL_CORRUPT")).toEqual({ a: [1, "é"] });
  });

  it("reads an object behind a byte order mark", () => {
    expect(readJson(file('\uFEFF{"a": 1}'), "MODEL_CORRUPT")).toEqual({ a: 1 });
  });

  it("is null for a file that does not exist", () => {
    expect(readJson(folder.file("none.json"), "MODEL_CORRUPT")).toBeNull();
  });

  it.each(["{", '{"a": 1,}', "{'a': 1}", '{"a": 1} // note'])(
    "refuses %j with the code it was given, naming the file",
    (content) => {
      const path = file(content);
      expect(() => readJson(path, "TOKENIZER_INVALID")).toThrow(
        expect.objectContaining({
          code: "TOKENIZER_INVALID",
          message: expect.stringContaining(`${path} is not valid JSON`) as string,
          details: { file: path },
        }),
      );
    },
  );

  it("reads what Python writes, infinite numbers and NaN as texts", () => {
    expect(
      readJson(file('{"limits": [0.0, Infinity, -Infinity], "x": NaN, "text": "NaN, \\"Infinity"}'), "MODEL_CORRUPT"),
    ).toEqual({
      limits: [0, "Infinity", "-Infinity"],
      x: "NaN",
      text: 'NaN, "Infinity',
    });
  });

  it("reads UTF-16 with a byte order mark, as PowerShell writes it", () => {
    for (const bytes of [Buffer.from('\uFEFF{"a": 1}', "utf16le"), Buffer.from('\uFEFF{"a": 1}', "utf16le").swap16()]) {
      writeFileSync(folder.file("wide.json"), bytes);
      expect(readJson(folder.file("wide.json"), "MODEL_CORRUPT")).toEqual({ a: 1 });
    }
  });

  it.each([
    ["", "is empty. Download it again."],
    [
      "version https://git-lfs.github.com/spec/v1\noid sha256:0",
      'is a Git LFS pointer, not the file itself. Run "git lfs pull"',
    ],
    ["<!DOCTYPE html><title>Log in</title>", "is a web page"],
    ["PK\u0003\u0004", "is a zip archive"],
    ['{"a": 1,}', "a comma before a closing bracket, which JSON does not know"],
    ['{"a": 1} // note', "comments, which JSON does not know"],
    ["{'a': 1}", "single quotes, which JSON does not know"],
    ['{"a": Infinity,\n"b": [1,\n]}', "a comma before a closing bracket, which JSON does not know (line 2)"],
    ['{"a": "x\\"//y",\n/* b */ "c": NaN}', "comments, which JSON does not know (line 2)"],
  ])("says of %j what it is", (content, what) => {
    const path = file(content);
    expect(() => readJson(path, "TOKENIZER_INVALID")).toThrow(what);
    expect(() => readJson(path, "TOKENIZER_INVALID")).toThrow(
      expect.objectContaining({ code: "TOKENIZER_INVALID", details: { file: path } }),
    );
  });

  it.each(['{"a": "http://cut', '{"a": "it\'s", "b": "/*', '{"a": Infinity, "b": "x, ]'])(
    "does not take what stands in a string that is cut off, %j, for JSON of its own",
    (content) => {
      expect(() => readJson(file(content), "MODEL_CORRUPT")).toThrow(/is not valid JSON: Unterminated string/);
    },
  );

  it.each(["[]", "3", "null", '"text"'])("refuses %s, which is no object", (content) => {
    const path = file(content);
    expect(() => readJson(path, "MODEL_CORRUPT")).toThrow(`${path} holds no JSON object`);
  });

  it("refuses a folder", () => {
    mkdirSync(folder.file("folder.json"));
    expect(() => readJson(folder.file("folder.json"), "MODEL_CORRUPT")).toThrow(
      expect.objectContaining({ code: "MODEL_CORRUPT" }),
    );
  });
});
