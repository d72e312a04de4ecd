import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openLab } from "#core/app/open-lab.ts";
import { createProgram, runProgram } from "../../src/cli/program.ts";
import { scratchDir } from "../helpers/lab.ts";
import { seedResult } from "../helpers/seed-result.ts";

let out = "";
let err = "";
let home = "";

beforeEach(() => {
  [out, err, home] = ["", "", scratchDir()];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  seedResult(home, {
    id: "a",
    name: "first",
    questions: 20,
    cells: [{ format: "fp32" }, { format: "int4", time: 0.5, size: 0.3 }],
  });
  seedResult(home, {
    id: "b",
    name: "second",
    questions: 20,
    cells: [{ format: "fp32" }, { format: "int4", lost: 0.3 }],
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = async (...args: string[]): Promise<number> => {
  [out, err] = ["", ""];
  const words = ["--home", home, ...args];
  return runProgram(await createProgram(words), ["node", "quantscope", ...words]);
};

describe("export", () => {
  it("writes every format that is asked for and prints the paths", async () => {
    const dir = join(scratchDir(), "out");
    expect(await run("export", "a", "--format", "csv,json,jsonl,html,md,lm-eval,llama-bench,qsrun", "--out", dir)).toBe(
      0,
    );
    const paths = out.trim().split("\n");
    expect(paths.every((path) => existsSync(path))).toBe(true);
    expect(readdirSync(dir).sort()).toEqual([
      ...["charts", "llama-bench.csv", "lm-eval", "measurements.csv", "quantscope-a.qsrun", "questions.jsonl"],
      ...["report.html", "report.md", "results.json", "verdicts.csv"],
    ]);
    expect(readFileSync(join(dir, "questions.jsonl"), "utf8").trim().split("\n")).toHaveLength(20);
  });

  it("judges by the limits that are given, in every file and on the screen, and says which they were", async () => {
    const dir = join(scratchDir(), "out");
    const limits = ["--accept-loss", "60", "--max-memory", "4000"];
    const words =
      "a loss of up to 60 points of accuracy accepted, at most 4,000 MiB of memory at the smallest batch size";
    expect(await run("export", "a", "--format", "json,csv,html,md", "--out", dir, ...limits)).toBe(0);
    expect(await run("runs", "show", "a", ...limits)).toBe(0);
    const read = (name: string): string => readFileSync(join(dir, name), "utf8");
    for (const text of [out, read("report.html"), read("report.md")]) {
      expect(text).toContain("Quantize to int4@cpu");
      expect(text).toContain(words);
    }
    expect(read("verdicts.csv")).toMatch(/int4@cpu,fp32@cpu,quantize,.*,60,4194304000,/);
    expect(JSON.parse(read("results.json"))).toMatchObject({ limits: { marginPoints: 60 } });
    expect(await run("runs", "show", "a")).toBe(0);
    expect(out).not.toContain("Quantize to int4@cpu");
    expect(out).toContain("a loss of up to 1 point of accuracy accepted, no limit on memory or latency");
  });

  it.each(["--accept-loss=x", "--accept-loss=101", "--accept-loss=-1", "--max-memory=0", "--max-latency="])(
    "refuses %s by name",
    async (option) => {
      expect(await run("runs", "show", "a", option)).toBe(1);
      expect(err).toContain(`${option.split("=")[0]!}: "`);
    },
  );

  it("names the formats that there are, and the run that is not there", async () => {
    expect(await run("export", "a", "--format", "xls", "--out", home)).toBe(1);
    expect(err).toMatch(/no format "xls"; there are csv, json, jsonl, html, png, md, lm-eval, llama-bench, qsrun/);
    expect(await run("export", "x", "--out", home)).toBe(1);
    expect(err).toContain("[RUN_NOT_FOUND]");
  });
});

describe("import", () => {
  it("brings an exported run to another data folder, once", async () => {
    const dir = scratchDir();
    await run("export", "a", "--format", "qsrun", "--out", dir);
    const file = out.trim();
    home = scratchDir();
    expect(await run("import", file, "--json")).toBe(0);
    expect(JSON.parse(out)).toEqual([{ runId: "a", outcome: "added", notes: [] }]);
    expect(await run("import", file)).toBe(0);
    expect([out, err]).toEqual(["a\n", "a: already there\n"]);
  });

  it("reads what it writes for other tools, marked with where it is from", async () => {
    const dir = scratchDir();
    await run("export", "a", "--format", "lm-eval,llama-bench", "--out", dir);
    const files = out
      .trim()
      .split("\n")
      .filter((path) => path.includes("int4") || path.endsWith(".csv"));
    expect(await run("import", ...files, "--json")).toBe(0);
    const imported = JSON.parse(out) as { runId: string; notes: string[] }[];
    expect(imported.map(({ runId }) => runId.replace(/-[0-9a-f]{12}$/, ""))).toEqual(["llama-bench", "lm-eval"]);
    using lab = openLab(home);
    expect(lab.db.prepare("SELECT count(*) FROM runs WHERE origin IS NOT NULL").pluck().get()).toBe(2);
  });

  it("asks what another tool measured where its file does not say it", async () => {
    const file = join(scratchDir(), "samples_task_2026-08-01T12-00-00.jsonl");
    const sample = {
      doc_id: 0,
      doc: { question: "q", choices: ["a", "b"] },
      target: "1",
      resps: [],
      filtered_resps: [
        ["-1", "False"],
        ["-2", "False"],
      ],
      acc: 0,
    };
    writeFileSync(file, `${JSON.stringify(sample)}\n`);
    expect(await run("import", file)).toBe(1);
    expect(err).toContain("Say it with --cell");
    expect(await run("import", file, "--cell", "int4@gpu")).toBe(1);
    expect(err).toContain("is no format@provider");
    expect(await run("import", file, "--cell", "int4@cpu", "--model", "m")).toBe(0);
    expect(await run("runs", "show", out.trim())).toBe(0);
    expect(out).toContain("unknown threads");
    expect(out).not.toMatch(/\bNaN\b|\b0 MB|\b0 threads/);
  });

  it.each([
    ["x.qsrun", "no zip", /BUNDLE_INVALID/],
    ["x.txt", "hello", /none of the files that can be imported/],
    ["x.json", "[1,", /x\.json is not valid JSON/],
    ["results_2026.json", '{"results": {}}', /holds sums only/],
  ])("refuses %s", async (name, text, message) => {
    const file = join(scratchDir(), name);
    writeFileSync(file, text);
    expect(await run("import", file)).toBe(1);
    expect(err).toMatch(message);
  });
});

describe("runs compare", () => {
  it("compares two cells of two runs, and says what could not be", async () => {
    expect(await run("runs", "compare", "a:fp32@cpu", "b:int4@cpu")).toBe(0);
    expect(out).toContain("a:fp32@cpu against b:int4@cpu");
    expect(out).toMatch(/answers: 20 shared questions/);
    expect(out).toMatch(/the KL divergence is a lower bound/);
    expect(out).toMatch(/resident memory at batch 1: × [\d.]+ \((95 % CI|range of \d launches:|1 launch)/);
    expect(out).toMatch(/speed at batch 1: × [\d.]+ \((95 % CI|range of)/);
  });

  it("compares the cells that both runs have, where only runs are named", async () => {
    expect(await run("runs", "compare", "a", "b", "--json")).toBe(0);
    const pairs = JSON.parse(out) as { reference: object; candidate: object; comparison: object }[];
    expect(pairs.map(({ reference, candidate }) => [reference, candidate])).toEqual([
      [
        { run: "a", cell: "fp32@cpu" },
        { run: "b", cell: "fp32@cpu" },
      ],
      [
        { run: "a", cell: "int4@cpu" },
        { run: "b", cell: "int4@cpu" },
      ],
    ]);
    expect(pairs[0]!.comparison).toMatchObject({ flips: { rightToWrong: 0, wrongToRight: 0, questions: 20 } });
  });

  it("names the labels that there are", async () => {
    expect(await run("runs", "compare", "a:w8@cpu", "b")).toBe(1);
    expect(err).toContain('The run a has no cell "w8@cpu"; it has fp32@cpu, int4@cpu.');
    expect(await run("runs", "compare", "a", "a")).toBe(1);
    expect(err).toContain("Name two cells as RUN:LABEL");
  });
});

describe("runs tag, rename and delete", () => {
  it("change a run and nothing else", async () => {
    expect(await run("runs", "tag", "a", "nightly", "gpu")).toBe(0);
    expect(out).toBe("gpu\nnightly\n");
    expect(await run("runs", "tag", "a", "--remove", "gpu")).toBe(0);
    expect(out).toBe("nightly\n");
    expect(await run("runs", "rename", "a", "better name")).toBe(0);
    mkdirSync(join(home, "scratch", "b"), { recursive: true });
    expect(await run("runs", "delete", "b")).toBe(0);
    expect(readdirSync(join(home, "scratch"))).toEqual([]);
    expect(await run("runs", "list", "--json")).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ total: 1, runs: [{ id: "a", name: "better name" }] });
    expect(await run("runs", "delete", "b")).toBe(1);
    expect(err).toContain("[RUN_NOT_FOUND]");
    expect(await run("runs", "rename", "a", " ")).toBe(1);
  });
});

describe("run --shard", () => {
  it.each(["0/2", "3/2", "half"])("refuses the part %s before anything is measured", async (part) => {
    expect(await run("run", "--model", home, "--cells", "fp32", "--shard", part)).toBe(1);
    expect(err).toContain("--shard");
  });
});
