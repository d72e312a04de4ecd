import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/report/build-results.ts";
import { resultsSchema, type Results } from "#shared/results.ts";
import { executeRun, resumeRun } from "#core/runs/execute.ts";
import { readRun } from "#core/store/read-run.ts";
import { questionFile, smallSpec, testLab } from "../helpers/lab.ts";
import { FIXTURES } from "../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama");

/** What must not depend on when and how fast a run was. */
function repeatable({ cells, comparisons }: Results): unknown {
  return {
    cells: cells.map(({ label, sha256, tokens, benchmark, generations }) => ({
      label,
      sha256,
      tokens,
      answers: benchmark.map(({ mode, answers }) => ({
        mode,
        answers: answers.map((answer) => ({ ...answer, elapsedMs: 0 })),
      })),
      texts: generations.map(({ promptId, tokenIds, text }) => ({ promptId, tokenIds, text })),
    })),
    comparisons: comparisons.map(({ candidate, jaccard, flips, accuracyDelta, top1Agreement, klDivergence }) => ({
      candidate,
      jaccard,
      flips,
      accuracyDelta,
      top1Agreement,
      klDivergence,
    })),
  };
}

describe("executeRun", () => {
  it("measures every pass of every cell, makes the missing variant, and stores what results.json needs", async () => {
    const lab = testLab();
    const { runId, status } = await executeRun(smallSpec(LLAMA, questionFile(20)), lab);
    expect(status).toBe("done");

    const results = buildResults(readRun(lab.db, runId));
    expect(() => resultsSchema.parse(JSON.parse(JSON.stringify(results)))).not.toThrow();
    expect(results.cells.map(({ label, status }) => [label, status])).toEqual([
      ["fp32@cpu", "done"],
      ["int4@cpu", "done"],
    ]);
    for (const cell of results.cells) {
      expect(cell.forward.map(({ batchSize, latencyMs }) => [batchSize, latencyMs.length])).toEqual([
        [1, 3],
        [4, 3],
      ]);
      expect(cell.loadMs).toBeGreaterThan(0);
      expect(Object.keys(cell.placement)).toEqual(["CPUExecutionProvider"]);
      expect(cell.tokens).toHaveLength(20);
      expect(cell.tokens.every(({ topIds }) => topIds.length === 20)).toBe(true);
      expect(cell.benchmark.map(({ mode, answers }) => [mode, answers.length])).toEqual([
        ["loglikelihood", 20],
        ["generate", 20],
      ]);
      expect(cell.generations.map(({ promptId }) => promptId)).toEqual(["p1", "p2"]);
    }
    expect(results.cells[1]!.bytes).toBeLessThan(results.cells[0]!.bytes);
    expect(results.questionSet).toMatchObject({
      name: "small",
      count: 20,
      asked: 20,
      specialTokens: { before: ["<s>"] },
    });
    const [comparison] = results.comparisons;
    expect(comparison).toMatchObject({ reference: "fp32@cpu", candidate: "int4@cpu" });
    expect(comparison!.jaccard["20"]!.mean).toBeGreaterThan(0);
    expect(comparison!.jaccard["20"]!.mean).toBeLessThan(1);
  });

  it("gives the same tokens, answers, texts and Jaccard twice", async () => {
    const spec = smallSpec(LLAMA, questionFile(12));
    const once = async (): Promise<Results> => {
      const lab = testLab();
      return buildResults(readRun(lab.db, (await executeRun(spec, lab)).runId));
    };
    const [first, second] = [await once(), await once()];
    expect(repeatable(second)).toEqual(repeatable(first));
  });

  it("finds nothing between a model and itself", async () => {
    const lab = testLab();
    const spec = smallSpec(LLAMA, questionFile(12), { cells: [{ format: "fp32" }, { format: "fp32" }] });
    const results = buildResults(readRun(lab.db, (await executeRun(spec, lab)).runId));
    const [comparison] = results.comparisons;
    expect(comparison).toMatchObject({
      reference: "fp32@cpu",
      candidate: "fp32@cpu#2",
      top1Agreement: 1,
      klDivergence: 0,
    });
    expect(Object.values(comparison!.jaccard)).toEqual(Array(5).fill({ mean: 1, low: 1, high: 1 }));
    expect(comparison!.flips).toEqual({ rightToWrong: 0, wrongToRight: 0, wrongToOtherWrong: 0, questions: 12 });
  });

  it("reports progress that reaches each pass's end and a time that is left", async () => {
    const lab = testLab();
    await executeRun(smallSpec(LLAMA, questionFile(12)), lab);
    const progress = lab.events.filter((event) => event.type === "progress");
    for (const pass of ["forward", "questions", "generate"]) {
      const last = progress.findLast((event) => event.pass === pass)!;
      expect(last.done).toBe(last.total);
    }
    expect(progress.some(({ remainingMs }) => remainingMs !== null && remainingMs > 0)).toBe(true);
    expect(progress.at(-1)!.remainingMs).toBeLessThan(50);
  });
});

describe("resumeRun", () => {
  it("finishes a cancelled run and keeps the cells that were done", async () => {
    const lab = testLab((event) => {
      if (event.type === "cell" && event.label === "int4@cpu") lab.controller.abort();
    });
    const cancelled = await executeRun(smallSpec(LLAMA, questionFile(12)), lab);
    expect(cancelled.status).toBe("cancelled");
    const before = readRun(lab.db, cancelled.runId);
    expect(before.cells.map(({ status }) => status)).toEqual(["done", "cancelled"]);

    const { status } = await resumeRun(cancelled.runId, { ...lab, signal: new AbortController().signal });
    expect(status).toBe("done");
    const after = readRun(lab.db, cancelled.runId);
    expect(after.cells.map((cell) => cell.status)).toEqual(["done", "done"]);
    expect(after.cells[0]).toEqual(before.cells[0]);
    expect(after.cells[1]!.tokens).toHaveLength(12);
  });

  it("refuses a run that does not exist", async () => {
    await expect(resumeRun("nothing", testLab())).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});
