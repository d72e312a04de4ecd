import { describe, expect, it } from "vitest";
import { type ExecuteOptions, resumeRun } from "#core/runs/execute.ts";
import type { Db } from "#core/store/database.ts";
import { readRun } from "#core/store/read-run.ts";
import { insertRun, setRunStatus } from "#core/store/write-run.ts";
import { store } from "../store/open-store.ts";
import { newRun } from "../store/sample-run.ts";

/** Nothing may be started: what is refused, or has nothing left to do, needs no child. */
const idle = (db: Db): ExecuteOptions => ({
  db,
  variantsDir: "nowhere",
  scratchDir: "nowhere",
  spawner: {
    launcher: "none",
    start: () => {
      throw new Error("a child was started");
    },
  },
  signal: new AbortController().signal,
  onEvent: () => {
    throw new Error("something happened");
  },
});

describe("resumeRun", () => {
  it("leaves a finished run as it is, the time of its end too", async () => {
    const db = store();
    insertRun(db, newRun("r"));
    setRunStatus(db, "r", "done", "2026-11-21T08:00:00.000Z");
    const before = readRun(db, "r");
    expect(await resumeRun("r", idle(db))).toEqual({ runId: "r", status: "done" });
    expect(readRun(db, "r")).toEqual(before);
  });

  it("refuses a run that is being measured", async () => {
    const db = store();
    insertRun(db, newRun("r"));
    await expect(resumeRun("r", idle(db))).rejects.toMatchObject({
      code: "RUN_BUSY",
      message: expect.stringContaining("This program is measuring the run r right now.") as string,
    });
  });

  it("refuses a run that is not stored", async () => {
    await expect(resumeRun("nothing", idle(store()))).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});
