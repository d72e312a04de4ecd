import { describe, expect, it } from "vitest";
import { deleteRun, hasRun, readQuestions, renameRun } from "#core/store/edit-run.ts";
import { listRuns } from "#core/store/read-run.ts";
import { insertRun } from "#core/store/write-run.ts";
import { fullRun, rowCounts, store } from "./open-store.ts";
import { newRun, questionSet } from "./sample-run.ts";

const notFound = expect.objectContaining({ code: "RUN_NOT_FOUND" }) as Error;

describe("renameRun", () => {
  it("changes the name and nothing else", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const [before] = listRuns(db, { limit: 1, offset: 0 });
    renameRun(db, "r", "another");
    expect(listRuns(db, { limit: 1, offset: 0 })).toEqual([{ ...before, name: "another" }]);
  });

  it("refuses a run that there is not", () => {
    expect(() => {
      renameRun(store(), "r", "x");
    }).toThrow(notFound);
  });
});

describe("deleteRun", () => {
  it("leaves no row of it in any table", () => {
    const db = store();
    const empty = rowCounts(db);
    fullRun(db);
    expect(Object.values(rowCounts(db)).every((count) => count > 0)).toBe(true);
    deleteRun(db, "r");
    expect(rowCounts(db)).toEqual(empty);
    expect(hasRun(db, "r")).toBe(false);
  });

  it("keeps the questions that another run asks, and removes them with the last", () => {
    const db = store();
    insertRun(db, newRun("a"));
    insertRun(db, newRun("b"));
    const questions = (): number => db.prepare<[], number>("SELECT count(*) FROM questions").pluck().get()!;
    deleteRun(db, "a");
    expect(questions()).toBe(20);
    expect(readQuestions(db, "b").size).toBe(20);
    deleteRun(db, "b");
    expect(questions()).toBe(0);
  });

  it("refuses a run that there is not, and removes nothing", () => {
    const db = store();
    insertRun(db, newRun("a"));
    expect(() => {
      deleteRun(db, "b");
    }).toThrow(notFound);
    expect(hasRun(db, "a")).toBe(true);
  });
});

describe("readQuestions", () => {
  it("gives every question as it was asked, by id", () => {
    const db = store();
    insertRun(db, newRun("r"));
    expect([...readQuestions(db, "r").values()]).toEqual(
      questionSet(20).questions.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
  });

  it("gives none for a run without", () => {
    const db = store();
    insertRun(db, newRun("r", { questionSets: [] }));
    expect(readQuestions(db, "r").size).toBe(0);
  });
});
