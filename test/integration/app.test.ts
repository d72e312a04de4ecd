import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EventPayload, LiveRuns } from "#shared/api.ts";
import type { SpecInput } from "#shared/spec.ts";
import { testApp, type TestApp } from "../helpers/app.ts";
import { questionFile, smallSpec } from "../helpers/lab.ts";
import { FIXTURES } from "../helpers/reference.ts";

/** An app that knows a small model and a set of twelve questions. */
async function prepared(): Promise<{ app: TestApp; spec: SpecInput }> {
  const app = testApp();
  const model = join(FIXTURES, "zoo", "llama");
  const questions = questionFile(12);
  for (const path of [model, questions]) app.paths.grant(path);
  await app.ask("models.add", { path: model });
  await app.ask("questions.add", { path: questions });
  const spec = smallSpec(model, questions, { launches: 1 });
  const asked = { questions: "small" };
  const passes = { ...spec.passes, tokens: asked, benchmark: { ...asked, maxNewTokens: 3 } };
  return { app, spec: { ...spec, model: "llama", passes } };
}

const isEnd = ({ event }: EventPayload<"run.event">): boolean => event.type === "ended";

describe("a run through the contract", () => {
  it("is planned, started, followed, and read to its last answer", async () => {
    const { app, spec } = await prepared();
    const plan = await app.ask("bench.plan", { spec });
    expect(plan.totals).toMatchObject({ cells: 2, questions: 12 });

    const snapshots: LiveRuns[] = [];
    app.events.on((name, payload) => {
      if (name === "run.event" && (payload as EventPayload<"run.event">).event.type === "measured") {
        snapshots.push(app.runs.live());
      }
    });
    const ended = app.next("run.event", isEnd);
    const { id } = await app.ask("runs.start", { spec });
    expect((await ended).event).toMatchObject({ status: "done", error: null });

    // A page that is loaded in the middle sees what was measured before.
    const late = snapshots.at(-1)!.active!;
    expect(late.cells.flatMap(({ measured }) => measured.map(({ kind }) => kind))).toEqual(
      expect.arrayContaining(["load", "forward", "questions", "generation"]),
    );
    expect(late).toMatchObject({ id, phase: "measuring", questions: 12 });
    expect(late.launchesDone).toBeLessThan(late.launchesTotal);

    expect(await app.ask("runs.list", {})).toMatchObject({ total: 1, runs: [{ id, status: "done", cellsDone: 2 }] });
    const { results, summaries, reference } = await app.ask("runs.results", { id });
    expect(reference).toBe("fp32@cpu");
    expect(results.comparisons.map(({ candidate }) => candidate)).toEqual(["int4@cpu"]);
    expect(summaries.map(({ counts }) => counts)).toEqual(Array(2).fill({ tokens: 12, answers: 24, generations: 2 }));
    const flips = await app.ask("runs.flips", { id, candidate: "int4@cpu" });
    const { rightToWrong, wrongToRight, wrongToOtherWrong } = results.comparisons[0]!.flips!;
    expect(flips.total).toBe(rightToWrong + wrongToRight + wrongToOtherWrong);
    const { prompts } = await app.ask("runs.generations", { id });
    expect(prompts.map(({ texts }) => texts.map(({ cell }) => cell))).toEqual(Array(2).fill(["fp32@cpu", "int4@cpu"]));
    const samples = await app.ask("runs.samples", { id, cell: "int4@cpu" });
    expect(samples.forward.map(({ batchSize }) => batchSize)).toEqual([1, 4]);
    expect(await app.ask("runs.export", { ids: [id], format: "json" })).toMatchObject({
      how: "download",
      fileName: `quantscope-${id}.json`,
    });
  });

  it("loses one cell and no more when one is cancelled, and measures it again when resumed", async () => {
    const { app, spec } = await prepared();
    const running = app.next("run.event", ({ event }) => event.type === "cell" && event.label === "int4@cpu");
    const ended = app.next("run.event", isEnd);
    const { id } = await app.ask("runs.start", { spec });
    await running;
    await app.ask("runs.cancel", { id, cell: "int4@cpu" });
    expect((await ended).event).toMatchObject({ status: "cancelled" });
    const { cells } = await app.ask("runs.get", { id });
    expect(cells.map(({ label, status }) => [label, status])).toEqual([
      ["fp32@cpu", "done"],
      ["int4@cpu", "cancelled"],
    ]);

    const again = app.next("run.event", isEnd);
    const planned = app.next("run.event", ({ event }) => event.type === "started");
    await app.ask("runs.resume", { id });
    await planned;
    expect(app.runs.live().active!.cells[0]).toMatchObject({ label: "fp32@cpu", status: "done" });
    expect((await again).event).toMatchObject({ status: "done" });
    expect((await app.ask("runs.get", { id })).cells.map(({ status }) => status)).toEqual(["done", "done"]);
  });

  it("stores what was measured when the program ends in the middle", async () => {
    const { app, spec } = await prepared();
    const measured = app.next("run.event", ({ event }) => event.type === "measured");
    const { id } = await app.ask("runs.start", { spec });
    await measured;
    await app.close();
    expect((await app.ask("runs.list", {})).runs).toMatchObject([{ id, status: "cancelled" }]);
    expect(app.busy()).toBeNull();
  });
});
