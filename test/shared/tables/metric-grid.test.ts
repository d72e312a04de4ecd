import { beforeAll, describe, expect, it } from "vitest";
import { keyFigures } from "../../../src/renderer/views/result/key-figures.ts";
import { columnsOf, metricCsvRows, metricRows } from "#shared/tables/metric-grid.ts";
import { sampleCsvRows } from "../../../src/renderer/views/result/sample-rows.ts";
import { DISTURBED } from "#shared/tables/words-table.ts";
import { readResult, type ReadResult } from "../../helpers/read-result.ts";
import { SEED_CELLS } from "../../helpers/seed-result.ts";

let all: ReadResult;
beforeAll(() => {
  all = readResult();
});

describe("metricRows", () => {
  const rowsOf = ({ run, generations }: ReadResult): ReturnType<typeof metricRows> =>
    metricRows(run, columnsOf(run, run.results.comparisons), generations);

  it("has a row for every metric that some cell has, the reference's column first", () => {
    const columns = columnsOf(all.run, all.run.results.comparisons);
    expect(columns.map(({ cell }) => cell.label)).toEqual(["fp32@cpu", "int8@cpu", "int4@cpu", "nf4@cpu"]);
    const ids = rowsOf(all).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["file", "memory-1", "memory-4", "latency-4", "decode-512-compute", "words-texts"]),
    );
    expect(ids).toEqual(expect.arrayContaining(["jaccard-20", "top1", "kl", "perplexity", "accuracy-delta", "flips"]));
    expect(ids).not.toContain("device-1");
    expect(ids).not.toContain("acc-norm");
  });

  it("colours a difference only where its interval excludes no change", () => {
    const rows = rowsOf(all);
    const [, int8, , nf4] = rows.find(({ id }) => id === "latency-1")!.values;
    expect(int8!.difference).toMatchObject({
      tone: "better",
      text: expect.stringMatching(/^1\.\dx faster \(/) as string,
    });
    expect(nf4!.difference!.tone).toBe("worse");
    const change = rows.find(({ id }) => id === "accuracy-delta")!.values;
    expect(change[0]).toBeNull();
    const { exact, difference } = change[1]!;
    expect(exact[1]! < 0 && exact[2]! > 0).toBe(true);
    expect(difference).toEqual({ text: "no clear change", tone: "none" });
  });

  it("has words per minute with interval and difference, and how much is written apart", () => {
    const rows = rowsOf(all);
    const of = (id: string): (typeof rows)[number]["values"] => rows.find((row) => row.id === id)!.values;
    const [fp32, int8] = of("words-texts");
    expect(fp32).toMatchObject({ difference: null, note: "median, 95 % interval over 6 launches" });
    expect(int8!.difference).toMatchObject({ tone: "better" });
    expect(int8!.difference!.text).toMatch(/^1\.[5-7]x faster per token \(/);
    expect(of("words-each-answers")[0]).toMatchObject({ value: "1.00", difference: null });
  });

  it("says of words that an earlier version timed why they are no speed of the format", () => {
    const { results } = all.run;
    const cells = results.cells.map((cell) => ({ ...cell, replays: [], wordsBasis: "disturbed" as const }));
    const [, row] = rowsOf({ ...all, run: { ...all.run, results: { ...results, cells } } })
      .filter(({ id }) => id.startsWith("words-"))
      .map(({ values }) => values[0]!);
    expect(row!.note).toBe(DISTURBED);
    expect([row!.low, row!.high]).toEqual([null, null]);
  });

  it("calls a file and a peak within 2 % the same", () => {
    const cells = [SEED_CELLS[0]!, { format: "fp16" as const, size: 0.99 }];
    const rows = rowsOf(readResult({ cells, questions: 0, texts: false }));
    for (const id of ["memory-1", "file"]) {
      expect(rows.find((row) => row.id === id)!.values[1]!.difference).toEqual({ text: "the same", tone: "none" });
    }
  });

  it("says what a batch gives beside its sequences one by one", () => {
    const row = rowsOf(all).find(({ id }) => id === "throughput-4")!;
    const { exact, note } = row.values[0]!;
    const [latency] = rowsOf(all).find(({ id }) => id === "latency-4")!.values[0]!.exact;
    const { sequenceLength } = all.run.results.cells[0]!.forward[0]!;
    expect(exact[0]).toBeCloseTo((4 * sequenceLength * 1000) / latency!, 6);
    expect(note).toMatch(/^95 % interval over 6 launches; [\d.]+ ms a sequence, \d\.\d+x that of batch 1$/);
    expect(rowsOf(all).some(({ id }) => id === "throughput-1")).toBe(false);
  });

  it("says that a peak was reached while loading, and what the runs take then", () => {
    const [cell] = all.run.results.cells;
    const [forward] = cell!.forward;
    const quiet = { ...cell!, forward: [{ ...forward!, runPeakBytes: 10 * 2 ** 20 }] };
    const noteOf = (source: "VmHWM" | "maxRSS"): string => {
      const memory = { ...cell!.memory!, source };
      const columns = [{ cell: { ...quiet, memory }, comparison: undefined }];
      return metricRows(all.run, columns, []).find(({ id }) => id === "memory-1")!.values[0]!.note;
    };
    expect(noteOf("VmHWM")).toContain("; reached while loading, runs take 10.0");
    expect(noteOf("maxRSS")).toContain("; reached while loading, runs take at most 10.0");
  });

  it("claims no difference from too few launches", () => {
    const few = readResult({ launches: 3, questions: 0, texts: false });
    const value = rowsOf(few).find(({ id }) => id === "latency-1")!.values[1]!;
    expect(value.difference).toMatchObject({
      tone: "none",
      text: expect.stringContaining("too few launches") as string,
    });
    expect(value.note).toMatch(
      /^median, range of 3 launches, 36 runs; runs: least [\d.]+, p10 [\d.]+, p90 [\d.]+, 1 outlier$/,
    );
    expect(rowsOf(few).some(({ group }) => group === "Answers")).toBe(false);
  });

  it("has what a cell that failed got done, and nothing more", () => {
    const cells = [SEED_CELLS[0]!, { format: "int4" as const, size: 0.2, status: "failed" as const }];
    const part = rowsOf(readResult({ cells }));
    expect(part.find(({ id }) => id === "latency-1")!.values[1]).not.toBeNull();
    expect(part.find(({ id }) => id === "latency-4")!.values[1]).not.toBeNull();
    expect(part.find(({ id }) => id === "accuracy-loglikelihood")!.values[1]).toBeNull();
  });
});

describe("metricCsvRows", () => {
  it("is one line a number, in the unit beside it", () => {
    const columns = columnsOf(all.run, all.run.results.comparisons);
    const lines = metricCsvRows(metricRows(all.run, columns, all.generations), columns);
    expect(lines.find((line) => line[0] === "File" && line[2] === "fp32@cpu")).toEqual([
      ...["File", "MB", "fp32@cpu", 540, null, null, null],
      ...["the file itself", null],
    ]);
  });
});

describe("keyFigures", () => {
  it("says what memory, time and file become", () => {
    const [reference, candidate] = all.run.results.cells;
    const figures = keyFigures(all.run.results.comparisons[0]!, candidate!, reference!);
    expect(figures.map(({ label, word, tone }) => [label, word, tone])).toEqual([
      ["Memory, batch 1", "less", "better"],
      ["Latency, batch 1", "faster", "better"],
      ["Decoding", "faster", "better"],
      ["File", "smaller", "better"],
    ]);
    expect(figures[3]!.value).toBe("73 %");
    const untold = keyFigures(all.run.results.comparisons[0]!, candidate!, { ...reference!, bytes: 0 });
    expect(untold.map(({ label }) => label)).not.toContain("File");
  });
});

describe("sampleCsvRows", () => {
  it("is one line a run or token, nothing summed up", () => {
    const lines = sampleCsvRows(all.samples[0]!);
    const timed = lines.filter((line) => line[1] === "forward");
    // Six launches, two batch sizes, twelve runs.
    expect(timed).toHaveLength(6 * 2 * 12);
    expect(timed[0]!.slice(0, 7)).toEqual(["fp32@cpu", "forward", "timing", 1, 1, null, 1]);
    expect(lines.filter((line) => line[1] === "next token")).toHaveLength(6 * 2 * 2 * 24);
  });
});
