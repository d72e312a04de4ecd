import { describe, expect, it } from "vitest";
import { LabError } from "#shared/errors.ts";
import { parseSpec, type Spec } from "#shared/spec.ts";
import type { Executor } from "#core/app/runs/run-manager.ts";
import type { ExecuteOptions, RunOutcome } from "#core/runs/execute.ts";
import { insertRun, setRunStatus } from "#core/store/write-run.ts";
import { testApp, type TestApp } from "../../../helpers/app.ts";
import { newRun } from "../../store/sample-run.ts";

function spec(name: string): Spec {
  return parseSpec({
    schemaVersion: 1,
    name,
    model: "/models/llama",
    cells: [{ format: "fp32" }, { format: "int4" }, { format: "int4" }],
    passes: { forward: {} },
  });
}

/** One run as the executor sees it: the test decides when and how it ends. */
interface Held {
  readonly spec: Spec;
  readonly options: ExecuteOptions;
  end(status: RunOutcome["status"]): void;
  fail(error: Error): void;
}

/** An executor that waits for the test; a cancel ends a run as the real one does. */
function heldApp(): { app: TestApp; held: Held[]; begun: (count: number) => Promise<void> } {
  const held: Held[] = [];
  const hold = (asked: Spec, options: ExecuteOptions): Promise<RunOutcome> => {
    const { promise, resolve, reject } = Promise.withResolvers<RunOutcome>();
    const end = (status: RunOutcome["status"]): void => {
      resolve({ runId: options.runId ?? "", status });
    };
    options.signal.addEventListener("abort", () => {
      end("cancelled");
    });
    held.push({ spec: asked, options, end, fail: reject });
    return promise;
  };
  const executor: Executor = { execute: hold, resume: (id, options) => hold(spec(id), options) };
  const app = testApp({ executor });
  const begun = async (count: number): Promise<void> => {
    while (held.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { app, held, begun };
}

describe("RunManager", () => {
  it("measures one run at a time, in the order of asking, under the ids that it gave", async () => {
    const { app, held, begun } = heldApp();
    const ids = ["a", "b"].map((name) => app.runs.start(spec(name), "llama"));
    await begun(1);
    expect(app.runs.live()).toMatchObject({
      active: { id: ids[0], name: "a", model: "llama", phase: "planning" },
      queue: [{ id: ids[1], name: "b", cells: 3 }],
    });
    held[0]!.end("done");
    await begun(2);
    expect(held.map(({ options }) => options.runId)).toEqual(ids);
    held[1]!.end("failed");
    await app.next("run.event", ({ event }) => event.type === "ended");
    expect(app.runs.live()).toMatchObject({
      active: null,
      queue: [],
      ended: [
        { id: ids[1], status: "failed", stored: false },
        { id: ids[0], status: "done" },
      ],
    });
    expect(app.busy()).toBeNull();
  });

  it("shows the cells of a run before it is planned, and what becomes of them", async () => {
    const { app, held, begun } = heldApp();
    app.runs.start(spec("a"), "llama");
    await begun(1);
    const labels = ["fp32@cpu", "int4@cpu", "int4@cpu#2"];
    const live = (): ReturnType<TestApp["runs"]["live"]>["active"] => app.runs.live().active;
    expect(live()!.cells.map(({ label, status }) => [label, status])).toEqual(labels.map((each) => [each, "waiting"]));
    const { onEvent } = held[0]!.options;
    onEvent({ type: "cell", label: "int4@cpu", status: "running", error: null });
    onEvent({ type: "launch", label: "int4@cpu", kind: "timing", launch: 2, done: 3, total: 9 });
    onEvent({ type: "progress", label: "int4@cpu", pass: "forward", done: 1, total: 6, remainingMs: 5000 });
    expect(live()).toMatchObject({ launchesDone: 3, launchesTotal: 9, remainingMs: 5000 });
    expect(live()!.cells[1]).toMatchObject({
      status: "running",
      launch: { kind: "timing", launch: 2 },
      progress: { pass: "forward", done: 1, total: 6 },
    });
    held[0]!.end("done");
  });

  it("tells every cell's status and joins progress that comes fast", async () => {
    const { app, held, begun } = heldApp();
    const id = app.runs.start(spec("a"), "llama");
    await begun(1);
    const { onEvent } = held[0]!.options;
    for (let done = 0; done <= 1000; done++) {
      onEvent({ type: "progress", label: "fp32@cpu", pass: "questions", done, total: 1000, remainingMs: 1000 - done });
    }
    onEvent({ type: "cell", label: "fp32@cpu", status: "done", error: null });
    held[0]!.end("done");
    await app.next("run.event", ({ event }) => event.type === "ended");
    const told = app.seen.flatMap(({ name, payload }) => (name === "run.event" ? [payload] : [])) as {
      id: string;
      event: { type: string; done?: number };
    }[];
    expect(told.every((each) => each.id === id)).toBe(true);
    const progress = told.filter(({ event }) => event.type === "progress");
    expect(progress.length).toBeLessThan(20);
    // The last of them is there, and before the cell's end.
    expect(told.slice(-3).map(({ event }) => [event.type, event.done])).toEqual([
      ["progress", 1000],
      ["cell", undefined],
      ["ended", undefined],
    ]);
  });

  it("cancels one cell, the run, or one that waits", async () => {
    const { app, held, begun } = heldApp();
    const [first, second] = ["a", "b"].map((name) => app.runs.start(spec(name), "llama")) as [string, string];
    await begun(1);
    const cellSignal = (label: string): boolean => held[0]!.options.cellSignal!(label)!.aborted;
    app.runs.cancel(first, "int4@cpu");
    expect([cellSignal("int4@cpu"), cellSignal("fp32@cpu")]).toEqual([true, false]);
    expect(held[0]!.options.signal.aborted).toBe(false);
    expect(() => {
      app.runs.cancel(first, "nf4@cpu");
    }).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));

    app.runs.cancel(second);
    await app.next("run.event", ({ event }) => event.type === "ended");
    expect(app.runs.live()).toMatchObject({ queue: [], ended: [{ id: second, status: "cancelled", stored: false }] });
    app.runs.cancel(first);
    expect(app.runs.live().active).toMatchObject({ id: first, cancelling: true });
    await app.next("run.event", ({ event }) => event.type === "ended");
    expect(held).toHaveLength(1);
    expect(() => {
      app.runs.cancel(first);
    }).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
  });

  it("goes on with the next when one cannot be planned, and says why", async () => {
    const { app, held, begun } = heldApp();
    app.runs.start(spec("a"), "llama");
    app.runs.start(spec("b"), "llama");
    await begun(1);
    held[0]!.fail(new LabError("MODEL_CORRUPT", "broken"));
    await begun(2);
    expect(app.runs.live().ended[0]).toMatchObject({ name: "a", status: "failed", error: { code: "MODEL_CORRUPT" } });
    held[1]!.end("done");
  });

  it("resumes a stopped run, and no other", async () => {
    const { app, held, begun } = heldApp();
    for (const id of ["stopped", "finished", "elsewhere"]) insertRun(app.lab.db, newRun(id));
    setRunStatus(app.lab.db, "stopped", "cancelled", null);
    setRunStatus(app.lab.db, "finished", "done", null);
    expect(await app.refusal("runs.resume", { id: "finished" })).toMatchObject({ code: "BAD_REQUEST" });
    expect(await app.refusal("runs.resume", { id: "elsewhere" })).toMatchObject({ code: "RUN_BUSY" });
    expect(await app.refusal("runs.resume", { id: "nobody" })).toMatchObject({ code: "RUN_NOT_FOUND" });
    await app.ask("runs.resume", { id: "stopped" });
    expect(await app.refusal("runs.resume", { id: "stopped" })).toMatchObject({ code: "RUN_BUSY" });
    expect(await app.refusal("runs.delete", { id: "stopped" })).toMatchObject({ code: "RUN_BUSY" });
    await begun(1);
    expect(app.runs.live().active).toMatchObject({ id: "stopped", resumed: true });
    held[0]!.end("done");
  });

  it("measures nothing beside another program, and goes on when that has died", async () => {
    const { app, held, begun } = heldApp();
    insertRun(app.lab.db, newRun("elsewhere"));
    const byProcess = (id: number): void => {
      app.lab.db.prepare("UPDATE runs SET process_id = ?").run(id);
    };
    byProcess(process.ppid);
    const ended = app.next("run.event", ({ event }) => event.type === "ended");
    const id = app.runs.start(spec("a"), "llama");
    expect((await ended).event).toMatchObject({ error: { code: "RUN_BUSY", details: { id: "elsewhere" } } });
    expect(app.runs.live()).toMatchObject({ queue: [], active: null, ended: [{ id, stored: false }] });
    expect(held).toHaveLength(0);
    byProcess(2 ** 22 + 1);
    app.runs.start(spec("b"), "llama");
    await begun(1);
    held[0]!.end("done");
  });

  it("stops everything when the program ends", async () => {
    const { app, held, begun } = heldApp();
    app.runs.start(spec("a"), "llama");
    app.runs.start(spec("b"), "llama");
    await begun(1);
    expect(app.busy()).toContain("run");
    await app.close();
    expect(held).toHaveLength(1);
    expect(app.runs.live().ended.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    expect(app.busy()).toBeNull();
  });
});
