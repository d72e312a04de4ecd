import Database from "better-sqlite3";
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RequestInput, RequestName } from "#shared/api.ts";
import { testApp, type TestApp } from "../../helpers/app.ts";
import { copyModel, questionFile } from "../../helpers/lab.ts";
import { SEED_CELLS, seedResult } from "../../helpers/seed-result.ts";

/** An app whose store another program holds from `hold` on. */
function sharedStore(): { app: TestApp; hold: () => void; release: () => void } {
  const app = testApp();
  for (const id of ["a", "b"]) seedResult(app.lab.home, { id, name: id, questions: 4, cells: SEED_CELLS.slice(0, 2) });
  // What waits inside SQLite is no subject here.
  app.lab.db.pragma("busy_timeout = 0");
  const other = new Database(app.lab.db.name);
  onTestFinished(() => {
    other.close();
  });
  return {
    app,
    hold: () => other.exec("BEGIN IMMEDIATE"),
    release: () => other.exec("COMMIT"),
  };
}

type Change = { readonly [N in RequestName]: readonly [N, RequestInput<N>] }[RequestName];

const CHANGES: readonly Change[] = [
  ["runs.rename", { id: "a", name: "another" }],
  ["runs.delete", { id: "b" }],
  ["history.note", { id: "a", note: "seen" }],
  ["history.tag", { ids: ["a"], add: ["nightly"] }],
  ["history.pin", { cell: { run: "a", cell: "fp32@cpu" } }],
  ["history.delete", { ids: ["a"] }],
];

describe("a request that changes a store which another program holds", () => {
  it.each(CHANGES)("%s names the store and what to do, and works when it is free again", async (name, input) => {
    const { app, hold, release } = sharedStore();
    hold();
    const error = await app.refusal(name, input);
    expect(error).toMatchObject({ code: "STORE_BUSY", message: expect.stringContaining(app.lab.db.name) as string });
    expect(error.message).toMatch(/wait for its end and try again/);
    expect((await app.ask("history.list", {})).total).toBe(2);
    release();
    await app.ask(name, input);
  });

  it("keeps no copy of a model or a set that could not be added", async () => {
    const { app, hold, release } = sharedStore();
    const inbox = join(app.lab.home, "inbox");
    mkdirSync(inbox);
    const questions = join(inbox, "set.csv");
    copyFileSync(questionFile(4), questions);
    const before = await app.ask("models.list", {});
    hold();
    const model = join(inbox, "llama");
    cpSync(copyModel("llama"), model, { recursive: true });
    expect(await app.refusal("models.add", { path: model })).toMatchObject({ code: "STORE_BUSY" });
    expect(await app.refusal("questions.add", { path: questions })).toMatchObject({ code: "STORE_BUSY" });
    expect(await app.ask("models.list", {})).toEqual(before);
    release();
    expect(await app.ask("questions.add", { path: questions })).toMatchObject({ name: "set" });
  });
});
