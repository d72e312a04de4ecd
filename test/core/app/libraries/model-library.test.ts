import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ModelLibrary, resolveModel } from "#core/app/libraries/model-library.ts";
import { openLab } from "#core/app/open-lab.ts";
import { copyModel, scratchDir } from "../../../helpers/lab.ts";
import { FIXTURES } from "../../../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama");
const BUNDLED = join(FIXTURES, "zoo", "gpt2");

function library(): ModelLibrary {
  const lab = openLab(scratchDir());
  onTestFinished(() => {
    lab[Symbol.dispose]();
  });
  return new ModelLibrary(lab.db, BUNDLED);
}

describe("ModelLibrary", () => {
  it("always has the bundled model, first", () => {
    const models = library();
    models.add(LLAMA, "a model");
    expect(models.list().map(({ name, bundled, present }) => [name, bundled, present])).toEqual([
      ["demo", true, true],
      ["a model", false, true],
    ]);
  });

  it("lists models as people count, not letter by letter", () => {
    const models = library();
    for (const name of ["model-10", "Model-3", "model-2", "alpha"]) models.add(copyModel("llama"), name);
    expect(models.list().map(({ name }) => name)).toEqual(["demo", "alpha", "model-2", "Model-3", "model-10"]);
  });

  it("adds a folder under its own name and says what it holds", () => {
    const entry = library().add(LLAMA);
    expect(entry).toMatchObject({
      name: "llama",
      folder: LLAMA,
      summary: { architecture: "LlamaForCausalLM", formats: ["fp32"] },
    });
    expect(entry.summary!.parameters).toBeGreaterThan(1000);
  });

  it("gives a second folder of the same name another one", () => {
    const models = library();
    models.add(LLAMA);
    expect(models.add(copyModel("llama")).name).toBe("llama 2");
  });

  it("adds a folder once", () => {
    const models = library();
    models.add(LLAMA, "first");
    expect(models.add(LLAMA).name).toBe("first");
    expect(() => models.add(LLAMA, "second")).toThrow(expect.objectContaining({ code: "NAME_TAKEN" }));
    expect(models.list()).toHaveLength(2);
  });

  it("keeps names apart, large and small letters alike", () => {
    const models = library();
    models.add(LLAMA, "Mine");
    expect(() => models.add(copyModel("qwen2"), "mine")).toThrow(expect.objectContaining({ code: "NAME_TAKEN" }));
    expect(() => models.add(copyModel("qwen2"), "Demo")).toThrow(expect.objectContaining({ code: "NAME_TAKEN" }));
  });

  it("keeps nothing of a folder that is no model", () => {
    const models = library();
    expect(() => models.add(scratchDir())).toThrow(expect.objectContaining({ code: "MODEL_NOT_FOUND" }));
    expect(models.list()).toHaveLength(1);
  });

  it("finds by name and by folder, and says which names there are", () => {
    const models = library();
    models.add(LLAMA);
    expect(models.find("LLAMA").folder).toBe(LLAMA);
    expect(models.find(LLAMA).name).toBe("llama");
    expect(() => models.find("nobody")).toThrow(/there are: demo, llama/);
  });

  it("forgets a model and leaves its folder", () => {
    const models = library();
    const folder = copyModel("llama");
    models.add(folder);
    models.remove("llama");
    expect(models.list()).toHaveLength(1);
    expect(models.add(folder).present).toBe(true);
    expect(() => {
      models.remove("demo");
    }).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
  });

  it("reads a folder again when a file in it has changed", () => {
    const models = library();
    const folder = copyModel("llama");
    models.add(folder, "mine");
    const before = models.open("mine").model;
    expect(models.open("mine").model).toBe(before);
    writeFileSync(join(folder, "onnx", "model_q4.onnx"), "not a model");
    expect(models.open("mine").model.broken).toHaveLength(1);
  });

  it("shows a folder that is gone as not there, with what was known of it", () => {
    const models = library();
    const folder = copyModel("llama");
    models.add(folder, "mine");
    rmSync(folder, { recursive: true });
    expect(models.list()[1]).toMatchObject({ name: "mine", present: false, summary: { formats: ["fp32"] } });
    expect(() => models.open("mine")).toThrow(expect.objectContaining({ code: "MODEL_NOT_FOUND" }));
  });
});

describe("resolveModel", () => {
  it("takes a folder, else a name", () => {
    const models = library();
    models.add(LLAMA, "mine");
    expect(resolveModel(models, "mine")).toBe(LLAMA);
    expect(resolveModel(models, BUNDLED)).toBe(BUNDLED);
    expect(resolveModel(models, "./not/there")).toContain("not");
    expect(() => resolveModel(models, "nobody")).toThrow(expect.objectContaining({ code: "MODEL_NOT_FOUND" }));
  });
});
