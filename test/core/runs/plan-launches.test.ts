import { describe, expect, it } from "vitest";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { type PlannedLaunch, planLaunches } from "#core/runs/plan-launches.ts";
import { writesSomething } from "#core/runs/replay-job.ts";

const spec = (extra: Partial<SpecInput>, cells = 3) =>
  parseSpec({
    schemaVersion: 1,
    name: "n",
    model: "m",
    cells: Array.from({ length: cells }, () => ({ format: "fp32" as const })),
    passes: { forward: {} },
    ...extra,
  });

const planOf = (extra: Partial<SpecInput>, reference: number, cells: number, replays?: boolean): PlannedLaunch[] => {
  const whole = spec(extra, cells);
  return planLaunches(whole, reference, replays ?? writesSomething(whole.passes));
};

/** `t0` is a timing launch of cell 0. */
const short = (extra: Partial<SpecInput>, reference = 0, cells = 3): string =>
  planOf(extra, reference, cells)
    .map(({ kind, cell, batchSize }) => `${kind[0]}${cell}${batchSize === null ? "" : `b${batchSize}`}`)
    .join(" ");

describe("planLaunches", () => {
  it("goes round over the cells, each round in another order", () => {
    expect(short({ launches: 6 })).toBe("t0 t1 t2 t2 t1 t0 t1 t2 t0 t0 t2 t1 t2 t0 t1 t1 t0 t2");
  });

  it("begins with the reference, and lets every cell be first and last equally often", () => {
    expect(short({ launches: 1 }, 2)).toBe("t2 t0 t1");
    const plan = planOf({ launches: 6 }, 0, 3);
    const firsts = plan.filter((_, index) => index % 3 === 0).map(({ cell }) => cell);
    expect(firsts.toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("asks behind the first round, the reference first, once", () => {
    const passes = { forward: {}, benchmark: { questions: "q.csv", modes: ["loglikelihood" as const] } };
    expect(short({ launches: 2, passes }, 1, 2)).toBe("t1 t0 q1 q0 t0 t1");
  });

  it("has a stepping launch beside each timing launch where decoding is asked for", () => {
    expect(short({ launches: 2, passes: { decode: {} } }, 0, 2)).toBe("t0 s0 t1 s1 t1 s1 t0 s0");
  });

  it("has a number of every cell and the answers before it steps, in a preview", () => {
    const passes = {
      ...{ forward: {}, decode: {} },
      benchmark: { questions: "q.csv", modes: ["loglikelihood" as const] },
    };
    expect(short({ depth: "preview", passes }, 1)).toBe("t1 t0 t2 q1 q0 q2 s1 s0 s2 t2 s2 t0 s0 t1 s1");
    expect(short({ depth: "standard", launches: 1, passes }, 1)).toBe("t1 s1 t0 s0 t2 s2 q1 q0 q2");
  });

  it("runs the same processes in every depth, whatever their order", () => {
    const passes = { forward: {}, decode: {}, benchmark: { questions: "q.csv" } };
    const sorted = (depth: "preview" | "standard"): string =>
      short({ depth, launches: 3, passes }).split(" ").sort().join(" ");
    expect(sorted("preview")).toBe(sorted("standard"));
  });

  it("times once where nothing is to be timed: what loading takes is still told", () => {
    const passes = { tokens: { questions: "q.csv" } };
    expect(short({ launches: 6, passes }, 0, 1)).toBe("t0 q0");
  });

  it("replays behind the answers, in every round, the cells in turns", () => {
    const benchmark = { questions: "q.csv", modes: ["generate" as const] };
    expect(short({ launches: 3, passes: { benchmark } }, 0, 2)).toBe("t0 t1 q0 q1 s0 s1 s1 s0 s1 s0");
    expect(short({ launches: 2, passes: { forward: {}, generate: { prompts: ["a"] } } }, 1, 2)).toBe(
      "t1 t0 q1 q0 s1 s0 t0 s0 t1 s1",
    );
    expect(short({ launches: 1, passes: { decode: {}, benchmark } }, 0, 2)).toBe("t0 t1 q0 q1 s0 s1");
  });

  it("replays nothing in a part of a run that only asks questions", () => {
    const passes = { benchmark: { questions: "q.csv" } };
    const kinds = planOf({ launches: 6, passes }, 0, 1, false).map(({ kind }) => kind);
    expect(kinds).toEqual(["timing", "quality"]);
  });

  it("measures memory by batch size in processes of its own, ascending", () => {
    const passes = { forward: { batchSizes: [4, 1], memoryLaunches: 2 } };
    expect(short({ launches: 1, passes }, 0, 2)).toBe("t0 t1 m0b1 m1b1 m0b4 m1b4 m1b1 m0b1 m1b4 m0b4");
  });

  it("counts launches within their kind", () => {
    const plan = planOf({ launches: 2, passes: { decode: {} } }, 0, 1);
    expect(plan.map(({ kind, launch }) => [kind, launch])).toEqual([
      ["timing", 1],
      ["stepping", 1],
      ["timing", 2],
      ["stepping", 2],
    ]);
  });
});
