import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { REPORT_FORMATS, type ReportFormat } from "#shared/exports/formats.ts";
import { writeFiles } from "#core/reports/write-files.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { addLimitOptions, type LimitOptions, limitsOf } from "../limit-options.ts";
import { writeFormat } from "../measure-and-report.ts";
import { labToRead } from "../lab-to-read.ts";
import { print, say } from "../print.ts";

const FORMATS = [...REPORT_FORMATS, "qsrun"] as const;

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .description(
      "write a stored run as files: reports, tables, pictures, other tools' formats, or a bundle for another machine",
    )
    .argument("<run>", "run id")
    .option("--format <list>", `any of ${FORMATS.join(",")}`, "json")
    .requiredOption("--out <dir>", "folder to write into");
  addLimitOptions(command).action(
    async (id: string, options: LimitOptions & { format: string; out: string }, command: Command) => {
      const limits = limitsOf(options);
      const formats = formatList(options.format);
      const { home } = command.optsWithGlobals<{ home?: string }>();
      using lab = labToRead(home);
      const results = buildResults(readRun(lab.db, id), limits);
      const questions = readQuestions(lab.db, id);
      for (const format of formats) {
        const files =
          format === "qsrun"
            ? writeFiles(options.out, [exportBundle(lab.db, id)], "Choose another folder with --out.")
            : await writeFormat(format, { results, questions }, options.out);
        if (files.length === 0) say(`${format}: this run has nothing for it.\n`);
        for (const file of files) print(`${file}\n`);
      }
    },
  );
}

function formatList(text: string): (ReportFormat | "qsrun")[] {
  return text.split(",").map((part) => {
    const format = FORMATS.find((each) => each === part.trim());
    if (format) return format;
    throw new LabError("BAD_REQUEST", `--format: there is no format "${part}"; there are ${FORMATS.join(", ")}.`);
  });
}
