import { describe, expect, it } from "vitest";
import type { CellResult } from "#shared/results.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { costTable, qualityTable, type Table } from "#shared/tables/summary-table.ts";
import {
  answer,
  benchmark,
  cell,
  flipping,
  forward,
  fp32,
  int4,
  MIB,
  once,
  predictions,
  stored,
  tokens,
} from "../compare/cells.ts";

const tables = (...cells: CellResult[]): { cost: Table; quality: Table } => {
  const results = buildResults(stored(cells));
  return { cost: costTable(results), quality: qualityTable(results) };
};

describe("costTable", () => {
  it("has file, memory and latency at the smallest and the largest batch, each with its unit", () => {
    expect(tables(fp32(), int4()).cost).toEqual({
      header: ["cell", "file", "memory b1", "memory b32", "latency b1", "latency b32"],
      units: ["", "MB", "MiB resident", "MiB resident", "ms", "ms"],
      rows: [
        ["fp32@cpu (reference)", "538", "600", "1,200", "17.0", "400"],
        ["int4@cpu", "181", "200", "900", "10.0", "300"],
      ],
    });
  });

  it("has no size of a file that another tool did not tell", () => {
    expect(tables(fp32({ bytes: 0 }), int4()).cost.rows.map(([, file]) => file)).toEqual(["–", "181"]);
  });

  it("tells own memory and mapped files apart, the same way for every cell, and has a GPU's memory beside", () => {
    const process = (label: string, peak: number, mapped: number, device: number | null): CellResult =>
      cell(label, {
        forward: [
          once(1, 10, peak, {
            fileBytes: (50 + mapped) * MIB,
            deviceMemoryBytes: device === null ? null : device * MIB,
          }),
        ],
        launches: [
          {
            ...{ kind: "timing", launch: 1, batchSize: null, order: 0, status: "done", startedAt: "", elapsedMs: 1 },
            ...{ loadMs: 1, canaryDrift: null },
            memory: {
              ...{ baseBytes: 90 * MIB, loadPeakBytes: 0, steadyBytes: 0, source: "VmHWM" },
              ...{ baseFileBytes: 50 * MIB, loadFileBytes: 50 * MIB },
            },
          },
        ],
      });
    const { cost } = tables(process("fp32@cpu", 730, 100, null), process("int4@cuda", 400, 30, 200));
    expect([cost.header[2], cost.units[2], cost.header[3], cost.units[3]]).toEqual([
      ...["memory b1", "MiB + mapped"],
      ...["GPU memory b1", "MiB"],
    ]);
    expect(cost.rows.map((row) => row.slice(2, 4))).toEqual([
      ["630 + 100", "–"],
      ["370 + 30.0", "200"],
    ]);
  });

  it("has each batch once where only one was measured", () => {
    expect(tables(fp32({ forward: [forward(4, 10, 100)] })).cost.header).toEqual([
      "cell",
      "file",
      "memory b4",
      "latency b4",
    ]);
  });

  it("marks what is missing with a dash", () => {
    const skipped = forward(32, 1, 1, { latencyMs: [], peakMemoryBytes: null, skipped: "not run" });
    const { cost } = tables(fp32({ forward: [forward(1, 17, 600), skipped] }), int4());
    expect(cost.rows[0]).toEqual(["fp32@cpu (reference)", "538", "600", "–", "17.0", "–"]);
  });

  it("marks cells that did not reach their end", () => {
    const { cost } = tables(fp32({ status: "failed" }), int4({ status: "cancelled" }));
    expect(cost.rows.map(([name]) => name)).toEqual(["fp32@cpu (reference, failed)", "int4@cpu (cancelled)"]);
  });

  it("has no rows without cells", () => {
    expect(tables().cost).toEqual({ header: ["cell"], units: [""], rows: [] });
  });
});

describe("qualityTable", () => {
  it("has Jaccard, accuracy with its interval, and flips", () => {
    const [before, after] = flipping(100, 3, 2);
    const { quality } = tables(
      fp32({ benchmark: [benchmark(before)], tokens: tokens([[1], [2]]) }),
      int4({ benchmark: [benchmark(after)], tokens: tokens([[1], [3]]) }),
    );
    expect(quality.header).toEqual(["cell", "J@1", "J@3", "J@5", "J@10", "J@20", "accuracy (95 % CI)", "flips"]);
    expect(quality.units.slice(-2)).toEqual(["log-likelihood", "r→w : w→r"]);
    expect(quality.rows).toEqual([
      ["fp32@cpu (reference)", "–", "–", "–", "–", "–", "60.0 % (50.2–69.1)", "–"],
      ["int4@cpu", "0.500", "0.500", "0.500", "0.500", "0.500", "59.0 % (49.2–68.1)", "3 : 2"],
    ]);
  });

  it("has the divergence, with the sign of a bound where it is one, and perplexity against the reference", () => {
    const withKl = (kl: number | null, topLogprobs: number[]) =>
      tokens([[1, 2]]).map((row) => ({ ...row, topLogprobs, klDivergence: kl }));
    const reference = fp32({ tokens: withKl(null, [-0.5, -1]) });
    const exact = tables(reference, int4({ tokens: withKl(0.0523, [-0.6, -1]) })).quality;
    expect(exact.rows[1]![exact.header.indexOf("KL")]).toBe("0.0523");
    const bound = tables(reference, int4({ tokens: withKl(null, [-0.9, -1]) })).quality;
    expect(bound.rows[1]![bound.header.indexOf("KL")]).toMatch(/^≥ 0\.\d+$/);
  });

  it("says of how many, where answers had to be left out", () => {
    const answers = predictions([...Array<number>(7).fill(0), 1, 1, 2, null, null]);
    const { quality } = tables(fp32({ benchmark: [benchmark(answers)] }));
    // Oracle: 7 of 10 is 0.3968 to 0.8922.
    expect(quality.rows).toEqual([["fp32@cpu (reference)", "70.0 % (39.7–89.2; 10 of 12)"]]);
  });

  it("counts a text without a choice as wrong and a broken one as none", () => {
    const answers = [answer(0, 0), answer(1, null, { formatFailure: true }), answer(2, null)];
    const { quality } = tables(fp32({ benchmark: [benchmark(answers, "generate")] }));
    expect(quality.rows[0]![1]).toMatch(/^50\.0 % \(.*; 2 of 3\)$/);
  });

  it("is a dash where no answer is valid and another cell has some", () => {
    const { quality } = tables(
      fp32({ benchmark: [benchmark(predictions([0, 1]))] }),
      int4({ benchmark: [benchmark(predictions([null, null]))] }),
    );
    expect(quality.rows[1]![1]).toBe("–");
  });

  it("is no more than names where nothing was asked", () => {
    expect(tables(fp32(), int4()).quality.header).toEqual(["cell"]);
  });
});
