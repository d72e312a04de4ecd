/** A run that takes seconds to read and compare, asked of an app that has other things to do. */
import { describe, expect, it } from "vitest";
import { testApp } from "../helpers/app.ts";
import { SEED_CELLS, seedResult } from "../helpers/seed-result.ts";

describe("a large stored run", () => {
  it("is compared while the app answers everything else", async () => {
    const app = testApp();
    // Divergences that all differ: every one of the 10,000 resamples draws every question.
    seedResult(app.lab.home, { id: "large", name: "large", questions: 2000, cells: SEED_CELLS });
    const order: string[] = [];
    const results = app.ask("runs.results", { id: "large" }).then((answer) => {
      order.push("results");
      return answer;
    });
    for (let asked = 0; asked < 20; asked++) {
      await app.ask("runs.list", {});
      await app.ask("runs.live", {});
    }
    order.push("others");
    const { reference, summaries } = await results;
    expect(order).toEqual(["others", "results"]);
    expect(reference).toBe("fp32@cpu");
    expect(summaries.map(({ counts }) => counts.tokens)).toEqual(SEED_CELLS.map(() => 2000));

    // The parts that a page asks for next are of the same run, kept: also after another one was looked at.
    seedResult(app.lab.home, { id: "small", name: "small", questions: 12, cells: SEED_CELLS.slice(0, 2) });
    await app.ask("runs.results", { id: "small" });
    const { comparisons } = await app.ask("runs.verdicts", { id: "large", marginPoints: 50 });
    expect(comparisons.map(({ verdict }) => verdict.answer)).toContain("quantize");
    const flips = await app.ask("runs.flips", { id: "large", candidate: "nf4@cpu", limit: 5 });
    expect(flips.flips).toHaveLength(5);
    expect(flips.total).toBeGreaterThan(5);
  });

  it("is renamed and deleted under the reader's hands", async () => {
    const app = testApp();
    seedResult(app.lab.home, { id: "a", name: "before", questions: 12, cells: SEED_CELLS.slice(0, 2) });
    expect((await app.ask("runs.get", { id: "a" })).run.name).toBe("before");
    await app.ask("runs.rename", { id: "a", name: "after" });
    expect((await app.ask("runs.get", { id: "a" })).run.name).toBe("after");
    await app.ask("runs.delete", { id: "a" });
    expect(await app.refusal("runs.results", { id: "a" })).toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("does not keep an app that closes", async () => {
    const app = testApp();
    seedResult(app.lab.home, { id: "large", name: "large", questions: 2000, cells: SEED_CELLS });
    const refused = app.refusal("runs.results", { id: "large" });
    await app.close();
    expect(await refused).toMatchObject({ code: "CANCELLED" });
  });
});
