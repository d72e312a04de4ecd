/** What a run can be written as, and what each is good for. The command line writes folders, the app one file of each. */

/** Built from a run's results (core/reports/report-files.ts). */
export const REPORT_FORMATS = ["csv", "json", "jsonl", "html", "png", "md", "lm-eval", "llama-bench"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What the app offers, in this order. `pdf` is the HTML report printed, so that it needs a window or a browser. */
export const EXPORT_FORMATS = [
  "html",
  "pdf",
  "csv",
  "png",
  "md",
  "qsrun",
  "json",
  "jsonl",
  "lm-eval",
  "llama-bench",
] as const satisfies readonly (ReportFormat | "qsrun" | "pdf")[];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

interface ExportWords {
  readonly label: string;
  /** One sentence: what it is for. */
  readonly purpose: string;
  /** How the app's one file ends, after the run's id. */
  readonly ending: string;
  readonly mediaType: string;
  /** A run makes several files of it, which the app puts into a zip. */
  readonly zipped: boolean;
}

const ZIP = "application/zip";

export const EXPORTS: Readonly<Record<ExportFormat, ExportWords>> = Object.freeze({
  html: {
    label: "Report (HTML)",
    purpose: "Verdict, tables, charts and texts on one page that opens in any browser, offline.",
    ending: ".html",
    mediaType: "text/html; charset=utf-8",
    zipped: false,
  },
  pdf: {
    label: "Report (PDF)",
    purpose: "The same report on numbered A4 pages, to mail or to file.",
    ending: ".pdf",
    mediaType: "application/pdf",
    zipped: false,
  },
  csv: {
    label: "Tables (CSV)",
    purpose: "Every single measurement, and each chart's numbers, for a spreadsheet or pandas.",
    ending: "-tables.zip",
    mediaType: ZIP,
    zipped: true,
  },
  png: {
    label: "Charts (PNG)",
    purpose: "Every chart as a picture, for slides and documents.",
    ending: "-charts.zip",
    mediaType: ZIP,
    zipped: true,
  },
  md: {
    label: "Summary (Markdown)",
    purpose: "Verdicts and tables for an issue, a pull request or a model card.",
    ending: ".md",
    mediaType: "text/markdown; charset=utf-8",
    zipped: false,
  },
  qsrun: {
    label: "Quantscope bundle (.qsrun)",
    purpose: "The whole run with its note and tags, for another machine's Quantscope or as a backup.",
    ending: ".qsrun",
    mediaType: ZIP,
    zipped: false,
  },
  json: {
    label: "Results (JSON)",
    purpose: "All numbers and statistics as one document with a published schema, for programs.",
    ending: ".json",
    mediaType: "application/json",
    zipped: false,
  },
  jsonl: {
    label: "Answers (JSON Lines)",
    purpose: "One line a question with every cell's answer, to look at errors one by one.",
    ending: "-questions.jsonl",
    mediaType: "application/jsonl",
    zipped: false,
  },
  "lm-eval": {
    label: "lm-evaluation-harness files",
    purpose: "Answers as that tool logs them, to put beside its own results.",
    ending: "-lm-eval.zip",
    mediaType: ZIP,
    zipped: true,
  },
  "llama-bench": {
    label: "llama-bench table (CSV)",
    purpose: "Speeds in llama.cpp's columns, to put beside its own measurements.",
    ending: "-llama-bench.csv",
    mediaType: "text/csv; charset=utf-8",
    zipped: false,
  },
});

/** Of several runs together: one table of all measurements, or a zip with every run's own files. */
export function severalRunsExport(format: ExportFormat): Pick<ExportWords, "ending" | "mediaType"> {
  if (format === "csv") return { ending: ".csv", mediaType: "text/csv; charset=utf-8" };
  return { ending: `-${format}.zip`, mediaType: ZIP };
}
