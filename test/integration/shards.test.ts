import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import type { Results } from "#shared/results.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { importBundle } from "#core/bundles/import-bundle.ts";
import { executeRun, resumeRun } from "#core/runs/execute.ts";
import { readRun } from "#core/store/read-run.ts";
import { questionFile, smallSpec, testLab, type TestLab } from "../helpers/lab.ts";
import { FIXTURES } from "../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama");

const results = ({ db }: TestLab, id: string): Results => buildResults(readRun(db, id));
const bundle = ({ db }: TestLab, id: string): Uint8Array => exportBundle(db, id).content as Uint8Array;

/** What does not depend on when a run was, in how many parts, and how fast. */
function numbers({ cells, comparisons, questionSet, model }: Results): unknown {
  return {
    model: { ...model, folder: "" },
    questionSet,
    cells: cells.map(({ label, sha256, status, tokens, benchmark, generations, forward }) => ({
      label,
      sha256,
      status,
      tokens,
      forward: forward.map(({ batchSize, latencyMs }) => [batchSize, latencyMs.length]),
      benchmark: benchmark.map(({ mode, accuracy, answers }) => ({
        mode,
        accuracy,
        answers: answers.map((answer) => ({ ...answer, elapsedMs: 0 })),
      })),
      texts: generations.map(({ text }) => text),
    })),
    comparisons: comparisons.map(({ jaccard, tokens, flips, accuracyDelta, klDivergence }) => ({
      jaccard,
      tokens,
      flips,
      accuracyDelta,
      klDivergence,
    })),
  };
}

describe("a run in parts", () => {
  it("gives the numbers of one run, in whatever order the parts come and however often", async () => {
    const spec = smallSpec(LLAMA, questionFile(7), {
      passes: {
        forward: { batchSizes: [1], sequenceLength: 8, warmup: 1, minIterations: 3, minSeconds: 0 },
        tokens: { questions: questionFile(7) },
        benchmark: { questions: questionFile(7), maxNewTokens: 3 },
        generate: { prompts: ["The meaning of a name"], maxNewTokens: 4 },
      },
    });
    const [one, two, there] = [testLab(), testLab(), testLab()];
    const whole = await executeRun(spec, one);
    const first = await executeRun(spec, { ...one, shard: { index: 1, count: 2 } });
    const second = await executeRun(spec, { ...two, shard: { index: 2, count: 2 } });
    expect([whole.status, first.status, second.status]).toEqual(["done", "done", "done"]);
    expect(readRun(two.db, second.runId).run.name).toBe("test (part 2 of 2)");
    expect(readRun(two.db, second.runId).cells[0]!.forward).toEqual([]);

    const half = importBundle(there.db, bundle(two, second.runId), "2.qsrun");
    expect(half).toMatchObject({ outcome: "added", notes: ["part 1 of 2 is missing"] });
    expect(results(there, half.runId)).toMatchObject({
      run: { status: "cancelled" },
      questionSet: { asked: 3, count: 7 },
    });

    const fourth = testLab();
    expect(importBundle(fourth.db, bundle(there, half.runId), "half.qsrun").outcome).toBe("added");

    const { runId, outcome, notes } = importBundle(there.db, bundle(one, first.runId), "1.qsrun");
    expect([runId, outcome, notes]).toEqual([half.runId, "merged", []]);
    const joined = results(there, runId);
    expect(joined.run).toMatchObject({ name: "test", status: "done", spec: { passes: spec.passes } });
    expect(joined.run.origin!.shards!.parts.map(({ index }) => index)).toEqual([1, 2]);
    expect(numbers(joined)).toEqual(numbers(results(one, whole.runId)));

    for (const again of [bundle(two, second.runId), bundle(one, first.runId)]) {
      expect(importBundle(there.db, again, "again.qsrun").outcome).toBe("already there");
    }
    // The whole goes on as any run does: to a third store.
    const third = testLab();
    expect(importBundle(third.db, bundle(there, runId), "whole.qsrun")).toMatchObject({ runId, outcome: "added" });
    expect(numbers(results(third, runId))).toEqual(numbers(joined));

    // What is put together from more parts takes the place of what is from fewer, and never the other way round.
    const joinedHalf = bundle(fourth, runId);
    expect(importBundle(fourth.db, bundle(there, runId), "whole.qsrun").outcome).toBe("merged");
    expect(numbers(results(fourth, runId))).toEqual(numbers(joined));
    expect(importBundle(fourth.db, joinedHalf, "half.qsrun").outcome).toBe("already there");

    const repeated = await executeRun(spec, { ...two, shard: { index: 2, count: 2 } });
    expect(() => importBundle(there.db, bundle(two, repeated.runId), "repeat.qsrun")).toThrow(
      /Part 2 of 2 is there already/,
    );
  });

  it("is finished as the part that it is", async () => {
    const spec = smallSpec(LLAMA, questionFile(5), { cells: [{ format: "fp32" }] });
    const lab = testLab(({ type }) => {
      if (type === "stored") lab.controller.abort();
    });
    const begun = await executeRun(spec, { ...lab, shard: { index: 2, count: 2 } });
    expect(begun.status).toBe("cancelled");
    const end = await resumeRun(begun.runId, {
      ...lab,
      signal: new AbortController().signal,
      onEvent: () => undefined,
    });
    expect(end.status).toBe("done");
    expect(readRun(lab.db, begun.runId).cells[0]!.benchmark[0]!.answers.map(({ questionId }) => questionId)).toEqual([
      "q2",
      "q4",
    ]);
  });
});
