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

  it.each(["", "{", '{"a": 1,}', "<html>"])("refuses %j with the code it was given, naming the file", (content) => {
    const path = file(content);
    expect(() => readJson(path, "TOKENIZER_INVALID")).toThrow(
      expect.objectContaining({
        code: "TOKENIZER_INVALID",
        message: expect.stringContaining(`${path} is not valid JSON`) as string,
        details: { file: path },
      }),
    );
  });

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
