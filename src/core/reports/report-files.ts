/** A stored run as files, by format: what the command line writes and the app saves. */
import { createHash } from "node:crypto";
import { chartCsv } from "#shared/exports/chart-csv.ts";
import { aboutLine } from "#shared/exports/about.ts";
import { decisionPictures, reportCharts } from "#shared/charts/report-charts.ts";
import { REPORT_FORMATS, type ReportFormat } from "#shared/exports/formats.ts";
import { reportHtml } from "#shared/exports/html.ts";
import { llamaBenchCsv } from "#shared/exports/llama-bench.ts";
import { lmEvalFiles } from "#shared/exports/lm-eval.ts";
import { reportMarkdown } from "#shared/exports/markdown.ts";
import { measurementsCsvParts } from "#shared/exports/measurement-rows.ts";
import { type ExportedQuestion, questionLines } from "#shared/exports/questions-jsonl.ts";
import { verdictsCsv } from "#shared/exports/verdicts-csv.ts";
import { resultsJson } from "#shared/exports/results-json.ts";
import type { Results } from "#shared/results.ts";
import type { ReportFile } from "./write-files.ts";

export { REPORT_FORMATS, type ReportFormat };

export interface ReportInput {
  readonly results: Results;
  /** Of the run's question set, by id. */
  readonly questions: ReadonlyMap<string, ExportedQuestion>;
}

type Build = (input: ReportInput) => readonly ReportFile[] | Promise<readonly ReportFile[]>;

const BUILDERS: Readonly<Record<ReportFormat, Build>> = Object.freeze({
  csv: ({ results }) => [
    { name: "measurements.csv", content: measurementsCsvParts(results) },
    ...(results.comparisons.length > 0 ? [{ name: "verdicts.csv", content: verdictsCsv(results) }] : []),
    ...[...decisionPictures(results), ...reportCharts(results)].map((model) => ({
      name: `charts/${model.id}.csv`,
      content: chartCsv(model),
    })),
  ],
  json: ({ results }) => [{ name: "results.json", content: resultsJson(results) }],
  jsonl: ({ results, questions }) => [{ name: "questions.jsonl", content: questionLines(results, questions) }],
  html: ({ results }) => [{ name: "report.html", content: reportHtml(results) }],
  md: ({ results }) => [{ name: "report.md", content: reportMarkdown(results) }],
  png: async ({ results }) => {
    // Only now: the other formats need no drawing library.
    const { chartPng } = await import("./chart-png.ts");
    const about = aboutLine(results);
    const files: ReportFile[] = [];
    for (const model of [...decisionPictures(results), ...reportCharts(results)]) {
      files.push({ name: `charts/${model.id}.png`, content: await chartPng(model, about) });
    }
    return files;
  },
  "lm-eval": ({ results, questions }) =>
    results.cells.flatMap((cell) => {
      const files = lmEvalFiles(results, cell, questions, sha256);
      if (!files) return [];
      const folder = `lm-eval/${fileName(cell.label)}`;
      return [
        { name: `${folder}/${files.resultsName}`, content: files.results },
        ...files.samples.map(({ name, text }) => ({ name: `${folder}/${name}`, content: text })),
      ];
    }),
  "llama-bench": ({ results }) => [{ name: "llama-bench.csv", content: llamaBenchCsv(results) }],
});

/** Files of one format, not written yet. LabError NOT_AVAILABLE for pictures where no drawing library works. */
export async function reportFiles(format: ReportFormat, input: ReportInput): Promise<ReportFile[]> {
  return [...(await BUILDERS[format](input))];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Labels hold `@` and `#`, and a run from elsewhere may bring anything. */
function fileName(label: string): string {
  return label.replaceAll(/[^\w@.-]+/g, "_").replace(/^\.+/, "_");
}
