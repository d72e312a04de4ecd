import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { humanReport } from "../../src/cli/measure-and-report.ts";
import { alignTable, fileSize, sideBySide, verdictLines } from "../../src/cli/text.ts";
import { cell, flipping, fp32, int4, stored } from "../shared/compare/cells.ts";

const generation = (promptId: string, text: string, prompt = "Once upon") => ({
  promptId,
  prompt,
  chatTemplate: false,
  promptTokens: 2,
  text,
  tokenIds: [],
  tokenMs: [],
  margins: [],
  wordsPerMinute: null,
});

describe("alignTable", () => {
  it("puts the first column left and the others right, each as wide as its longest text", () => {
    const table = {
      header: ["cell", "file", "J@1"],
      units: ["", "MB", ""],
      rows: [
        ["fp32@cpu", "538", "–"],
        ["x", "1,181", "0.93"],
      ],
    };
    expect(alignTable(table).split("\n")).toEqual([
      "cell       file   J@1",
      "             MB",
      "─────────────────────",
      "fp32@cpu    538     –",
      "x         1,181  0.93",
    ]);
  });

  it("counts characters and not UTF-16 units", () => {
    const lines = alignTable({
      header: ["a", "b"],
      units: ["", ""],
      rows: [
        ["🙂🙂", "1"],
        ["xy", "2"],
      ],
    }).split("\n");
    expect(lines.slice(3)).toEqual(["🙂🙂  1", "xy  2"]);
  });

  it("has a head where there are no rows", () => {
    expect(alignTable({ header: ["a"], units: ["MB"], rows: [] }).split("\n")).toEqual(["a", "MB", "──"]);
  });
});

describe("sideBySide", () => {
  it("shows each prompt with what every cell made of it, on one line each", () => {
    const cells = [
      fp32({ generations: [generation("p1", " a  time\nlong ago"), generation("p2", "x".repeat(200), "Numbers")] }),
      int4({ generations: [generation("p1", "a tree")] }),
    ];
    expect(sideBySide(buildResults(stored(cells)))).toEqual([
      "“Once upon”",
      "  fp32@cpu  a time long ago",
      "  int4@cpu  a tree",
      "",
      "“Numbers”",
      `  fp32@cpu  ${"x".repeat(89)}…`,
      "",
    ]);
  });

  it("is nothing where nothing was generated", () => {
    expect(sideBySide(buildResults(stored([fp32()])))).toEqual([]);
  });
});

describe("verdictLines", () => {
  it("say of a run that had not the machine to itself who disturbed it", () => {
    const { run, ...rest } = stored([fp32(), int4()]);
    const environment = { ...run.environment, alongside: ['the run "day" (process 17)'] };
    expect(verdictLines(buildResults({ ...rest, run: { ...run, environment } }))).toContain(
      '! Other programs measured at the same time, and disturbed speed and memory: the run "day" (process 17).',
    );
    expect(verdictLines(buildResults({ ...rest, run })).join("\n")).not.toContain("disturbed");
  });

  it("has a sentence for each compared cell, then what ran, how long and where", () => {
    const lines = verdictLines(buildResults(stored([fp32(), int4()])));
    expect(lines[0]).toMatch(/^• Not enough data on int4@cpu/);
    expect(lines.at(-1)).toBe(
      "test: 2 of 2 cells in 1 min 15 s · Xeon® Ünit, 2 threads, onnxruntime 1.30.0 · run 20261121-070000-abcd",
    );
  });

  it("counts the questions and subjects that accuracies rest on", () => {
    const [answers] = flipping(1600, 0, 0);
    const result = {
      mode: "loglikelihood" as const,
      answers,
      accuracy: 1,
      normalizedAccuracy: null,
      wordsPerMinute: null,
    };
    const run = stored([fp32({ benchmark: [result] }), int4()]);
    const subjects = Object.fromEntries(answers.map(({ questionId }, index) => [questionId, `s${index % 8}`]));
    const last = (set: Partial<typeof run.questionSet>): string =>
      verdictLines(buildResults({ ...run, questionSet: { ...run.questionSet!, ...set } })).at(-1)!;
    expect(last({ subjects })).toContain(" in 1 min 15 s · 1,600 questions of 8 subjects, 200 each · Xeon");
    expect(last({})).toContain(" in 1 min 15 s · 1,600 questions · Xeon");
  });

  it("says why the only cell failed, and counts one cell as one", () => {
    const failed = fp32({ status: "failed", threads: 1, error: { code: "TIMEOUT", message: "Too late." } });
    const lines = verdictLines(buildResults(stored([failed])));
    expect(lines[0]).toBe("• fp32@cpu: Too late.");
    expect(lines.at(-1)).toContain("0 of 1 cell in 1 min 15 s · Xeon® Ünit, 1 thread,");
  });

  it("names every number of threads where they differ", () => {
    const lines = verdictLines(buildResults(stored([fp32({ threads: 1 }), cell("int4@cpu", { threads: 2 })])));
    expect(lines.at(-1)).toContain("1 or 2 threads");
  });

  it("names no time of a run that has not ended", () => {
    const { run, ...rest } = stored([fp32()]);
    const lines = verdictLines(buildResults({ ...rest, run: { ...run, finishedAt: null } }));
    expect(lines.at(-1)).toContain("1 of 1 cell · Xeon");
  });
});

describe("humanReport", () => {
  it("has the tables that hold something, and ends with a line break", () => {
    const report = humanReport(buildResults(stored([fp32(), int4()])));
    expect(report).toContain("memory b1");
    expect(report).not.toContain("J@1");
    expect(report.endsWith("\n")).toBe(true);
  });
});

describe("fileSize", () => {
  it("is in megabytes", () => {
    expect(fileSize(12_340_000)).toBe("12.3 MB");
  });
});
