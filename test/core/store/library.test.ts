import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { migrate } from "#core/store/database.ts";
import * as library from "#core/store/library.ts";
import { MIGRATIONS } from "#core/store/migrations.ts";
import { store } from "./open-store.ts";

const model = { name: "a", folder: "/a", addedAt: "2026-11-21T10:00:00.000Z", summary: null };
const questions = {
  name: "q",
  file: "/q.csv",
  addedAt: model.addedAt,
  uploaded: 0,
  bytes: 1,
  modifiedMs: 2.5,
  content: "{}",
};

describe("0003-library", () => {
  it("adds the library to a store of version 2 and leaves its rows", () => {
    const db = new Database(":memory:");
    migrate(db, MIGRATIONS.slice(0, 2));
    db.prepare(
      `INSERT INTO runs (id, name, status, process_id, started_at, spec, environment, model_name, model_folder, parameters)
       VALUES ('r', 'n', 'done', 1, 't', '{}', '{}', 'm', 'f', 1)`,
    ).run();
    migrate(db, MIGRATIONS.slice(0, 3));
    expect(db.prepare("SELECT id FROM runs").pluck().all()).toEqual(["r"]);
    library.saveModelRow(db, model);
    expect(library.listModelRows(db)).toEqual([model]);
    db.close();
  });
});

describe("model rows", () => {
  it("come back by name, whatever its letters, and can be removed", () => {
    const db = store();
    for (const name of ["b", "A", "c"]) library.saveModelRow(db, { ...model, name, folder: `/${name}` });
    expect(library.listModelRows(db).map(({ name }) => name)).toEqual(["A", "b", "c"]);
    library.deleteModelRow(db, "b");
    expect(library.listModelRows(db)).toHaveLength(2);
  });

  it("get a new summary and keep the rest", () => {
    const db = store();
    library.saveModelRow(db, model);
    library.saveModelRow(db, { ...model, addedAt: "later", summary: "{}" });
    expect(library.listModelRows(db)).toEqual([{ ...model, summary: "{}" }]);
  });

  it("do not share a folder", () => {
    const db = store();
    library.saveModelRow(db, model);
    expect(() => {
      library.saveModelRow(db, { ...model, name: "b" });
    }).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});

describe("question rows", () => {
  it("come back as they were saved, with what was read last", () => {
    const db = store();
    library.saveQuestionsRow(db, questions);
    library.saveQuestionsRow(db, { ...questions, bytes: 7, modifiedMs: 9.25, content: '{"count":1}' });
    expect(library.listQuestionsRows(db)).toEqual([
      { ...questions, bytes: 7, modifiedMs: 9.25, content: '{"count":1}' },
    ]);
    library.deleteQuestionsRow(db, "q");
    expect(library.listQuestionsRows(db)).toEqual([]);
  });
});

describe("kept values", () => {
  it("are replaced, removed, and listed by the beginning of their key", () => {
    const db = store();
    library.keep(db, "page.a", "1");
    library.keep(db, "page.a", "2");
    library.keep(db, "page.b", "3");
    library.keep(db, "page.b", null);
    library.keep(db, "pages", "not one of them");
    library.keep(db, "probe", "{}");
    expect(library.listKept(db, "page.")).toEqual({ a: "2" });
    expect([library.readKept(db, "probe"), library.readKept(db, "nothing")]).toEqual(["{}", null]);
  });

  it("take % and _ in a key as they are", () => {
    const db = store();
    library.keep(db, "page_x", "1");
    expect(library.listKept(db, "page%")).toEqual({});
    expect(library.listKept(db, "page_")).toEqual({ x: "1" });
  });
});
