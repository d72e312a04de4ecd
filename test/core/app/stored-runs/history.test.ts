import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Spec } from "#shared/spec.ts";
import { MeasurementQueue } from "#core/app/runs/measurement-queue.ts";
import { DeletedRuns } from "#core/app/stored-runs/deleted-runs.ts";
import { openLab } from "#core/app/open-lab.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { onProblem } from "#core/system/problems.ts";
import { insertRun, setRunStatus } from "#core/store/write-run.ts";
import { testApp, type TestApp } from "../../../helpers/app.ts";
import { questionFile, scratchDir, smallSpec } from "../../../helpers/lab.ts";
import { FIXTURES } from "../../../helpers/reference.ts";
import { SEED_CELLS, type SeedResult, seedResult } from "../../../helpers/seed-result.ts";
import { seedRuns } from "../../../helpers/seed-runs.ts";
import { newRun } from "../../store/sample-run.ts";

function appWith(...runs: Partial<SeedResult>[]): TestApp {
  const app = testApp();
  runs.forEach((run, index) => {
    seedResult(app.lab.home, {
      id: `r${index}`,
      name: `run ${index}`,
      cells: SEED_CELLS.slice(0, 3),
      questions: 30,
      batchSizes: [1, 8],
      startedAt: new Date(Date.UTC(2026, 10, 1 + index)).toISOString(),
      ...run,
    });
  });
  return app;
}

const cell = (run: string, label = "int8@cpu"): { run: string; cell: string } => ({ run, cell: label });

describe("history.list", () => {
  it("answers filter, order and page, and refuses others by name", async () => {
    const app = appWith({}, { model: "other" }, {});
    const { total, runs } = await app.ask("history.list", {
      filter: { text: "run" },
      sort: { by: "name", descending: true },
      limit: 2,
    });
    expect([total, runs.map(({ id }) => id)]).toEqual([3, ["r2", "r1"]]);
    expect((await app.ask("history.ids", { filter: { model: "other" } })).ids).toEqual(["r1"]);
    expect(await app.refusal("history.list", { filter: { colour: "red" } })).toMatchObject({ code: "BAD_REQUEST" });
    expect(await app.refusal("history.list", { sort: { by: "spec", descending: true } })).toMatchObject({
      code: "BAD_REQUEST",
    });
  });

  it("shows tags and notes as they are changed", async () => {
    const app = appWith({}, {});
    await app.ask("history.tag", { ids: ["r0", "r1"], add: ["night"] });
    await app.ask("history.tag", { ids: ["r1"], remove: ["night"], add: ["day"] });
    await app.ask("history.note", { id: "r0", note: "slow" });
    const { runs } = await app.ask("history.list", {});
    expect(runs.map(({ tags, note }) => [tags, note])).toEqual([
      [["day"], ""],
      [["night"], "slow"],
    ]);
    expect((await app.ask("history.facets", {})).tags.map(({ value }) => value)).toEqual(["day", "night"]);
    expect(await app.refusal("history.tag", { ids: ["r0", "none"], add: ["x"] })).toMatchObject({
      code: "RUN_NOT_FOUND",
    });
    expect((await app.ask("history.list", { filter: { tag: "x" } })).total).toBe(0);
  });
});

describe("history.delete", () => {
  it("hides runs, and restore brings them back whole", async () => {
    const app = appWith({}, {});
    expect(await app.ask("history.delete", { ids: ["r0", "r1", "none"] })).toEqual({ ids: ["r0", "r1"], busy: 0 });
    expect((await app.ask("history.list", {})).total).toBe(0);
    expect((await app.ask("runs.list", {})).total).toBe(0);
    expect(await app.ask("history.restore", { ids: ["r1"] })).toEqual({ ids: ["r1"] });
    expect((await app.ask("runs.get", { id: "r1" })).cells).toHaveLength(3);
  });

  it("leaves a run that is measured", async () => {
    const app = testApp();
    seedRuns(app.lab.home, [{ id: "a", name: "a", status: "running", seconds: null }]);
    expect(await app.ask("history.delete", { ids: ["a"] })).toEqual({ ids: [], busy: 1 });
  });
});

describe("DeletedRuns", () => {
  it("takes hidden runs for good after a while, and what an earlier start left hidden at once", async () => {
    const home = scratchDir();
    seedRuns(home, [
      { id: "a", name: "a" },
      { id: "b", name: "b" },
    ]);
    const lab = openLab(home);
    onTestFinished(() => {
      lab[Symbol.dispose]();
    });
    const first = new DeletedRuns(lab, new MeasurementQueue(), 60_000);
    first.hide(["a"]);
    first.close();
    expect(hasRun(lab.db, "a")).toBe(true);
    const second = new DeletedRuns(lab, new MeasurementQueue(), 1);
    onTestFinished(() => {
      second.close();
    });
    await expect.poll(() => hasRun(lab.db, "a")).toBe(false);
    expect(hasRun(lab.db, "b")).toBe(true);
    second.hide(["b"]);
    await expect.poll(() => hasRun(lab.db, "b")).toBe(false);
  });

  it("says when the store cannot be written, and tries again", async () => {
    const home = scratchDir();
    seedRuns(home, [{ id: "a", name: "a" }]);
    const lab = openLab(home);
    const deleted = new DeletedRuns(lab, new MeasurementQueue(), 20);
    const noted: string[] = [];
    const stop = onProblem(({ message, file }) => noted.push(`${message} ${file}`));
    onTestFinished(() => {
      stop();
      deleted.close();
      lab[Symbol.dispose]();
    });
    deleted.hide(["a"]);
    // As on a full disk, or while another program holds the store: reading goes on.
    lab.db.pragma("query_only = ON");
    await expect.poll(() => noted).toHaveLength(1);
    expect(noted[0]).toMatch(/^Deleted runs could not be removed.*problems\.log$/);
    expect(readFileSync(join(home, "problems.log"), "utf8")).toContain("deleted-runs.ts");
    expect(hasRun(lab.db, "a")).toBe(true);
    lab.db.pragma("query_only = OFF");
    await expect.poll(() => hasRun(lab.db, "a")).toBe(false);
  });

  it("waits while something is measured", async () => {
    const home = scratchDir();
    seedRuns(home, [{ id: "a", name: "a" }]);
    const lab = openLab(home);
    const queue = { holder: "the run x" as string | null };
    const deleted = new DeletedRuns(lab, queue, 1);
    onTestFinished(() => {
      deleted.close();
      lab[Symbol.dispose]();
    });
    deleted.hide(["a"]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(hasRun(lab.db, "a")).toBe(true);
    queue.holder = null;
    await expect.poll(() => hasRun(lab.db, "a")).toBe(false);
  });
});

describe("history.rerun", () => {
  it("queues what the run was asked to do, under a new id that remembers which run it repeats", async () => {
    const model = join(FIXTURES, "zoo", "llama");
    const asked = smallSpec(model, questionFile(3), { name: "the first night", seed: 7, launches: 2 });
    const held: { readonly spec: Spec; readonly id: string | undefined }[] = [];
    const app = testApp({
      executor: {
        // Stores the run as one that is executed is, and ends it at once.
        execute: (spec, { runId, db }) => {
          held.push({ spec, id: runId });
          insertRun(db, newRun(runId!, { name: spec.name, spec }));
          setRunStatus(db, runId!, "done", new Date().toISOString());
          return Promise.resolve({ runId: runId!, status: "done" });
        },
        resume: () => Promise.reject(new Error("nothing is resumed here")),
      },
    });
    insertRun(app.lab.db, newRun("old", { name: "renamed since", spec: asked }));
    setRunStatus(app.lab.db, "old", "done", new Date().toISOString());

    const ended = app.next("run.event", ({ event }) => event.type === "ended");
    const { started, refused } = await app.ask("history.rerun", { ids: ["old"] });
    await ended;
    expect(refused).toEqual([]);
    expect(started).toEqual([{ from: "old", id: held[0]!.id }]);
    expect(held[0]!.spec).toEqual({ ...asked, name: "renamed since" });
    const { id } = started[0]!;
    expect(id).not.toBe("old");
    expect((await app.ask("history.cells", { id })).repeats).toEqual({ id: "old", name: "renamed since" });
    expect((await app.ask("history.cells", { id: "old" })).repeats).toBeNull();
    expect((await app.ask("history.list", {})).total).toBe(2);
    // A repeat of the repeat names the run that it was made from.
    const [second] = (await app.ask("history.rerun", { ids: [id] })).started;
    await expect.poll(() => hasRun(app.lab.db, second!.id)).toBe(true);
    expect((await app.ask("history.cells", { id: second!.id })).repeats!.id).toBe(id);
  });

  it("says why a run cannot be run again, by its name", async () => {
    const app = appWith({});
    app.lab.db.exec(`UPDATE runs SET origin = '{"tool":"lm-eval"}' WHERE id = 'r0'`);
    seedRuns(app.lab.home, [{ id: "a", name: "gone model" }]);
    const { started, refused } = await app.ask("history.rerun", { ids: ["r0", "a", "none"] });
    expect(started).toEqual([]);
    expect(refused.map(({ name, error }) => [name, error.code])).toEqual([
      ["run 0", "BAD_REQUEST"],
      ["gone model", "MODEL_NOT_FOUND"],
      ["none", "RUN_NOT_FOUND"],
    ]);
  });
});

describe("history.pin", () => {
  it("keeps the baseline with its run's name", async () => {
    const app = appWith({});
    await app.ask("history.pin", { cell: cell("r0") });
    expect(await app.ask("history.baseline", {})).toEqual({ baseline: { run: "r0", cell: "int8@cpu", name: "run 0" } });
    expect(await app.refusal("history.pin", { cell: cell("r0", "nf4@cpu") })).toMatchObject({ code: "RUN_NOT_FOUND" });
    await app.ask("history.pin", { cell: null });
    expect(await app.ask("history.baseline", {})).toEqual({ baseline: null });
  });
});

describe("history.trend", () => {
  it("derives what is not derived yet, and then gives it", async () => {
    const app = appWith({}, {}, { environment: { machineId: "other" } });
    const model = "SmolLM2-135M-Instruct";
    const first = await app.ask("history.trend", { model });
    expect(first.pending).toBe(3);
    await expect.poll(async () => (await app.ask("history.trend", { model })).pending).toBe(0);
    const { trend, kinds, machine, machines } = await app.ask("history.trend", { model });
    expect(kinds.map(({ format }) => format)).toEqual(["fp32", "int8", "int4"]);
    expect([machine, machines.map(({ runs }) => runs)]).toEqual(["other", [1, 2]]);
    expect(trend.runs.map(({ id }) => id)).toEqual(["r2"]);
    const all = await app.ask("history.trend", { model, machine: null, series: [{ format: "int8", provider: "cpu" }] });
    expect(all.trend.series.map(({ points }) => points.map(({ run }) => run))).toEqual([["r0", "r1", "r2"]]);
    expect(all.trend.series[0]!.points[0]!.values.jaccard!.n).toBe(30);
  });
});

describe("compare.show", () => {
  it("compares cells of two runs on one machine in everything", async () => {
    const app = appWith({}, {});
    const shown = await app.ask("compare.show", { cells: [cell("r0"), cell("r1")] });
    expect(shown.cells.map(({ key }) => key)).toEqual(["int8@cpu, run 0", "int8@cpu, run 1"]);
    expect(shown.baseline).toBe("int8@cpu, run 0");
    expect(shown.cells[0]!.parts).toEqual([]);
    expect(shown.cells[1]!.parts.map(({ can }) => can)).not.toContain(false);
    const [comparison] = shown.table.results.comparisons;
    expect(comparison).toMatchObject({ reference: "int8@cpu, run 0", candidate: "int8@cpu, run 1" });
    expect(comparison!.jaccard["20"]!.mean).toBe(1);
    expect(comparison!.latencyRatio.map(({ batchSize }) => batchSize)).toEqual([1, 8]);
    expect(shown.facts.filter(({ differs }) => differs)).toEqual([]);
  });

  it("gives within one run what the run's own results give", async () => {
    const app = appWith({});
    const shown = await app.ask("compare.show", { cells: [cell("r0", "fp32@cpu"), cell("r0")], baseline: 0 });
    const own = await app.ask("runs.results", { id: "r0" });
    const theirs = own.results.comparisons.find(({ candidate }) => candidate === "int8@cpu")!;
    expect({ ...shown.table.results.comparisons[0]!, verdict: theirs.verdict }).toEqual(theirs);
  });

  it("shows what cannot be compared side by side, and says why", async () => {
    const app = appWith(
      {},
      { environment: { machineId: "other", cpu: { model: "EPYC", physicalCores: 96, logicalCores: 192 } } },
    );
    const { cells, table, facts } = await app.ask("compare.show", { cells: [cell("r0"), cell("r1")], baseline: 1 });
    const speed = cells[0]!.parts.find(({ part }) => part === "speed")!;
    expect(speed.can).toBe(false);
    expect(speed.reasons.join()).toContain("two machines");
    expect(table.results.comparisons[0]!.latencyRatio).toEqual([]);
    expect(table.results.comparisons[0]!.jaccard["20"]!.mean).toBe(1);
    expect(table.results.cells.every(({ forward }) => forward[0]!.latencyMs.length > 0)).toBe(true);
    expect(facts.filter(({ differs }) => differs).map(({ id }) => id)).toEqual(["machine", "cpu", "cores"]);
  });

  it("shows one cell alone, and the same cell twice under two names", async () => {
    const app = appWith({});
    expect((await app.ask("compare.show", { cells: [cell("r0")] })).table.results.comparisons).toEqual([]);
    const twice = await app.ask("compare.show", { cells: [cell("r0"), cell("r0")] });
    expect(twice.cells.map(({ key }) => key)).toEqual(["int8@cpu", "int8@cpu (2)"]);
  });

  it("refuses runs, cells and baselines that there are not", async () => {
    const app = appWith({});
    expect(await app.refusal("compare.show", { cells: [cell("none")] })).toMatchObject({ code: "RUN_NOT_FOUND" });
    expect(await app.refusal("compare.show", { cells: [cell("r0", "nf4@cpu")] })).toMatchObject({
      code: "BAD_REQUEST",
    });
    expect(await app.refusal("compare.show", { cells: [cell("r0")], baseline: 1 })).toMatchObject({
      code: "BAD_REQUEST",
    });
    expect(await app.refusal("compare.show", { cells: [] })).toMatchObject({ code: "BAD_REQUEST" });
  });
});
