import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { resultsSchema, type Results } from "#shared/results.ts";
import { executeRun, resumeRun, type RunEvent } from "#core/runs/execute.ts";
import { readRun } from "#core/store/read-run.ts";
import { questionFile, scratchDir, smallSpec, testLab } from "../helpers/lab.ts";
import { FIXTURES } from "../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama");

/** What must not depend on when and how fast a run was. */
function repeatable({ cells, comparisons }: Results): unknown {
  return {
    cells: cells.map(({ label, sha256, tokens, texts, benchmark, generations }) => ({
      label,
      sha256,
      tokens,
      texts,
      answers: benchmark.map(({ mode, answers }) => ({
        mode,
        answers: answers.map((answer) => ({ ...answer, elapsedMs: 0 })),
      })),
      generated: generations.map(({ promptId, tokenIds, text }) => ({ promptId, tokenIds, text })),
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

/** Each pass comes to its end, launch after launch, and so does the time that is left. */
function expectProgress(events: readonly RunEvent[]): void {
  const progress = events.filter((event) => event.type === "progress");
  for (const pass of ["forward", "decode", "questions", "generate"]) {
    const last = progress.findLast((event) => event.pass === pass)!;
    expect(last.done).toBe(last.total);
  }
  expect(progress.some(({ remainingMs }) => remainingMs > 0)).toBe(true);
  expect(progress.at(-1)!.remainingMs).toBeLessThan(50);
  const launches = events.filter((event) => event.type === "launch");
  expect(launches.map(({ done, total }) => [done, total])).toEqual(Array.from({ length: 6 }, (_, index) => [index, 6]));
  expect(events.filter((event) => event.type === "stored").length).toBeGreaterThan(10);
}

describe("executeRun", () => {
  it("measures every pass of every cell, makes the missing variant, stores what results.json needs, and all of it again", async () => {
    const lab = testLab();
    const spec = smallSpec(LLAMA, questionFile(20));
    const { runId, status } = await executeRun(spec, lab);
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
      expect(cell.tokens.every(({ topIds }) => topIds.length === 64)).toBe(true);
      expect(cell.decode.map(({ depth, batchSize }) => [depth, batchSize])).toEqual([
        [0, 1],
        [16, 1],
      ]);
      expect(
        cell.decode.every((row) => row.decodeTokensPerSecond! > 0 && row.compute!.decodeTokensPerSecond! > 0),
      ).toBe(true);
      expect(cell.launches.map(({ kind, launch, status: end }) => [kind, launch, end])).toEqual([
        ["timing", 1, "done"],
        // In a preview first answers come before what nothing waits for.
        ["quality", 1, "done"],
        ["stepping", 1, "done"],
      ]);
      expect(cell.selfTests).toMatchObject({ questionBatch: 1, repeat: { maxLogprobDifference: 0, top1Changes: 0 } });
      expect(cell.samples.length).toBeGreaterThan(0);
      expect(cell.benchmark.map(({ mode, answers }) => [mode, answers.length])).toEqual([
        ["loglikelihood", 20],
        ["generate", 20],
      ]);
      expect(cell.generations.map(({ promptId }) => promptId)).toEqual(["p1", "p2"]);
      expect(cell.wordsBasis).toBe("replayed");
      expect(cell.replays.map(({ of, launches }) => [of, launches.map(({ items }) => items.length)])).toEqual([
        ["texts", [2]],
        ["answers", [20]],
      ]);
      const lengths = new Map(cell.generations.map(({ promptId, tokenIds }) => [promptId, tokenIds.length]));
      for (const { id, tokens } of cell.replays[0]!.launches[0]!.items) expect(tokens).toBe(lengths.get(id));
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
    // The reference left its logits behind, and they went with the run.
    expect(comparison!.tokens!.kl).toMatchObject({ exact: true, positions: 20 });
    expect(comparison!.tokens!.kl!.mean).toBeGreaterThan(0);
    expect(existsSync(join(lab.scratchDir, runId))).toBe(false);
    expect(comparison!.wordsRatio.map(({ of, kind, launches }) => [of, kind, launches])).toEqual([
      ["texts", "range", 1],
      ["answers", "range", 1],
    ]);
    expectProgress(lab.events);

    // And the same once more: all but times is equal.
    const again = testLab();
    expect(repeatable(buildResults(readRun(again.db, (await executeRun(spec, again)).runId)))).toEqual(
      repeatable(results),
    );
  });

  it("compares next tokens and perplexity inside running text", async () => {
    const lab = testLab();
    const text = join(scratchDir(), "text.txt");
    writeFileSync(text, "Numbers such as one and two come before three. ".repeat(60));
    const passes = { tokens: { texts: text, chunks: 3, chunkTokens: 32, positionsPerChunk: 4 } };
    const spec = smallSpec(LLAMA, questionFile(1), { passes });
    const results = buildResults(readRun(lab.db, (await executeRun(spec, lab)).runId));
    for (const cell of results.cells) {
      expect(
        cell.texts.map(({ negativeLogLikelihood, positions }) => [negativeLogLikelihood.length, positions.length]),
      ).toEqual(Array(3).fill([15, 4]));
    }
    const [comparison] = results.comparisons;
    expect(comparison!.texts).toMatchObject({
      chunks: 3,
      positions: 12,
      kl: { exact: true },
      perplexity: { tokens: 45 },
    });
    const { reference, candidate, ratio } = comparison!.texts!.perplexity!;
    expect(candidate! / reference!).toBeCloseTo(ratio!, 9);
    expect(results.textSet).toMatchObject({ name: "text.txt" });
  });

  it("finds nothing between a model and itself", async () => {
    const lab = testLab();
    const { passes, ...spec } = smallSpec(LLAMA, questionFile(12), { cells: [{ format: "fp32" }, { format: "fp32" }] });
    const { tokens, benchmark, generate } = passes;
    const { runId } = await executeRun({ ...spec, passes: { tokens, benchmark, generate } }, lab);
    const [comparison] = buildResults(readRun(lab.db, runId)).comparisons;
    expect(comparison).toMatchObject({
      reference: "fp32@cpu",
      candidate: "fp32@cpu#2",
      top1Agreement: 1,
      klDivergence: 0,
    });
    // Twelve questions that agree do not prove that all do: Wilson's lower end for 12 of 12.
    expect(Object.values(comparison!.jaccard)).toEqual(
      Array(5).fill({ mean: 1, low: expect.closeTo(0.757, 1) as number, high: 1 }),
    );
    expect(comparison!.generations.map(({ firstDivergence, commonShare }) => [firstDivergence, commonShare])).toEqual([
      [null, 1],
      [null, 1],
    ]);
    expect(comparison!.flips).toMatchObject({ rightToWrong: 0, wrongToRight: 0, wrongToOtherWrong: 0, questions: 12 });
  });

  it("measures each cell in as many launches as the spec says, in turn", async () => {
    const lab = testLab();
    const spec = smallSpec(LLAMA, questionFile(1), {
      launches: 3,
      passes: {
        forward: { batchSizes: [1], sequenceLength: 8, warmup: 0, minIterations: 3, minSeconds: 0, memoryLaunches: 1 },
      },
    });
    const { cells, comparisons } = buildResults(readRun(lab.db, (await executeRun(spec, lab)).runId));
    expect(cells.map(({ launches }) => launches.map(({ kind, order }) => [kind, order]))).toEqual([
      [
        ["timing", 0],
        ["timing", 3],
        ["timing", 5],
        ["memory", 6],
      ],
      [
        ["timing", 1],
        ["timing", 2],
        ["timing", 4],
        ["memory", 7],
      ],
    ]);
    expect(cells[0]!.forward[0]!.latencyMs).toHaveLength(9);
    expect(comparisons[0]!.latencyRatio).toMatchObject([{ kind: "range", launches: 3 }]);
  });

  it("cancels one cell and goes on with the others", async () => {
    const controller = new AbortController();
    const lab = testLab((event) => {
      if (event.type === "launch" && event.label === "fp32@cpu") controller.abort();
    });
    const cellSignal = (label: string): AbortSignal | undefined =>
      label === "fp32@cpu" ? controller.signal : undefined;
    const { runId, status } = await executeRun(smallSpec(LLAMA, questionFile(2)), { ...lab, cellSignal });
    expect(status).toBe("cancelled");
    expect(readRun(lab.db, runId).cells.map((cell) => cell.status)).toEqual(["cancelled", "done"]);
  });
});

describe("resumeRun", () => {
  it("finishes a cancelled run and keeps the launches that were done", async () => {
    const lab = testLab((event) => {
      if (event.type === "launch" && event.label === "int4@cpu" && event.kind === "quality") lab.controller.abort();
    });
    const { passes, ...spec } = smallSpec(LLAMA, questionFile(12));
    // Without decoding and replays the first cell has nothing left to do when the second one is asked.
    const { forward, tokens } = passes;
    const cancelled = await executeRun({ ...spec, passes: { forward, tokens } }, lab);
    expect(cancelled.status).toBe("cancelled");
    const before = readRun(lab.db, cancelled.runId);
    expect(before.cells.map(({ status }) => status)).toEqual(["done", "cancelled"]);

    const { status } = await resumeRun(cancelled.runId, { ...lab, signal: new AbortController().signal });
    expect(status).toBe("done");
    const after = readRun(lab.db, cancelled.runId);
    expect(after.cells.map((cell) => cell.status)).toEqual(["done", "done"]);
    expect(after.cells[0]).toEqual(before.cells[0]);
    expect(after.cells[1]!.forward).toEqual(before.cells[1]!.forward);
    expect(after.cells[1]!.tokens).toHaveLength(12);
    // What the reference left behind was still there.
    expect(after.cells[1]!.tokens.every(({ klDivergence }) => klDivergence !== null)).toBe(true);
  });

  it("replays what was written before the run was interrupted", async () => {
    const lab = testLab((event) => {
      if (event.type === "launch" && event.label === "int4@cpu" && event.kind === "stepping") lab.controller.abort();
    });
    const { passes, ...spec } = smallSpec(LLAMA, questionFile(3));
    const { benchmark, generate } = passes;
    const { runId, status } = await executeRun({ ...spec, passes: { benchmark, generate } }, lab);
    expect(status).toBe("cancelled");
    expect(readRun(lab.db, runId).cells.map(({ replays }) => replays.length)).toEqual([2, 0]);

    await resumeRun(runId, { ...lab, signal: new AbortController().signal });
    const [first, second] = readRun(lab.db, runId).cells;
    for (const { replays } of [first!, second!]) {
      expect(replays.map(({ launches }) => launches.map(({ items }) => items.length))).toEqual([[2], [3]]);
    }
  });

  it("refuses a run that does not exist", async () => {
    await expect(resumeRun("nothing", testLab())).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});
