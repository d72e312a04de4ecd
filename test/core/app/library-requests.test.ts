import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { saveModelRow } from "#core/store/library.ts";
import { copyModel, scratchDir } from "../../helpers/lab.ts";
import { type TestApp, testApp } from "../../helpers/app.ts";

/** A model below the data folder, where everything may be named. */
async function appWithModel(): Promise<TestApp> {
  const app = testApp();
  const folder = join(app.lab.home, "given", "llama");
  cpSync(copyModel("llama"), folder, { recursive: true });
  await app.ask("models.add", { path: folder });
  return app;
}

describe("variants.predict", () => {
  it("gives the size that the file will have, by its recipe", async () => {
    const app = await appWithModel();
    const recipe = { format: "int4", blockSize: 128 } as const;
    const { bytes } = await app.ask("variants.predict", { model: "llama", recipe });
    const other = await app.ask("variants.predict", { model: "llama", recipe: { format: "int4" } });
    expect(bytes).not.toBe(other.bytes);
    const done = app.next("job.changed", ({ job }) => job.finishedAt !== null);
    await app.ask("variants.make", { model: "llama", recipe });
    expect((await done).job.fileBytes).toBe(bytes);
  });

  it("refuses what making it would refuse", async () => {
    const app = await appWithModel();
    const wrong = { format: "int4", algorithm: "k_quant", symmetric: true };
    expect((await app.refusal("variants.predict", { model: "llama", recipe: wrong })).code).toBe("SPEC_INVALID");
    const fp32 = { model: "llama", recipe: { format: "fp32" } };
    expect((await app.refusal("variants.predict", fp32)).code).toBe("FORMAT_UNSUPPORTED");
  });
});

describe("models.show", () => {
  it("says of a made file by which recipe and version, and of a found one nothing", async () => {
    const app = await appWithModel();
    const done = app.next("job.changed", ({ job }) => job.finishedAt !== null);
    await app.ask("variants.make", { model: "llama", recipe: { format: "int4", blockSize: 64 } });
    await done;
    const { variants } = await app.ask("models.show", { model: "llama" });
    expect(variants.find(({ format }) => format === "fp32")!.made).toBeNull();
    const { made } = variants.find(({ format }) => format === "int4")!;
    expect(made!.recipe).toMatchObject({ format: "int4", blockSize: 64, symmetric: true });
    expect(made!.version).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe("models.remove", () => {
  it("leaves the way open to take it back, wherever the folder lies", async () => {
    const app = testApp();
    const folder = copyModel("llama");
    // As the command line adds it, which may name any folder.
    saveModelRow(app.lab.db, { name: "mine", folder, addedAt: "2026-11-21T10:00:00Z", summary: null });
    await app.ask("models.remove", { model: "mine" });
    expect((await app.ask("models.add", { path: folder, name: "mine" })).name).toBe("mine");
  });
});

describe("questions.rows", () => {
  it("gives the questions piece by piece, in the order of the file", async () => {
    const app = testApp();
    const file = join(scratchDir(), "few.csv");
    writeFileSync(file, "question,A,B,answer\nfirst,x,y,A\nsecond,x,y,B\nthird,x,y,A\n");
    app.paths.grant(file);
    await app.ask("questions.add", { path: file });
    const page = await app.ask("questions.rows", { questions: "few", limit: 2, offset: 1 });
    expect(page.total).toBe(3);
    expect(page.rows.map(({ id, question, answer }) => [id, question, answer])).toEqual([
      ["q2", "second", 1],
      ["q3", "third", 0],
    ]);
    expect((await app.ask("questions.rows", { questions: "few", offset: 9 })).rows).toEqual([]);
  });

  it("knows no set that was not added", async () => {
    const refusal = await testApp().refusal("questions.rows", { questions: "other" });
    expect(refusal.code).toBe("QUESTIONS_NOT_FOUND");
  });
});
