import { cpSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Job } from "#shared/api.ts";
import { testApp, type TestApp } from "../../helpers/app.ts";
import { FIXTURES } from "../../helpers/reference.ts";

async function withModel(): Promise<{ app: TestApp; folder: string }> {
  const app = testApp();
  const folder = join(app.lab.home, "llama");
  cpSync(join(FIXTURES, "zoo", "llama"), folder, { recursive: true });
  await app.ask("models.add", { path: folder });
  return { app, folder };
}

async function make(app: TestApp, input: Parameters<TestApp["ask"]>[1]): Promise<Job> {
  const ended = app.next("job.changed", ({ job }) => job.finishedAt !== null);
  await app.ask("variants.make", input as never);
  return (await ended).job;
}

describe("models.show", () => {
  it("tells what the files really are, and what was made in the data folder", async () => {
    const { app } = await withModel();
    const { file } = await make(app, { model: "llama", recipe: { format: "int4" } });
    const { entry, variants, broken } = await app.ask("models.show", { model: "llama" });
    expect(entry.name).toBe("llama");
    expect(broken).toEqual([]);
    expect(variants.map(({ place, format }) => [place, format])).toEqual([
      ["folder", "fp32"],
      ["lab", "int4"],
    ]);
    expect(variants[0]).toMatchObject({ label: join("onnx", "model.onnx"), weightErrors: null, hasCache: true });
    const { weightErrors, facts } = variants[1]!;
    expect(variants[1]!.file).toBe(file);
    expect(weightErrors!.layers).toBeGreaterThan(0);
    expect(weightErrors!.lowestSnrDb).toBeLessThanOrEqual(weightErrors!.medianSnrDb!);
    expect(facts.bitsPerWeight).toBeLessThan(variants[0]!.facts.bitsPerWeight);
  });

  it("names a model that there is not, and one whose folder is gone", async () => {
    const app = testApp();
    expect(await app.refusal("models.show", { model: "nobody" })).toMatchObject({ code: "MODEL_NOT_FOUND" });
    expect(await app.refusal("models.add", { path: app.lab.home })).toMatchObject({ code: "MODEL_NOT_FOUND" });
  });
});

describe("models.layers", () => {
  it("lists every weight, with what it lost in a file that was made here", async () => {
    const { app } = await withModel();
    const { file } = await make(app, { model: "llama", recipe: { format: "int4" } });
    const { layers } = await app.ask("models.layers", { model: "llama", file: file! });
    const quantized = layers.filter(({ bits }) => bits === 4);
    expect(quantized.length).toBeGreaterThan(0);
    expect(quantized.every(({ error }) => error !== null && error.snrDb! > 5)).toBe(true);
    expect(layers.some(({ role }) => role === "embedding")).toBe(true);
  });

  it("reads the model's own files only", async () => {
    const { app } = await withModel();
    const file = join(FIXTURES, "zoo", "gpt2", "onnx", "model.onnx");
    expect(await app.refusal("models.layers", { model: "llama", file })).toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("variants.make", () => {
  it("writes beside the source when that is wanted, and never over a file", async () => {
    const { app, folder } = await withModel();
    const target = join(folder, "onnx", "model_q4.onnx");
    const wanted = { model: "llama", recipe: { format: "int4" }, place: "folder" };
    expect(await make(app, wanted)).toMatchObject({ state: "done", file: target });
    expect(existsSync(target)).toBe(true);
    writeFileSync(target, "mine");
    expect(await make(app, wanted)).toMatchObject({ state: "failed", error: { code: "OUTPUT_UNWRITABLE" } });
  });

  it("refuses a format that cannot be made and an option that it has not", async () => {
    const { app } = await withModel();
    expect(await app.refusal("variants.make", { model: "llama", recipe: { format: "fp32" } })).toMatchObject({
      code: "FORMAT_UNSUPPORTED",
    });
    expect(await make(app, { model: "llama", recipe: { format: "fp16", blockSize: 32 } })).toMatchObject({
      state: "failed",
      error: { code: "SPEC_INVALID" },
    });
  });

  it("knows what other tools make", async () => {
    const { presets } = await testApp().ask("variants.presets", {});
    expect(presets.find(({ name }) => name === "transformers.js q4")!.recipe.format).toBe("int4");
  });
});

describe("questions.preview", () => {
  const ask = { questions: "demo", model: "demo" };

  it("is the very prompt that is sent, with its tokens", async () => {
    const preview = await testApp().ask("questions.preview", { ...ask, index: 0 });
    const { question, prompt, promptTokens, continuations } = preview;
    expect(prompt).toContain(`${question.question}\nA. ${question.choices[0]}\n`);
    expect(prompt.endsWith("\nAnswer:")).toBe(true);
    expect(promptTokens).toBeGreaterThan(10);
    expect(continuations.map(({ text }) => text)).toEqual([" A", " B", " C", " D"]);
    expect(continuations.every(({ tokens }) => tokens > 0)).toBe(true);
  });

  it("follows the options that a run has", async () => {
    const app = testApp();
    const plain = await app.ask("questions.preview", { ...ask, index: 3 });
    const other = await app.ask("questions.preview", { ...ask, index: 3, subject: "something_else" });
    const chat = await app.ask("questions.preview", { ...ask, index: 3, chatTemplate: true });
    const shots = await app.ask("questions.preview", { ...ask, index: 3, shots: 2 });
    const texts = await app.ask("questions.preview", { ...ask, index: 3, promptTemplate: "question-answer" });
    expect(other.prompt).toContain("about something else.");
    expect(chat.prompt).toContain(plain.prompt.slice(0, 60));
    expect(chat.prompt.length).toBeGreaterThan(plain.prompt.length);
    expect(shots.prompt.match(/Answer:/g)).toHaveLength(3);
    expect(shots.promptTokens).toBeGreaterThan(2 * plain.promptTokens);
    expect(texts.continuations.map(({ text }) => text.trim())).toEqual(plain.question.choices);
  });

  it("refuses a place behind the last question", async () => {
    expect(await testApp().refusal("questions.preview", { ...ask, index: 5000 })).toMatchObject({
      code: "BAD_REQUEST",
    });
  });
});

describe("system", () => {
  it("describes machine and data folder, and has no probe before the first", async () => {
    const app = testApp();
    const snapshot = await app.ask("system.snapshot", {});
    expect(snapshot).toMatchObject({ home: app.lab.home, providers: null, probing: false, probeError: null });
    expect(snapshot.homeBytes).toBeGreaterThan(1000);
    expect(snapshot.environment.runtime.launcher).toBe("fork");
  });

  it("keeps what a probe finds, and says why one found nothing", async () => {
    const report = {
      schemaVersion: 1 as const,
      probedAt: "2026-11-21T10:00:00.000Z",
      platform: "test",
      onnxruntime: "1",
      gpus: [],
      providers: [],
    };
    let works = true;
    const app = testApp({ probe: () => (works ? Promise.resolve(report) : Promise.reject(new Error("no disk"))) });
    const probe = async (): Promise<void> => {
      const changed = app.next("system.changed");
      await app.ask("system.probe", {});
      await changed;
    };
    await probe();
    expect((await app.ask("system.snapshot", {})).providers).toEqual(report);
    works = false;
    await probe();
    expect(await app.ask("system.snapshot", {})).toMatchObject({
      providers: report,
      probing: false,
      probeError: "no disk",
    });
  });
});

describe("a chat template that hangs", () => {
  const HANG = "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}";

  it("is a warning of the model and an error of a preview, and the lab closes while it hangs", async () => {
    const { app, folder } = await withModel();
    writeFileSync(join(folder, "chat_template.jinja"), HANG);
    const preview = { questions: "demo", model: "llama", chatTemplate: true };
    const shown = app.ask("models.show", { model: "llama" });
    const refused = app.refusal("questions.preview", preview);
    // Answered in between: nothing waits for the template.
    expect((await app.ask("models.list", {})).models).toHaveLength(2);
    const { hasChatTemplate, warnings } = await shown;
    expect(hasChatTemplate).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/chat_template\.jinja took too long/)]);
    await app.close();
    expect(await refused).toMatchObject({ code: "CANCELLED" });
  });
});
