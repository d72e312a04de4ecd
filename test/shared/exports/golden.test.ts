import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportHtml } from "#shared/exports/html.ts";
import { llamaBenchCsv } from "#shared/exports/llama-bench.ts";
import { lmEvalFiles } from "#shared/exports/lm-eval.ts";
import { reportMarkdown } from "#shared/exports/markdown.ts";
import { measurementsCsvParts } from "#shared/exports/measurement-rows.ts";
import { questionLines } from "#shared/exports/questions-jsonl.ts";
import { sampleQuestions, sampleResults } from "./sample.ts";

const golden = (name: string): string => join(import.meta.dirname, "..", "..", "fixtures", "reports", name);
const results = sampleResults();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Written anew by `npx vitest run test/shared/exports -u`; what changes in them changes in every user's files. */
describe("a report's files are what they were:", () => {
  it("measurements.csv", async () => {
    await expect([...measurementsCsvParts(results)].join("")).toMatchFileSnapshot(golden("measurements.csv"));
  });
  it("questions.jsonl", async () => {
    await expect([...questionLines(results, sampleQuestions)].join("")).toMatchFileSnapshot(golden("questions.jsonl"));
  });
  it("report.md", async () => {
    await expect(reportMarkdown(results)).toMatchFileSnapshot(golden("report.md"));
  });
  it("report.html", async () => {
    await expect(reportHtml(results)).toMatchFileSnapshot(golden("report.html"));
  });
  it("llama-bench.csv", async () => {
    await expect(llamaBenchCsv(results)).toMatchFileSnapshot(golden("llama-bench.csv"));
  });
  it("lm-eval's results and samples", async () => {
    const files = lmEvalFiles(results, results.cells[1]!, sampleQuestions, sha256)!;
    expect([files.resultsName, ...files.samples.map(({ name }) => name)]).toEqual([
      "results_2026-11-21T07-00-00.000.json",
      "samples_set_2026-11-21T07-00-00.000.jsonl",
    ]);
    await expect(files.results).toMatchFileSnapshot(golden("lm-eval-results.json"));
    await expect(files.samples[0]!.text).toMatchFileSnapshot(golden("lm-eval-samples.jsonl"));
  });
});
