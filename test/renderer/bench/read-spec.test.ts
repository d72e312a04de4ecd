import { describe, expect, it } from "vitest";
import type { ModelEntry, QuestionSetEntry } from "#shared/api.ts";
import type { SpecInput } from "#shared/spec.ts";
import { inNamesOf, modelOf, readSpecFile } from "../../../src/renderer/views/bench/read-spec.ts";

const model = (name: string, folder: string, bundled = false): ModelEntry => ({
  name,
  folder,
  bundled,
  addedAt: null,
  present: true,
  summary: null,
});
const set = (name: string, file: string): QuestionSetEntry => ({
  name,
  file,
  bundled: false,
  addedAt: null,
  present: true,
  content: null,
  problem: null,
});
const LIBRARIES = {
  models: [model("demo", "/app/resources/models/demo", true), model("smol", "/home/me/models/smol")],
  sets: [set("trivia", "/app/resources/questions/trivia.csv")],
};
const SPEC: SpecInput = {
  schemaVersion: 1,
  name: "x",
  model: "/home/me/models/smol",
  cells: [{ format: "fp32" }],
  passes: {
    tokens: { questions: "/app/resources/questions/trivia.csv", texts: "/home/me/a.txt" },
    benchmark: { questions: "/elsewhere/own.csv", shotQuestions: "/app/resources/questions/trivia.csv" },
    generate: { prompts: "/app/resources/prompts/demo.txt" },
  },
};

describe("readSpecFile", () => {
  it("gives the spec as it was written, without defaults", () => {
    expect(readSpecFile("a.json", JSON.stringify(SPEC))).toEqual(SPEC);
  });

  it.each([
    ["what is no JSON", "{", /a\.json is not JSON/],
    ["a field that the spec does not know", JSON.stringify({ ...SPEC, cell: [] }), /a\.json: .*cell/],
    ["a format that there is not", JSON.stringify({ ...SPEC, cells: [{ format: "fp3" }] }), /a\.json: cells/],
  ])("refuses %s and names the file", (_what, text, message) => {
    expect(() => readSpecFile("a.json", text)).toThrow(message);
  });
});

describe("inNamesOf", () => {
  it("gives the library's names for what lies in it, and leaves the rest for the plan to name", () => {
    expect(inNamesOf(SPEC, LIBRARIES)).toEqual({
      ...SPEC,
      model: "smol",
      passes: {
        tokens: { questions: "trivia", texts: "/home/me/a.txt" },
        benchmark: { questions: "/elsewhere/own.csv", shotQuestions: "trivia" },
        generate: { prompts: "demo" },
      },
    });
  });

  it("leaves prompts alone that are one's own", () => {
    const spec = { ...SPEC, passes: { generate: { prompts: ["Once"] } } };
    expect(inNamesOf(spec, LIBRARIES).passes).toEqual(spec.passes);
  });

  it("reads Windows paths", () => {
    const models = [model("demo", "C:\\lab\\resources\\models\\demo", true)];
    const spec = {
      ...SPEC,
      model: "C:\\lab\\resources\\models\\demo\\",
      passes: { generate: { prompts: "C:\\lab\\resources\\prompts\\demo.txt" } },
    };
    expect(inNamesOf(spec, { models, sets: [] })).toMatchObject({
      model: "demo",
      passes: { generate: { prompts: "demo" } },
    });
  });
});

describe("modelOf", () => {
  it.each([
    ["a name", "smol", "smol"],
    ["a path", "/home/me/models/smol/", "smol"],
    ["a path relative to the file", "../models/smol", "smol"],
    ["a name that only ends the same", "mol", undefined],
    ["a model that is not there", "/home/me/other", undefined],
  ])("finds it by %s", (_what, asked, name) => {
    expect(modelOf({ ...SPEC, model: asked }, LIBRARIES.models)?.name).toBe(name);
  });
});
