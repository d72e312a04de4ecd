import type { Command } from "commander";
import { openModelFolder } from "#core/models/model-folder.ts";
import { alignTable } from "../text.ts";
import { grouped, megabytes, percent } from "#shared/report/quantities.ts";

export function addModels(program: Command): void {
  const models = program.command("models").description("model folders");
  models
    .command("show")
    .description("what a model folder holds, read from the graphs and not from the names")
    .argument("<model>", "model folder")
    .option("--json", "print JSON")
    .action((dir: string, options: { json?: boolean }) => {
      const model = openModelFolder(dir);
      if (options.json) {
        process.stdout.write(`${JSON.stringify(model)}\n`);
        return;
      }
      const table = {
        header: ["file", "format", "size", "parameters", "bits/weight", "quantized", "block"],
        units: ["", "", "MB", "", "", "of parameters", ""],
        rows: model.variants.map(({ file, format, bytes, facts }) => [
          file.slice(model.dir.length + 1),
          format,
          megabytes(bytes),
          grouped(facts.parameters),
          facts.bitsPerWeight.toFixed(2),
          percent(facts.quantizedShare, 0),
          facts.blockSize === null ? "–" : String(facts.blockSize),
        ]),
      };
      process.stdout.write(`${model.name} · ${model.architecture ?? "unknown architecture"}\n${alignTable(table)}\n`);
      for (const { file, warnings } of model.variants) {
        for (const warning of warnings) process.stdout.write(`! ${file.slice(model.dir.length + 1)}: ${warning}\n`);
      }
      for (const { error } of model.broken) process.stdout.write(`! ${error.message}\n`);
    });
}
