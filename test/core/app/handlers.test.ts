import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Handlers, REQUESTS } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import type { NativeShell } from "#core/app/native-shell.ts";
import { answer } from "#core/app/handlers.ts";
import { insertRun, setRunStatus } from "#core/store/write-run.ts";
import { testApp, type TestApp } from "../../helpers/app.ts";
import { questionFile, scratchDir } from "../../helpers/lab.ts";
import { newRun } from "../store/sample-run.ts";

function withRuns(): TestApp {
  const app = testApp();
  for (const id of ["a", "b", "c"]) {
    insertRun(app.lab.db, newRun(id));
    setRunStatus(app.lab.db, id, "done", null);
  }
  return app;
}

function shell(extra: Partial<NativeShell> = {}): NativeShell {
  const nobody = (): Promise<null> => Promise.resolve(null);
  return {
    pickModel: nobody,
    pickQuestions: nobody,
    pickRuns: () => Promise.resolve([]),
    pickTarget: nobody,
    printPdf: () => Promise.reject(new Error("nothing is printed here")),
    openFolder: () => Promise.resolve(),
    ...extra,
  };
}

describe("createHandlers", () => {
  it("answers every request of the contract", () => {
    expect(Object.keys(testApp().handlers).sort()).toEqual(Object.keys(REQUESTS).sort());
  });

  it("pages through the runs", async () => {
    const app = withRuns();
    expect((await app.ask("runs.list", {})).runs.map(({ id }) => id)).toEqual(["c", "b", "a"]);
    expect(await app.ask("runs.list", { limit: 1, offset: 1 })).toMatchObject({ total: 3, runs: [{ id: "b" }] });
  });

  it("renames and deletes a run, and tells", async () => {
    const app = withRuns();
    expect((await app.ask("runs.get", { id: "a" })).run.name).toBe("näme of a");
    await app.ask("runs.rename", { id: "a", name: "  night  " });
    expect((await app.ask("runs.get", { id: "a" })).run.name).toBe("night");
    await app.ask("runs.delete", { id: "a" });
    expect(await app.refusal("runs.get", { id: "a" })).toMatchObject({ code: "RUN_NOT_FOUND" });
    expect(await app.refusal("runs.delete", { id: "a" })).toMatchObject({ code: "RUN_NOT_FOUND" });
    expect(await app.refusal("runs.rename", { id: "a", name: "x" })).toMatchObject({ code: "RUN_NOT_FOUND" });
    expect(app.seen.filter(({ name }) => name === "runs.changed")).toHaveLength(2);
  });

  it("keeps what pages want to find again", async () => {
    const app = testApp();
    await app.ask("pages.remember", { key: "bench.depth", value: '"preview"' });
    await app.ask("pages.remember", { key: "view", value: "bench" });
    await app.ask("pages.remember", { key: "view", value: null });
    expect(await app.ask("pages.restore", {})).toEqual({ state: { "bench.depth": '"preview"' } });
  });

  it("keeps no more than 200 values of pages", async () => {
    const app = testApp();
    for (let index = 0; index < 200; index++) await app.ask("pages.remember", { key: `k${index}`, value: "" });
    expect(await app.refusal("pages.remember", { key: "one.more", value: "" })).toMatchObject({ code: "BAD_REQUEST" });
    await app.ask("pages.remember", { key: "k7", value: "again" });
    await app.ask("pages.remember", { key: "k8", value: null });
    await app.ask("pages.remember", { key: "one.more", value: "" });
  });

  it("has no dialogs in a browser, and says so by code", async () => {
    const app = testApp();
    expect(await app.ask("app.info", {})).toMatchObject({
      transport: "host",
      nativeDialogs: false,
      home: app.lab.home,
    });
    const save = { fileName: "a.json", content: "" };
    for (const [name, input] of [
      ["dialog.pickModel", {}],
      ["dialog.pickQuestions", {}],
      ["dialog.save", save],
      ["app.openHome", {}],
    ] as const) {
      expect(await app.refusal(name, input)).toMatchObject({ code: "NOT_AVAILABLE" });
    }
  });

  it("lets a page add what was chosen in a dialog, wherever it lies", async () => {
    const file = questionFile(4);
    const app = testApp({ transport: "electron", shell: shell({ pickQuestions: () => Promise.resolve(file) }) });
    expect(await app.refusal("questions.add", { path: file })).toMatchObject({ code: "PATH_REFUSED" });
    const { path } = await app.ask("dialog.pickQuestions", {});
    expect(await app.ask("questions.add", { path: path! })).toMatchObject({ name: "small", content: { count: 4 } });
    expect(app.seen.at(-1)!.name).toBe("questions.changed");
  });

  it("saves a file whole where the user says, and nothing when the user does not", async () => {
    const file = join(scratchDir(), "chart.png");
    const app = testApp({ shell: shell({ pickTarget: () => Promise.resolve(file) }) });
    const content = Buffer.from([0, 255, 1]).toString("base64");
    expect(await app.ask("dialog.save", { fileName: "chart.png", content, encoding: "base64" })).toEqual({
      path: file,
    });
    expect([...readFileSync(file)]).toEqual([0, 255, 1]);
    expect(await testApp({ shell: shell() }).ask("dialog.save", { fileName: "x", content: "" })).toEqual({
      path: null,
    });
    const nowhere = testApp({ shell: shell({ pickTarget: () => Promise.resolve(join(file, "x")) }) });
    expect(await nowhere.refusal("dialog.save", { fileName: "x", content: "" })).toMatchObject({
      code: "OUTPUT_UNWRITABLE",
    });
  });

  it("lists folders below the data folder, marks models, and goes nowhere else", async () => {
    const app = testApp();
    const folder = join(app.lab.home, "things");
    mkdirSync(join(folder, "model", "onnx"), { recursive: true });
    mkdirSync(join(folder, "empty"));
    for (const name of ["model/onnx/model.onnx", "set.CSV", "notes.txt", ".hidden.csv"])
      writeFileSync(join(folder, name), "");
    const { entries, parent } = await app.ask("folders.list", { path: folder });
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ["empty", "folder"],
      ["model", "model"],
      ["set.CSV", "questions"],
    ]);
    expect(parent).toBe(app.lab.home);
    expect((await app.ask("folders.list", { path: app.lab.home })).parent).toBeNull();
    for (const path of ["/", "/etc", join(app.lab.home, "..", ".."), `${folder}/../../../..`]) {
      expect(await app.refusal("folders.list", { path })).toMatchObject({ code: "PATH_REFUSED" });
    }
    expect(await app.refusal("folders.list", { path: join(folder, "set.CSV") })).toMatchObject({
      code: "PATH_REFUSED",
    });
  });

  it("deletes files that were made here, and no others", async () => {
    const app = testApp();
    mkdirSync(app.lab.variantsDir, { recursive: true });
    const made = join(app.lab.variantsDir, "model_q4.onnx");
    writeFileSync(made, "");
    const db = join(app.lab.home, "quantscope.db");
    for (const file of [
      db,
      join(app.lab.variantsDir, "..", "quantscope.db"),
      "/etc/passwd",
      `${app.lab.variantsDir}/../x.onnx`,
    ]) {
      expect(await app.refusal("variants.remove", { file })).toMatchObject({ code: "PATH_REFUSED" });
    }
    await app.ask("variants.remove", { file: made });
    expect(() => readFileSync(made)).toThrow(/ENOENT/);
    expect(readFileSync(db).length).toBeGreaterThan(0);
  });
});

describe("answer", () => {
  it.each([["runs.erase"], ["toString"], ["__proto__"], [7], [undefined], ["x".repeat(1e6)]])(
    "refuses the request %.20j, in few words",
    async (name) => {
      const reply = await answer(testApp().handlers, name, {});
      expect(reply).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
      expect(JSON.stringify(reply).length).toBeLessThan(300);
    },
  );

  it.each([
    [{ limit: 0 }, /^runs\.list: limit: /],
    [{ limit: 501 }, /^runs\.list: limit: /],
    [{ offset: -1 }, /^runs\.list: offset: /],
    [{ limit: "1; DROP TABLE runs" }, /^runs\.list: limit: /],
    [{ size: 3 }, /size/],
    [null, /^runs\.list: arguments: /],
  ])("refuses %j and names the field", async (input, message) => {
    const error = await testApp().refusal("runs.list", input);
    expect(error.code).toBe("BAD_REQUEST");
    expect(error.message).toMatch(message);
  });

  it("turns a failure into an envelope: ours with its code, any other as INTERNAL", async () => {
    const { handlers } = testApp();
    const failing = (error: Error): Handlers => ({
      ...handlers,
      "app.info": () => {
        throw error;
      },
    });
    const own = await answer(failing(new LabError("DISK_FULL", "full", { file: "x" })), "app.info", {});
    expect(own).toEqual({ ok: false, error: { code: "DISK_FULL", message: "full", details: { file: "x" } } });
    expect(await answer(failing(new Error("a bug")), "app.info", {})).toEqual({
      ok: false,
      error: { code: "INTERNAL", message: "a bug", details: {} },
    });
  });
});
