import Database from "better-sqlite3";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Db, migrate, openDatabase } from "#core/store/database.ts";
import { deleteRun, hasRun } from "#core/store/edit-run.ts";
import { hiddenRuns, hideRuns, purgeRun } from "#core/store/history-edit.ts";
import { MIGRATIONS } from "#core/store/migrations.ts";
import { readRun } from "#core/store/read-run.ts";
import { abandonedRuns, claimRun, leaveRun, ownRun, runElsewhere } from "#core/store/run-owner.ts";
import { failAbandonedRuns, insertRun, noteAlongside, setRunStatus } from "#core/store/write-run.ts";
import { machineId } from "#core/system/machine-id.ts";
import { startOf, thisProcess } from "#core/system/process-identity.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { fullRun, store } from "./open-store.ts";
import { environment, newRun } from "./sample-run.ts";

const here = { ...environment, machineId: machineId() };
const parent = { pid: process.ppid, start: startOf(process.ppid) };

function measuredBy(db: Db, { pid, start }: { pid: number; start: string | null }, id = "r"): void {
  db.prepare("UPDATE runs SET process_id = ?, process_start = ?, status = 'running' WHERE id = ?").run(pid, start, id);
}

const stateOf = (db: Db, id = "r"): unknown =>
  db.prepare("SELECT status, process_id AS pid, process_start AS start FROM runs WHERE id = ?").get(id);

describe("migration 7", () => {
  it("keeps runs of version 6, whose processes are known by number alone", () => {
    const db = new Database(":memory:");
    onTestFinished(() => {
      db.close();
    });
    db.pragma("foreign_keys = ON");
    migrate(db, MIGRATIONS.slice(0, 6));
    fullRun(db, "r", 6);
    db.prepare("UPDATE runs SET process_id = ?").run(process.ppid);
    migrate(db);
    expect(stateOf(db)).toEqual({ status: "running", pid: process.ppid, start: null });
    expect(readRun(db, "r").cells[0]!.tokens).toHaveLength(1);
    expect(abandonedRuns(db)).toEqual([]);
  });
});

describe("abandonedRuns", () => {
  const cases: readonly [string, { pid: number; start: string | null }, boolean][] = [
    ["whose process runs", parent, false],
    ["of this process", thisProcess(), false],
    ["whose process has ended", { pid: 2 ** 22 + 1, start: parent.start }, true],
    ["whose process's number is another one's now", { ...parent, start: startOf(process.pid) }, true],
    ["of an earlier process with this one's number", { pid: process.pid, start: parent.start }, true],
    ["from before the machine was started again", { ...parent, start: "an earlier boot/17" }, true],
  ];
  it.each(cases)("tells a run %s", (_which, owner, abandoned) => {
    const db = store();
    insertRun(db, newRun("r", { environment: here }));
    measuredBy(db, owner);
    expect(abandonedRuns(db)).toEqual(abandoned ? ["r"] : []);
    expect(runElsewhere(db)?.id).toBe(owner === parent ? "r" : undefined);
  });

  it("leaves a run of another machine for a day after it was last heard, and measures beside it", () => {
    const db = store();
    insertRun(db, newRun("r", { startedAt: new Date().toISOString() }));
    measuredBy(db, { pid: 2 ** 22 + 1, start: "another boot/17" });
    expect(abandonedRuns(db)).toEqual([]);
    expect(runElsewhere(db)).toBeNull();
    expect(() => {
      deleteRun(db, "r");
    }).toThrow(/Process 4194305 of another machine is measuring the run r/);
    db.exec("UPDATE runs SET started_at = '2026-01-01T00:00:00.000Z'");
    expect(abandonedRuns(db)).toEqual(["r"]);
  });
});

describe("claimRun", () => {
  const stopped = (db: Db, status: "failed" | "cancelled" = "cancelled"): void => {
    insertRun(db, newRun("r", { environment: here }));
    setRunStatus(db, "r", status, "2026-11-21T08:00:00.000Z");
  };

  it("gives a stopped run to one of several that ask", () => {
    const file = join(temporaryFolder(), "store.db");
    const [one, two] = [openDatabase(file), openDatabase(file)];
    onTestFinished(() => {
      for (const db of [one, two]) db.close();
    });
    stopped(one);
    claimRun(one, "r");
    expect(stateOf(two)).toEqual({ status: "running", ...thisProcess() });
    expect(() => claimRun(two, "r")).toThrow(expect.objectContaining({ code: "RUN_BUSY" }));
  });

  it("names the process that has it", () => {
    const db = store();
    stopped(db);
    measuredBy(db, parent);
    expect(() => claimRun(db, "r")).toThrow(
      expect.objectContaining({ code: "RUN_BUSY", details: { id: "r", processId: process.ppid } }),
    );
  });

  it("gives it back as it was", () => {
    const db = store();
    stopped(db, "failed");
    claimRun(db, "r")();
    expect(readRun(db, "r").run).toMatchObject({ status: "failed", finishedAt: "2026-11-21T08:00:00.000Z" });
  });

  it("gives back no run that somebody else has by now", () => {
    const db = store();
    stopped(db);
    const giveBack = claimRun(db, "r");
    measuredBy(db, parent);
    giveBack();
    expect(stateOf(db)).toMatchObject({ status: "running", pid: process.ppid });
  });

  it.each([
    ["nothing", "RUN_NOT_FOUND"],
    ["r", "RUN_BUSY"],
  ])("refuses %s with %s where there is none, or it is finished", (id, code) => {
    const db = store();
    insertRun(db, newRun("r"));
    setRunStatus(db, "r", "done", null);
    expect(() => claimRun(db, id)).toThrow(expect.objectContaining({ code }));
  });
});

describe("a run that another process measures", () => {
  it("cannot be deleted, hidden or purged, and can when that has ended", () => {
    const db = store();
    insertRun(db, newRun("r", { environment: here }));
    setRunStatus(db, "r", "failed", null);
    expect(hideRuns(db, ["r"], "2026-01-01")).toEqual(["r"]);
    measuredBy(db, parent);
    expect(() => {
      deleteRun(db, "r");
    }).toThrow(`Another Quantscope (process ${process.ppid}) is measuring the run r right now.`);
    expect(hiddenRuns(db, "2027-01-01")).toEqual([]);
    expect(purgeRun(db, "r")).toBe(false);
    insertRun(db, newRun("s", { environment: here }));
    measuredBy(db, parent, "s");
    expect(hideRuns(db, ["s"], "2026-01-01")).toEqual([]);
    measuredBy(db, { pid: 2 ** 22 + 1, start: null });
    deleteRun(db, "r");
    expect(hasRun(db, "r")).toBe(false);
  });
});

describe("leaveRun", () => {
  it("makes a run of this process an abandoned one, which can be taken again", () => {
    const db = store();
    insertRun(db, newRun("r", { environment: here }));
    ownRun(db, "r");
    expect(abandonedRuns(db)).toEqual([]);
    leaveRun("r");
    expect(abandonedRuns(db)).toEqual(["r"]);
    failAbandonedRuns(db);
    claimRun(db, "r");
    expect(abandonedRuns(db)).toEqual([]);
  });
});

describe("ownRun", () => {
  it("says which process measures a new run", () => {
    const db = store();
    insertRun(db, newRun("r"));
    ownRun(db, "r");
    expect(stateOf(db)).toEqual({ status: "running", ...thisProcess() });
  });
});

describe("noteAlongside", () => {
  it("keeps who measured at the same time, of each attempt once", () => {
    const db = store();
    insertRun(db, newRun("r"));
    noteAlongside(db, "r", ["a"]);
    noteAlongside(db, "r", ["b", "a"]);
    expect(readRun(db, "r").run.environment).toEqual({ ...environment, alongside: ["a", "b"] });
  });
});
