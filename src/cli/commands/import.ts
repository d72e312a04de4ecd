import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { isFormatId } from "#shared/formats/formats.ts";
import { isProviderId } from "#shared/providers/providers.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { importFiles } from "#core/bundles/import-files.ts";
import type { ImportOptions } from "#core/bundles/import-source.ts";
import { print, printJson, say } from "../print.ts";

export function addImport(program: Command): void {
  program
    .command("import")
    .description("add runs from elsewhere: bundles (.qsrun), lm-eval samples, llama-bench output")
    .argument(
      "<files...>",
      "samples_*.jsonl of one folder and moment are the tasks of one run; results_*.json tells about them",
    )
    .option("--cell <cell>", "what a file of another tool measured: format@provider")
    .option("--model <name>", "name of the model that a file of another tool measured")
    .option("--json", "print JSON")
    .action((files: string[], options: { cell?: string; model?: string; json?: boolean }, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const about = { cell: parseCell(options.cell), model: options.model };
      using lab = openLab(labHome(home));
      const imported = importFiles(lab.db, files, about);
      if (options.json) {
        printJson(imported);
        return;
      }
      for (const { runId, outcome, notes } of imported) {
        print(`${runId}\n`);
        say(`${runId}: ${outcome}\n${notes.map((note) => `  ${note}\n`).join("")}`);
      }
    });
}

function parseCell(text: string | undefined): ImportOptions["cell"] {
  if (text === undefined) return undefined;
  const [format = "", provider = "cpu", ...rest] = text.split("@");
  if (rest.length === 0 && isFormatId(format) && isProviderId(provider)) return { format, provider };
  throw new LabError("BAD_REQUEST", `--cell: "${text}" is no format@provider, such as int4@cpu.`);
}
