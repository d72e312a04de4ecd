import { describe, expect, it } from "vitest";
import { countLooks } from "#core/runs/count-looks.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import { insertRun, setRunStatus } from "#core/store/write-run.ts";
import type { Spec } from "#shared/spec.ts";
import { newCell, newRun, questionSet } from "../store/sample-run.ts";

const set = questionSet(20);
const { spec } = newRun("any");

/** A store with one run that asked so many of the twenty questions of two files. */
function after(asked: number, files = ["aa", "bb"], of: Spec = spec, status: "done" | "failed" = "done"): Db {
  const db = openDatabase(":memory:");
  insertRun(
    db,
    newRun("earlier", {
      spec: of,
      questionSets: [{ set, asked: set.questions.slice(0, asked), chanceLevel: 0.25 }],
      cells: files.map((sha256, index) => newCell("earlier", index, { sha256 })),
    }),
  );
  setRunStatus(db, "earlier", status, "2026-11-21T08:00:00.000Z");
  return db;
}

const looks = (db: Db, asked: number, of: Spec = spec): number => {
  const count = countLooks(db, { spec: of, setSha256: set.sha256, asked, files: ["aa", "bb", "cc"] });
  db.close();
  return count;
};

describe("countLooks", () => {
  it("is the first where nothing was asked", () => {
    expect(looks(openDatabase(":memory:"), 12)).toBe(1);
  });

  it("is the second where fewer were asked of the same files before", () => {
    expect(looks(after(8), 12)).toBe(2);
  });

  it("is the second too where other questions of the set were drawn", () => {
    expect(looks(after(12, ["aa", "bb"], { ...spec, sample: { seed: 7 } }), 12)).toBe(2);
  });

  it("does not count the same run again", () => {
    expect(looks(after(12), 12)).toBe(1);
  });

  it("does not count other files, other words, and runs that did not end", () => {
    expect(looks(after(8, ["aa", "dd"]), 12)).toBe(1);
    const worded = { ...spec, passes: { ...spec.passes, benchmark: { ...spec.passes.benchmark!, shots: 5 } } };
    expect(looks(after(8, ["aa", "bb"], worded), 12)).toBe(1);
    expect(looks(after(8, ["aa", "bb"], spec, "failed"), 12)).toBe(1);
  });
});
