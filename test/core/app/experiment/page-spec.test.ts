import { describe, expect, it } from "vitest";
import type { SpecInput } from "#shared/spec.ts";
import { LabError } from "#shared/errors.ts";
import { resolvePageSpec, type SpecPlaces } from "#core/app/experiment/page-spec.ts";

const model = { name: "llama", folder: "/models/llama", bundled: false, addedAt: null, summary: null };
const places: SpecPlaces = {
  models: {
    find: (name) => {
      if (name === "llama") return model;
      throw new LabError("MODEL_NOT_FOUND", name);
    },
  },
  questions: {
    find: (name) => {
      if (name !== "mmlu") throw new LabError("QUESTIONS_NOT_FOUND", name);
      return { name, file: "/sets/mmlu.csv", bundled: false, uploaded: false, addedAt: null, known: null };
    },
  },
  paths: {
    check: (path) => {
      if (path.startsWith("/home/")) return path;
      throw new LabError("PATH_REFUSED", path);
    },
  },
};

function input(extra: Partial<SpecInput> = {}): SpecInput {
  const passes = { forward: {}, tokens: { questions: "mmlu" }, benchmark: { questions: "mmlu" } };
  return { schemaVersion: 1, name: "n", model: "llama", cells: [{ format: "fp32" }], passes, ...extra };
}

const resolve = (extra: Partial<SpecInput> = {}): ReturnType<typeof resolvePageSpec> =>
  resolvePageSpec(input(extra), places);

describe("resolvePageSpec", () => {
  it("puts the paths of library entries in the place of their names", () => {
    const { spec, model: found } = resolve();
    expect(found).toBe(model);
    expect(spec).toMatchObject({
      model: "/models/llama",
      passes: { tokens: { questions: "/sets/mmlu.csv" }, benchmark: { questions: "/sets/mmlu.csv" } },
    });
  });

  it("fills defaults, so that a run says what it does", () => {
    expect(resolve({ depth: "preview" }).spec).toMatchObject({
      launches: 2,
      seed: 0,
      passes: { forward: { warmup: 3 } },
    });
  });

  it("takes texts as prompts, and the bundled ones by name", () => {
    const prompts = (given: string | string[]): unknown =>
      resolve({ passes: { generate: { prompts: given } } }).spec.passes.generate!.prompts;
    expect(prompts(["a", "b"])).toEqual(["a", "b"]);
    expect(prompts("demo")).toMatch(/prompts.demo\.txt$/);
    expect(resolve({ passes: { tokens: { texts: "demo" } } }).spec.passes.tokens!.texts).toMatch(/texts.demo\.txt$/);
    expect(prompts("/home/me/prompts.txt")).toBe("/home/me/prompts.txt");
  });

  it.each([
    ["an unknown model", { model: "/etc" }, "MODEL_NOT_FOUND"],
    ["an unknown set", { passes: { tokens: { questions: "/etc/passwd" } } }, "QUESTIONS_NOT_FOUND"],
    [
      "an unknown set of solved questions",
      { passes: { tokens: { questions: "mmlu", shots: 1, shotQuestions: "/etc" } } },
      "QUESTIONS_NOT_FOUND",
    ],
    ["a text that may not be read", { passes: { tokens: { texts: "/etc/passwd" } } }, "PATH_REFUSED"],
    ["prompts that may not be read", { passes: { generate: { prompts: "/etc/passwd" } } }, "PATH_REFUSED"],
    ["a cell's file outside the model's folder", { cells: [{ file: "../../etc/passwd" }] }, "PATH_REFUSED"],
    ["a cell's file that may not be read", { cells: [{ file: "/etc/passwd" }] }, "PATH_REFUSED"],
    [
      "options of native libraries",
      { cells: [{ format: "fp32", providerOptions: { lib: "/tmp/x.so" } }] },
      "SPEC_INVALID",
    ],
    ["a field that there is not", { cels: [] }, "SPEC_INVALID"],
    ["no cell", { cells: [] }, "SPEC_INVALID"],
  ] as const)("refuses %s", (_what, extra, code) => {
    expect(() => resolve(extra as never)).toThrow(expect.objectContaining({ code }));
  });
});
