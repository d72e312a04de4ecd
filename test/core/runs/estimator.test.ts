import { describe, expect, it } from "vitest";
import { Estimator } from "#core/runs/estimator.ts";
import type { LaunchCosts } from "#core/runs/predict.ts";

const COSTS: LaunchCosts = new Map([
  ["load", [100]],
  ["forward", [10, 20]],
  ["questions", [5, 5, 5, 5]],
]);
const TOTAL = 150;

/** Two launches of the same costs, on a clock that the test moves. */
function twoLaunches(launches: readonly LaunchCosts[] = [COSTS, COSTS]) {
  const clock = { ms: 1000 };
  const estimator = new Estimator(launches, () => clock.ms);
  const unit = (pass: "load" | "forward" | "questions", done: number, ms: number): void => {
    clock.ms += ms;
    estimator.progress(pass, done);
  };
  return { clock, estimator, unit };
}

describe("Estimator", () => {
  it("begins with the prediction", () => {
    expect(twoLaunches().estimator.remainingMs()).toBe(2 * TOTAL);
  });

  it("is exact, and falls evenly, where every unit takes a constant times what was predicted", () => {
    const { estimator, unit } = twoLaunches();
    let left = 2 * TOTAL * 3;
    for (const launch of [0, 1]) {
      estimator.startLaunch(launch);
      for (const [pass, done, predicted] of [
        ["load", 1, 100],
        ["forward", 1, 10],
        ["forward", 2, 20],
        ["questions", 2, 10],
        ["questions", 4, 10],
      ] as const) {
        unit(pass, done, 3 * predicted);
        left -= 3 * predicted;
        expect(estimator.remainingMs()).toBeCloseTo(left, 6);
      }
    }
    expect(left).toBe(0);
  });

  it("corrects a pass by its own error once it was seen, in later launches too", () => {
    const { estimator, unit } = twoLaunches();
    estimator.startLaunch(0);
    unit("load", 1, 100);
    unit("forward", 2, 30);
    unit("questions", 2, 100);
    // Questions take ten times as long as predicted; loading and the forward pass as long.
    expect(estimator.remainingMs()).toBeCloseTo(100 + 100 + 30 + 200, 6);
  });

  it("forgets what a failed launch did not do", () => {
    const { estimator, unit } = twoLaunches();
    estimator.startLaunch(0);
    unit("load", 1, 100);
    estimator.startLaunch(1);
    expect(estimator.remainingMs()).toBeCloseTo(TOTAL, 6);
  });

  it("counts down while a unit runs, and never to nothing before it is done", () => {
    const { clock, estimator, unit } = twoLaunches([COSTS]);
    estimator.startLaunch(0);
    unit("load", 1, 100);
    unit("forward", 0, 0);
    clock.ms += 10;
    expect(estimator.remainingMs()).toBeCloseTo(40, 6);
    clock.ms += 1000;
    expect(estimator.remainingMs()).toBeCloseTo(3 + 20, 6);
  });

  it("is nothing once all is done", () => {
    const { estimator, unit } = twoLaunches([COSTS]);
    estimator.startLaunch(0);
    unit("load", 1, 1);
    unit("forward", 2, 1);
    unit("questions", 4, 1);
    expect(estimator.remainingMs()).toBe(0);
  });
});
