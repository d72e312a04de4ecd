import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { buildResults } from "#shared/report/build-results.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { readRun } from "#core/store/read-run.ts";
import { writeResults } from "../measure-and-report.ts";

export function addExport(program: Command): void {
  program
    .command("export")
    .description("write a stored run as a file")
    .argument("<run>", "run id")
    .option("--format <format>", "json", "json")
    .requiredOption("--out <dir>", "folder to write into")
    .action((id: string, options: { format: string; out: string }, command: Command) => {
      if (options.format !== "json") {
        throw new LabError("BAD_REQUEST", `--format: this version writes json, not "${options.format}".`);
      }
      const { home } = command.optsWithGlobals<{ home?: string }>();
      using lab = openLab(labHome(home));
      process.stdout.write(`${writeResults(buildResults(readRun(lab.db, id)), options.out)}\n`);
    });
}
