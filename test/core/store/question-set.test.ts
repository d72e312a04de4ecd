import { describe, expect, it } from "vitest";
import { readRun } from "#core/store/read-run.ts";
import { saveLoad } from "#core/store/write-measurements.ts";
import { insertRun } from "#core/store/write-run.ts";
import { launchKey, store } from "./open-store.ts";
import { loaded, newRun, questionSet } from "./sample-run.ts";

describe("the question set of a stored run", () => {
  it("has its name, how many were asked, chance, subjects, right choices, and the special tokens once a cell was loaded", () => {
    const db = store();
    insertRun(db, newRun("r"));
    const { questions, name, sha256 } = questionSet(20);
    const subjects = Object.fromEntries(
      questions.flatMap(({ id, subject }) => (subject === null ? [] : [[id, subject]])),
    );
    const rightChoices = Object.fromEntries(questions.map(({ id, answer }) => [id, answer]));
    const counts = { count: 20, asked: 12, chanceLevel: 0.25 };
    const set = { name, sha256, ...counts, subjects, rightChoices, duplicates: {} };
    expect(readRun(db, "r").questionSet).toEqual({ ...set, specialTokens: { before: [], after: [] } });
    saveLoad(db, "r", launchKey("r/1"), loaded);
    expect(readRun(db, "r").questionSet).toEqual({ ...set, specialTokens: { before: ["<s>"], after: [] } });
  });
});
