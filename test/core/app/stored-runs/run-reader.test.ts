import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { isAlive, openLab } from "#core/app/open-lab.ts";
import { type ReaderSpawner, RunReader } from "#core/app/stored-runs/run-reader.ts";
import { runResults } from "#core/app/stored-runs/run-views.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import type { Db } from "#core/store/database.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { RUN_READER } from "../../../helpers/lab.ts";
import { SEED_CELLS, seedResult } from "../../../helpers/seed-result.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

function reader(file: string, idleMs?: number, spawner: ReaderSpawner = forkSpawner(RUN_READER)): RunReader {
  const opened = new RunReader(file, spawner, idleMs);
  onTestFinished(() => opened.close());
  return opened;
}

/** The real child, and the ids of the processes that were started. */
function watched(): { spawner: ReaderSpawner; pids: number[] } {
  const real: ReaderSpawner = forkSpawner(RUN_READER);
  const pids: number[] = [];
  const start: ReaderSpawner["start"] = (job) => {
    const child = real.start(job);
    pids.push(child.pid!);
    return child;
  };
  return { spawner: { ...real, start }, pids };
}

/** A child program that does something else than ours. */
function scripted(body: string): ReaderSpawner {
  const file = join(temporaryFolder(), "child.mjs");
  writeFileSync(file, body);
  return forkSpawner(file);
}

/** A store with one run of two cells. */
function seeded(): { home: string; file: string } {
  const home = temporaryFolder();
  seedResult(home, { id: "a", name: "seeded", questions: 40, cells: SEED_CELLS.slice(0, 2) });
  return { home, file: join(home, "quantscope.db") };
}

describe("RunReader", () => {
  it("answers with what the views make of the run", async () => {
    const { home, file } = seeded();
    using lab = openLab(home);
    const answer = await reader(file).ask("runs.results", { id: "a", marginPoints: 2 });
    expect(answer).toEqual(runResults(buildResults(readRun(lab.db, "a")), { marginPoints: 2 }));
  });

  it("leaves the asking program free until the answer is there", async () => {
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 1);
    await reader(seeded().file).ask("runs.results", { id: "a" });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(0);
  });

  it("answers many requests at once, each with its own", async () => {
    const asked = reader(seeded().file);
    const [details, missing, samples] = await Promise.allSettled([
      asked.ask("runs.get", { id: "a" }),
      asked.ask("runs.get", { id: "b" }),
      asked.ask("runs.samples", { id: "a", cell: "int8@cpu" }),
    ]);
    expect(details).toMatchObject({ value: { run: { id: "a" } } });
    expect(missing).toMatchObject({ reason: { name: "LabError", code: "RUN_NOT_FOUND" } });
    expect(samples).toMatchObject({ value: { cell: "int8@cpu" } });
  });

  it("keeps a run, until it is told that the run has changed", async () => {
    const { home, file } = seeded();
    const asked = reader(file);
    const name = async (): Promise<string> => (await asked.ask("runs.get", { id: "a" })).run.name;
    expect(await name()).toBe("seeded");
    using lab = openLab(home);
    lab.db.prepare("UPDATE runs SET name = 'another'").run();
    expect(await name()).toBe("seeded");
    asked.forget("a");
    expect(await name()).toBe("another");
  });

  it("leaves the store to whoever opened it: no connection stays", async () => {
    const { home, file } = seeded();
    const lab = openLab(home);
    const asked = reader(file);
    await asked.ask("runs.get", { id: "a" });
    lab.db.pragma("journal_mode = DELETE"); // refused while anybody else is connected
    expect(lab.db.pragma("journal_mode", { simple: true })).toBe("delete");
    lab[Symbol.dispose]();
  });

  it("ends its child when nobody asks for a while, and starts another for who does", async () => {
    const asked = reader(seeded().file, 1);
    await asked.ask("runs.get", { id: "a" });
    await expect.poll(() => asked.open).toBe(false);
    expect(await asked.ask("runs.get", { id: "a" })).toMatchObject({ run: { id: "a" } });
  });

  it("says that the store is broken, in the store's own words", async () => {
    const file = join(temporaryFolder(), "quantscope.db");
    writeFileSync(file, "this is no database, and long enough to be looked at");
    await expect(reader(file).ask("runs.get", { id: "a" })).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    const folder = join(temporaryFolder(), "quantscope.db");
    mkdirSync(folder);
    await expect(reader(folder).ask("runs.get", { id: "a" })).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  });

  it("refuses what waits when it is closed, and whatever comes later", async () => {
    const asked = reader(seeded().file);
    const waiting = asked.ask("runs.results", { id: "a" });
    const refused = expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    await asked.close();
    await refused;
    await expect(asked.ask("runs.get", { id: "a" })).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("leaves nothing beside the file that was being written when it was closed", async () => {
    const { home, file } = seeded();
    const folder = temporaryFolder();
    const asked = reader(file);
    const ids = Array.from({ length: 20 }, (_, index) => `run-${index}`);
    for (const id of ids) seedResult(home, { id, name: id, questions: 40, cells: SEED_CELLS.slice(0, 2) });
    const task = { ids, format: "html", path: join(folder, "all.zip") } as const;
    const writing = asked.run("writeExport", task);
    const ended = expect(writing).rejects.toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => existsSync(join(folder, "all.zip.part")), { interval: 1, timeout: 20_000 }).toBe(true);
    await asked.close();
    await ended;
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing of a backup that was cut off, SQLite's journal neither", async () => {
    const folder = temporaryFolder();
    const child = scripted(`import { writeFileSync } from "node:fs";
      process.on("message", ({ input }) => {
        if (input) for (const end of [".part", ".part-journal"]) writeFileSync(input.backup + end, "half");
      });`);
    const asked = reader("none", undefined, child);
    const cut = expect(asked.run("writeBackup", { backup: join(folder, "all.db") })).rejects.toMatchObject({
      code: "CANCELLED",
    });
    await expect.poll(() => readdirSync(folder).length, { interval: 1, timeout: 20_000 }).toBe(2);
    await asked.close();
    await cut;
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps what lies beside a place where nothing was begun", async () => {
    const folder = temporaryFolder();
    const asked = reader(seeded().file);
    writeFileSync(join(folder, "mine.zip.part"), "the user's own");
    await asked.run("writeExport", { ids: ["a"], format: "json", path: join(folder, "a.json") });
    await asked.close();
    expect(readdirSync(folder).sort()).toEqual(["a.json", "mine.zip.part"]);
  });

  it("is gone from the system when it is closed, at rest and in the middle", async () => {
    const { spawner, pids } = watched();
    const resting = reader(seeded().file, undefined, spawner);
    await resting.ask("runs.get", { id: "a" });
    await resting.close();
    const working = reader(seeded().file, undefined, spawner);
    const refused = expect(working.ask("runs.get", { id: "a" })).rejects.toMatchObject({ code: "CANCELLED" });
    await working.close();
    await refused;
    expect(pids.map(isAlive)).toEqual([false, false]);
  });
});

describe("RunReader whose child dies", () => {
  it("says that it was killed, to everybody who waits, and starts another for the next", async () => {
    const { spawner, pids } = watched();
    const asked = reader(seeded().file, undefined, spawner);
    const waiting = [asked.ask("runs.get", { id: "a" }), asked.ask("runs.results", { id: "a" })];
    process.kill(pids[0]!, "SIGKILL");
    const ends = await Promise.allSettled(waiting);
    const died = { name: "LabError", code: "WORKER_DIED", details: { code: null, signal: "SIGKILL" } };
    expect(ends).toMatchObject([{ reason: died }, { reason: died }]);
    expect((ends[0] as PromiseRejectedResult).reason).toMatchObject({
      message:
        "The process that reads stored runs was killed (SIGKILL). When nobody killed it, the system did, most often because memory ran out.",
    });
    expect(asked.open).toBe(false);
    expect(await asked.ask("runs.get", { id: "a" })).toMatchObject({ run: { id: "a" } });
    expect(pids).toHaveLength(2);
  });

  it("says that memory ran out, and what to do", async () => {
    vi.stubEnv("NODE_OPTIONS", "--max-old-space-size=32");
    onTestFinished(() => void vi.unstubAllEnvs());
    const greedy = scripted(`const all = []; process.on("message", ({ id }) => {
      while (id) all.push(new Array(10_000).fill(id / 3));
    });`);
    const asked = reader("none", undefined, greedy);
    await expect(asked.ask("runs.get", { id: "a" })).rejects.toMatchObject({
      code: "WORKER_DIED",
      message: expect.stringMatching(
        / ran out of memory\. It wrote: .*\. Ask for fewer runs or cells at once\.$/,
      ) as string,
    });
  });

  it("says that it could not be started", async () => {
    const { file } = seeded();
    const nowhere = forkSpawner(RUN_READER, { execPath: join(temporaryFolder(), "node") }) as unknown as ReaderSpawner;
    await expect(reader(file, undefined, nowhere).ask("runs.get", { id: "a" })).rejects.toMatchObject({
      code: "WORKER_DIED",
      message: expect.stringMatching(/could not be started .*ENOENT/) as string,
    });
    const full: ReaderSpawner = {
      launcher: "none",
      start: () => {
        throw new Error("spawn EAGAIN");
      },
    };
    await expect(reader(file, undefined, full).ask("runs.get", { id: "a" })).rejects.toMatchObject({
      code: "WORKER_DIED",
      message:
        "The process that reads stored runs could not be started: spawn EAGAIN. Close other programs, and try again.",
    });
  });

  it("does not hang on a child that hears nothing any more", async () => {
    const asked = reader(
      "none",
      undefined,
      scripted(`process.once("message", () => { process.disconnect(); setInterval(() => undefined, 1e6); });`),
    );
    const end = asked.ask("runs.get", { id: "a" }).catch((error: unknown) => error);
    const asking = setInterval(() => {
      asked.forget("a");
    }, 10);
    expect(await end).toMatchObject({ code: "WORKER_DIED" });
    clearInterval(asking);
  });

  it("goes with its parent, and takes along what it had begun to write", async () => {
    const { home } = seeded();
    const folder = temporaryFolder();
    const ids = Array.from({ length: 20 }, (_, index) => `run-${index}`);
    for (const id of ids) seedResult(home, { id, name: id, questions: 40, cells: SEED_CELLS.slice(0, 2) });
    const script = join(temporaryFolder(), "parent.mjs");
    const imported = (path: string): string =>
      JSON.stringify(pathToFileURL(join(import.meta.dirname, "..", "..", "..", "..", "src", "core", path)).href);
    const task = { ids, format: "html", path: join(folder, "all.zip") };
    writeFileSync(
      script,
      `import { RunReader } from ${imported("app/stored-runs/run-reader.ts")};
       import { forkSpawner } from ${imported("runs/spawner.ts")};
       const real = forkSpawner(${JSON.stringify(RUN_READER)});
       const start = (job) => { const child = real.start(job); process.stdout.write(String(child.pid)); return child; };
       new RunReader(${JSON.stringify(join(home, "quantscope.db"))}, { start }).run("writeExport", ${JSON.stringify(task)});`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    await expect.poll(() => existsSync(join(folder, "all.zip.part")), { interval: 1, timeout: 20_000 }).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(Number(pid)), { timeout: 20_000 }).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("RunReader.cancelImport", () => {
  /** Never ends an import, and answers everything else. */
  const STUCK = `process.on("message", ({ id, name }) => {
    if (name === "importRuns") for (;;);
    if (id) process.send({ id, reply: { ok: true, value: process.pid } });
  });`;

  it("ends one that hears nothing, and asks another child for the rest", async () => {
    const asked = reader("none", undefined, scripted(STUCK));
    const imported = asked.run("importRuns", { sources: [], about: {} });
    const other = asked.ask("runs.get", { id: "a" });
    asked.cancelImport();
    await expect(imported).rejects.toMatchObject({
      code: "CANCELLED",
      message: "The import was cancelled. Runs that it had stored before are kept.",
    });
    expect(await other).toEqual(expect.any(Number));
    expect(await asked.ask("runs.get", { id: "a" })).toBe(await other);
  });

  it("ends no child that imports nothing", async () => {
    const { spawner, pids } = watched();
    const asked = reader(seeded().file, undefined, spawner);
    await asked.ask("runs.get", { id: "a" });
    asked.cancelImport();
    await asked.ask("runs.get", { id: "a" });
    expect(pids).toHaveLength(1);
  });
});

describe("RunReader that is closed in the middle of an import", () => {
  it("leaves each run whole or not there, the store sound and free, and the rest to be imported again", async () => {
    const { home, file } = seeded();
    const ids = ["b", "c", "d"];
    for (const id of ids) seedResult(home, { id, name: id, questions: 400, cells: SEED_CELLS.slice(0, 2) });
    const bundles = join(temporaryFolder(), "runs.zip");
    await reader(file).run("writeExport", { ids, format: "qsrun", path: bundles });
    const target = seeded();
    using source = openLab(home);
    using lab = openLab(target.home);
    const earlier = readRun(lab.db, "a");
    const task = { sources: [{ path: bundles }], about: {} };

    const first = reader(target.file);
    const cut = expect(first.run("importRuns", task)).rejects.toMatchObject({ code: "CANCELLED" });
    lab.db.pragma("busy_timeout = 0");
    while (isFree(lab.db)) await setImmediate();
    await first.close();
    await cut;

    expect(isFree(lab.db)).toBe(true);
    expect(lab.db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(lab.db.pragma("foreign_key_check")).toEqual([]);
    const there = ids.filter((id) => hasRun(lab.db, id));
    expect(there.length).toBeLessThan(ids.length);
    expect(readRun(lab.db, "a")).toEqual(earlier);
    for (const id of there) expect(readRun(lab.db, id).cells).toEqual(readRun(source.db, id).cells);

    lab.db.pragma("busy_timeout = 5000");
    const outcomes = await reader(target.file).run("importRuns", task);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(
      ids.map((id) => (there.includes(id) ? "already there" : "added")),
    );
    for (const id of ids) expect(readRun(lab.db, id).cells).toEqual(readRun(source.db, id).cells);
  });
});

/** Whether nobody writes. */
function isFree(db: Db): boolean {
  try {
    db.exec("BEGIN IMMEDIATE; ROLLBACK");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "SQLITE_BUSY") return false;
    throw error;
  }
}
