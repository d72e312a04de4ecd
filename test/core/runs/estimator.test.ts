import { describe, expect, it } from "vitest";
import { Estimator } from "#core/runs/estimator.ts";
import type { CellJob } from "#core/runs/protocol.ts";
import { cellJob, questionJob } from "./sample-job.ts";

const COST = { load: 500, batch1: 16 * 13, batch2: 2 * 16 * 13 };

/** Two cells of one forward pass (two batch sizes) and 20 questions each, on a clock that the test moves. */
function twoCells(job: CellJob = cellJob()) {
  const clock = { ms: 1000 };
  const estimator = new Estimator([job, job], () => clock.ms);
  return { clock, estimator };
}

describe("Estimator", () => {
  it("knows nothing before anything was measured, not even zero", () => {
    const { clock, estimator } = twoCells();
    expect(estimator.remainingMs()).toBeNull();
    estimator.startCell(0);
    clock.ms += 100;
    estimator.progress("load", 0);
    expect(estimator.remainingMs()).toBeNull();
  });

  it("is exact, and falls evenly, where every unit takes what it costs", () => {
    const { clock, estimator } = twoCells();
    const perQuestion = (5 + 80 + 2 * 5) / 4;
    const perCell = COST.load + COST.batch1 + COST.batch2 + 20 * perQuestion;
    let passed = 0;
    const seen: number[] = [];
    const unit = (pass: "load" | "forward" | "questions", done: number, cost: number): void => {
      clock.ms += 3 * cost;
      passed += cost;
      estimator.progress(pass, done);
      seen.push(estimator.remainingMs()!);
      expect(seen.at(-1)).toBeCloseTo(3 * (2 * perCell - passed), 6);
    };
    for (const cell of [0, 1]) {
      estimator.startCell(cell);
      estimator.progress("load", 0);
      unit("load", 1, COST.load);
      estimator.progress("forward", 0);
      unit("forward", 1, COST.batch1);
      unit("forward", 2, COST.batch2);
      estimator.progress("questions", 0);
      unit("questions", 16, 16 * perQuestion);
      unit("questions", 20, 4 * perQuestion);
    }
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
    expect(seen.at(-1)).toBe(0);
  });

  it("takes a slower pass at its own rate once it was seen, in later cells too", () => {
    const { clock, estimator } = twoCells(cellJob({ forward: null }));
    estimator.startCell(0);
    clock.ms += 500;
    estimator.progress("load", 1);
    estimator.progress("questions", 0);
    clock.ms += 10_000;
    estimator.progress("questions", 10);
    // 10 questions of this cell, then a load and 20 questions: 1 s a question.
    expect(estimator.remainingMs()).toBeCloseTo(10_000 + 500 + 20_000, 6);
  });

  it("does not charge a pass for the time before it began", () => {
    const { clock, estimator } = twoCells(cellJob({ forward: null }));
    estimator.startCell(0);
    clock.ms += 60_000;
    estimator.progress("questions", 0);
    clock.ms += 1000;
    estimator.progress("questions", 20);
    const perQuestion = (5 + 80 + 2 * 5) / 4;
    expect(estimator.remainingMs()).toBeCloseTo(1000 + (1000 * COST.load) / (20 * perQuestion), 6);
  });

  it("drops what is left of a cell that failed when the next one starts", () => {
    const { clock, estimator } = twoCells(cellJob({ forward: null, questionJobs: [questionJob(1000)] }));
    estimator.startCell(0);
    clock.ms += 500;
    estimator.progress("load", 1);
    const before = estimator.remainingMs()!;
    estimator.startCell(1);
    expect(estimator.remainingMs()).toBeLessThan(before);
    expect(estimator.remainingMs()).toBeGreaterThan(0);
  });

  it("counts the questions of several jobs one after the other", () => {
    const { clock, estimator } = twoCells(cellJob({ forward: null, questionJobs: [questionJob(4), questionJob(4)] }));
    estimator.startCell(1);
    estimator.progress("questions", 0);
    clock.ms += 600;
    estimator.progress("questions", 6);
    expect(estimator.remainingMs()).toBeCloseTo(200, 6);
  });

  it("counts generated texts by their length", () => {
    const { clock, estimator } = twoCells(
      cellJob({
        forward: null,
        questionJobs: [],
        generate: {
          spec: { prompts: ["a", "b"], maxNewTokens: 64, temperature: 0, topP: 1 },
          prompts: [
            { id: "p1", text: "a" },
            { id: "p2", text: "b" },
          ],
        },
      }),
    );
    estimator.startCell(1);
    estimator.progress("generate", 0);
    clock.ms += 400;
    estimator.progress("generate", 1);
    expect(estimator.remainingMs()).toBeCloseTo(400, 6);
    clock.ms += 400;
    estimator.progress("generate", 2);
    expect(estimator.remainingMs()).toBe(0);
  });
});
