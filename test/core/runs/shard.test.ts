import { describe, expect, it } from "vitest";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { parseShard, shardName, shardOf, shardQuestions, shardSpec } from "#core/runs/shard.ts";
import type { PlannedQuestions } from "#core/runs/plan-questions.ts";
import { questionSet } from "../store/sample-run.ts";

const spec = (passes: SpecInput["passes"]): ReturnType<typeof parseSpec> =>
  parseSpec({ schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }], passes });
const all = spec({
  forward: {},
  decode: {},
  tokens: { questions: "q.csv", texts: "t.txt" },
  benchmark: { questions: "q.csv" },
  generate: { prompts: ["a"] },
});

describe("parseShard", () => {
  it("reads a part and how many there are", () => {
    expect(parseShard("2/8")).toEqual({ index: 2, count: 8 });
    expect(parseShard("1/1")).toEqual({ index: 1, count: 1 });
  });
  it.each(["0/4", "5/4", "1", "a/b", "1/2/3", "-1/2", "1/0", "1/2000", ""])("refuses %j", (text) => {
    expect(() => parseShard(text)).toThrow(expect.objectContaining({ code: "SPEC_INVALID" }));
  });
});

describe("shardSpec", () => {
  it("leaves speed, memory and texts to the first part", () => {
    expect(shardSpec(all, { index: 1, count: 3 })).toEqual(all);
    const second = shardSpec(all, { index: 2, count: 3 });
    expect(Object.keys(second.passes).sort()).toEqual(["benchmark", "tokens"]);
    expect(second.passes.tokens).toMatchObject({ questions: "q.csv", topK: all.passes.tokens!.topK });
    expect(second.passes.tokens!.texts).toBeUndefined();
  });
  it("leaves a spec alone that is measured whole", () => {
    expect(shardSpec(all, undefined)).toBe(all);
  });
  it("asks no tokens where the tokens pass has texts only", () => {
    const passes = shardSpec(spec({ tokens: { texts: "t.txt" }, benchmark: { questions: "q.csv" } }), {
      index: 2,
      count: 2,
    }).passes;
    expect(passes.tokens).toBeUndefined();
  });
  it.each([1, 2])("refuses a spec without questions for part %i", (index) => {
    expect(() => shardSpec(spec({ forward: {}, tokens: { texts: "t.txt" } }), { index, count: 2 })).toThrow(
      /deals out questions/,
    );
  });
});

describe("shardQuestions", () => {
  const set = questionSet(7);
  const planned = {
    sets: [{ set, asked: set.questions, chanceLevel: 0.25 }],
    jobs: [{ questions: set.questions, shots: set.questions.map(() => []) }],
  } as unknown as PlannedQuestions;

  it("deals every question to exactly one part, shots with it", () => {
    const parts = [1, 2, 3].map((index) => shardQuestions(planned, { index, count: 3 }));
    expect(parts.map(({ sets }) => sets[0]!.asked.map(({ id }) => id))).toEqual([
      ["q1", "q4", "q7"],
      ["q2", "q5"],
      ["q3", "q6"],
    ]);
    expect(parts.map(({ jobs }) => [jobs[0]!.questions.length, jobs[0]!.shots.length])).toEqual([
      [3, 3],
      [2, 2],
      [2, 2],
    ]);
    expect(parts[1]!.sets[0]!.chanceLevel).toBe(0.25);
  });
});

describe("shardOf and shardName", () => {
  const part = { index: 2, runId: "r", machineId: "m", cpu: "c", startedAt: "t", sha256: null };
  const origin = (parts: (typeof part)[]) =>
    ({ tool: "quantscope", file: null, importedAt: null, notes: [], shards: { count: 4, plan: "p", parts } }) as const;
  it("know a part from a whole, and from parts that are together", () => {
    expect(shardOf({ ...origin([part]), notes: [] })).toEqual({ index: 2, count: 4 });
    expect(shardOf({ ...origin([part, { ...part, index: 3 }]), notes: [] })).toBeUndefined();
    expect(shardOf(undefined)).toBeUndefined();
    expect([shardName("n", undefined), shardName("n", { index: 2, count: 4 })]).toEqual(["n", "n (part 2 of 4)"]);
  });
});
