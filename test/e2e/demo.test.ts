import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resultsSchema, type CellResult, type Comparison, type Results } from "#shared/results.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const home = mkdtempSync(join(tmpdir(), "quantscope-demo-"));
let stdout = "";
let stderr = "";
let results: Results;

const cell = (label: string): CellResult => results.cells.find((each) => each.label === label)!;
const comparison = (label: string): Comparison => results.comparisons.find(({ candidate }) => candidate === label)!;

/** The README's own command, whole: three formats, every pass, all 1,600 questions. */
describe("npm run demo", () => {
  beforeAll(() => {
    const args = ["run", "--silent", "demo", "--", "--home", home, "--out", join(home, "out")];
    const finished = spawnSync("npm", args, { cwd: ROOT, encoding: "utf8", shell: process.platform === "win32" });
    ({ stdout, stderr } = finished);
    expect({ status: finished.status, stderr }).toMatchObject({ status: 0 });
    results = resultsSchema.parse(JSON.parse(readFileSync(join(home, "out", "results.json"), "utf8")));
  }, 600_000);

  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  it("prints both tables and one sentence a format", () => {
    for (const label of ["fp32@cpu (reference)", "w8@cpu", "int4@cpu"]) expect(stdout).toContain(label);
    for (const column of ["file", "memory b1", "memory b8", "latency b1", "latency b8", "words/min"])
      expect(stdout).toContain(column);
    for (const column of ["J@1", "J@3", "J@5", "J@10", "J@20", "KL", "perplexity", "accuracy", "flips"])
      expect(stdout).toContain(column);
    expect(stdout.match(/^• /gm)).toHaveLength(2);
  });

  it("says while it runs what is measured, how far it is and how long it still takes", () => {
    expect(stderr).toMatch(/^about .*, up to .* MiB of memory of .* MiB free; /m);
    expect(stderr).toMatch(/\[\d+\/39\] fp32@cpu: questions \d+\/1600, about \d+ (s|min \d+ s) left/);
  });

  it("measures all batch sizes with memory that grows from the smallest to the largest", () => {
    for (const { forward } of results.cells) {
      expect(forward.map(({ batchSize }) => batchSize)).toEqual([1, 8]);
      expect(forward.at(-1)!.peakMemoryBytes).toBeGreaterThan(forward[0]!.peakMemoryBytes!);
    }
    expect(cell("int4@cpu").forward[0]!.peakMemoryBytes).toBeLessThan(cell("fp32@cpu").forward[0]!.peakMemoryBytes!);
  });

  it("measures words per minute in six launches, and tells apart how much is written", () => {
    for (const { wordsBasis, replays } of results.cells) {
      expect(wordsBasis).toBe("replayed");
      expect(replays.map(({ of, kind, launches }) => [of, kind, launches.length])).toEqual([
        ["texts", "order-statistics", 6],
        ["answers", "order-statistics", 6],
      ]);
    }
    for (const { wordsRatio } of results.comparisons) {
      expect(wordsRatio.map(({ of, kind, launches }) => [of, kind, launches])).toEqual([
        ["texts", "signed-rank", 6],
        ["answers", "signed-rank", 6],
      ]);
    }
    expect(stdout).toContain("words/min (95 % CI)");
  });

  it("measures time in six launches, which give intervals", () => {
    expect(results.comparisons.length).toBeGreaterThan(0);
    for (const { latencyRatio } of results.comparisons) {
      expect(latencyRatio.map(({ kind, launches }) => [kind, launches])).toEqual([
        ["signed-rank", 6],
        ["signed-rank", 6],
      ]);
    }
  });

  it("knows running text a little less well at int4, and no worse at w8", () => {
    const ratio = (label: string): number => comparison(label).texts!.perplexity!.ratio!;
    expect(ratio("w8@cpu")).toBeCloseTo(1, 2);
    expect(ratio("int4@cpu")).toBeGreaterThan(1.005);
    expect(ratio("int4@cpu")).toBeLessThan(1.1);
    expect(comparison("int4@cpu").tokens!.kl).toMatchObject({ exact: true });
  });

  it("finds the accuracy that resources/questions/README.md has for fp32 and w8", () => {
    const accuracy = (label: string): number =>
      cell(label).benchmark.find(({ mode }) => mode === "loglikelihood")!.accuracy!;
    expect(accuracy("fp32@cpu")).toBeCloseTo(0.8719, 3);
    expect(accuracy("w8@cpu")).toBeCloseTo(0.8725, 2);
  });

  it("finds that int4 changes next tokens and answers, and w8 hardly any", () => {
    const [w8, int4] = [comparison("w8@cpu"), comparison("int4@cpu")];
    expect(w8.jaccard["20"]!.mean).toBeGreaterThan(0.95);
    expect(int4.jaccard["20"]!.mean).toBeGreaterThan(0.7);
    expect(int4.jaccard["20"]!.mean).toBeLessThan(0.9);
    const flips = ({ flips }: Comparison): number => flips!.rightToWrong + flips!.wrongToRight;
    expect(flips(int4)).toBeGreaterThan(5 * flips(w8));
    // Whether that is worth it depends on what w8 saves on this machine; that it loses nothing does not.
    expect(w8.verdict.decision!.low).toBeGreaterThan(-1);
  });

  it("writes texts in every format, side by side", () => {
    const texts = results.cells.map(({ generations }) => generations.map(({ text }) => text));
    expect(texts.map((list) => list.length)).toEqual([12, 12, 12]);
    expect(texts.flat().every((text) => text.trim().length > 0)).toBe(true);
    expect(stdout).toContain("What is the capital of Portugal?");
  });
});
