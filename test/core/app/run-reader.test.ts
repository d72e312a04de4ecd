import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildResults } from "#shared/report/build-results.ts";
import { openLab } from "#core/app/open-lab.ts";
import { RunReader } from "#core/app/run-reader.ts";
import { runResults } from "#core/app/run-views.ts";
import { readRun } from "#core/store/read-run.ts";
import { SEED_CELLS, seedResult } from "../../helpers/seed-result.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function reader(file: string, idleMs?: number): RunReader {
  const opened = new RunReader(file, idleMs);
  onTestFinished(() => opened.close());
  return opened;
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

  it("leaves the asking thread free until the answer is there", async () => {
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

  it("ends its thread when nobody asks for a while, and starts another for who does", async () => {
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

  it("keeps what lies beside a place where nothing was begun", async () => {
    const folder = temporaryFolder();
    const asked = reader(seeded().file);
    writeFileSync(join(folder, "mine.zip.part"), "the user's own");
    await asked.run("writeExport", { ids: ["a"], format: "json", path: join(folder, "a.json") });
    await asked.close();
    expect(readdirSync(folder).sort()).toEqual(["a.json", "mine.zip.part"]);
  });
});
