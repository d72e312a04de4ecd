import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Db, migrate } from "#core/store/database.ts";
import { MIGRATIONS } from "#core/store/migrations.ts";
import { readRun } from "#core/store/read-run.ts";
import { readWritten } from "#core/store/read-written.ts";
import { saveGeneration, saveQuestions, saveReplay } from "#core/store/write-measurements.ts";
import { deleteRun } from "#core/store/edit-run.ts";
import { insertRun } from "#core/store/write-run.ts";
import { fullRun, rowCounts, store } from "./open-store.ts";
import { facts, generated, generation, newCell, newRun, replayLaunch } from "./sample-run.ts";

/** A database as version 5 left it: a generated answer and a text of a float and of a rounding format. */
function versionFive(): Db {
  const db = new Database(":memory:");
  onTestFinished(() => {
    db.close();
  });
  db.pragma("foreign_keys = ON");
  migrate(db, MIGRATIONS.slice(0, 5));
  const w8 = { ...facts, format: "w8" as const, accuracyLevel: 4 };
  insertRun(
    db,
    newRun("r", { cells: [newCell("r", 0), newCell("r", 1, { label: "w8@cpu", format: "w8", facts: w8 })] }),
  );
  for (const cell of ["r/1", "r/2"]) {
    db.prepare(
      `INSERT INTO answers (cell_id, mode, question_id, predicted, correct, format_failure, choice_logprobs, text,
         generated_tokens, elapsed_ms) VALUES (?, 'generate', 'q1', 1, 1, 0, x'', ' B', 1, 30)`,
    ).run(cell);
    saveGeneration(db, cell, generation("p1"));
  }
  return db;
}

describe("migration 6", () => {
  it("keeps what was written, and says of rounding formats that their speed was disturbed", () => {
    const db = versionFive();
    migrate(db);
    const [float, rounded] = readRun(db, "r").cells;
    expect(float!.benchmark[0]!.answers[0]).toMatchObject({ text: " B", generatedTokens: 1, tokenIds: null });
    expect(float).toMatchObject({ generations: [generation("p1")], replays: [], wordsBasis: "once" });
    expect(rounded).toMatchObject({ replays: [], wordsBasis: "disturbed" });
    expect(rounded!.benchmark[0]!.wordsPerMinute).toBe(2000);
  });

  it("has nothing to replay of answers whose ids were not kept", () => {
    const db = versionFive();
    migrate(db);
    const asked = { questions: ["q1"], prompts: ["p1", "p2"] };
    expect(readWritten(db, "r/1", asked)).toEqual({ answers: {}, texts: { p1: [7, 8, 9] } });
  });
});

describe("readWritten", () => {
  it("gives the ids of what is asked for, and of an answer that ended at once none", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const none = { tokens: null, loglikelihood: null };
    saveQuestions(db, "r/1", [
      { ...none, generate: generated("q1") },
      { ...none, generate: generated("q2", { text: "", generatedTokens: 0, tokenIds: [] }) },
      { ...none, generate: generated("q3") },
    ]);
    expect(readWritten(db, "r/1", { questions: ["q1", "q2", "q9"], prompts: ["p1"] })).toEqual({
      answers: { q1: [4, 2_000_000_000], q2: [] },
      texts: {},
    });
  });
});

describe("saveReplay", () => {
  it("stores a launch whole or not at all, and it goes with its run", () => {
    const db = store();
    fullRun(db);
    expect(() => {
      saveReplay(db, "r/1", replayLaunch("texts"));
    }).toThrow(/UNIQUE/);
    expect(rowCounts(db)).toMatchObject({ replay_launches: 2, replay_items: 4 });
    saveReplay(db, "r/1", replayLaunch("texts", 2, { items: [] }));
    expect(readRun(db, "r").cells[0]!.replays[0]!.launches.map(({ launch }) => launch)).toEqual([1, 2]);
    deleteRun(db, "r");
    expect(rowCounts(db)).toMatchObject({ replay_launches: 0, replay_items: 0 });
  });
});
