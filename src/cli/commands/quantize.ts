import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LabError } from "#shared/errors.ts";
import { FORMATS } from "#shared/formats/formats.ts";
import { parseRecipe } from "#shared/recipe.ts";
import { openModelFolder, sourceVariant } from "#core/models/model-folder.ts";
import { formatMaker } from "#core/quantize/formats.ts";
import { type QuantizeResult, quantizeModel } from "#core/quantize/quantize-model.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { openProgressLine } from "../progress-line.ts";
import { fileSize } from "../text.ts";

const MADE = Object.values(FORMATS)
  .filter(({ makes }) => makes)
  .map(({ id }) => id)
  .join(",");

export function addQuantize(program: Command): void {
  program
    .command("quantize")
    .description(`make variants of a model: ${MADE}`)
    .argument("<model>", "model folder")
    .requiredOption("--to <list>", `formats: ${MADE}`)
    .option("--recipe <file>", "JSON with blockSize, symmetric, accuracyLevel, exclude")
    .option("--out <dir>", "write to DIR/onnx (default: beside the source)")
    .option("--json", "print JSON")
    .action(async (dir: string, options: { to: string; recipe?: string; out?: string; json?: boolean }) => {
      const model = openModelFolder(dir);
      const source = sourceVariant(model);
      const base = options.recipe === undefined ? {} : readRecipe(options.recipe);
      const recipes = options.to.split(",").map((format) => parseRecipe({ ...base, format: format.trim() }));
      const target = options.out === undefined ? dirname(source.file) : join(resolve(options.out), "onnx");
      // All of them before the first is made.
      for (const { format } of recipes) formatMaker(format);
      const progress = openProgressLine(process.stderr);
      using interrupt = abortOnInterrupt(() => {
        progress.note("cancelling ...");
      });
      const results: QuantizeResult[] = [];
      for (const recipe of recipes) {
        const { format } = recipe;
        const result = await quantizeModel({
          source: source.file,
          target: join(target, `model${FORMATS[format].suffixes[0] ?? ""}.onnx`),
          recipe,
          signal: interrupt.signal,
          onProgress: (each) => {
            progress.onEvent({ type: "making", format, progress: each });
          },
        });
        progress.end();
        results.push(result);
        if (!options.json) {
          process.stdout.write(`${result.path}  ${fileSize(result.bytes)} (from ${fileSize(source.bytes)})\n`);
        }
      }
      if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
    });
}

function readRecipe(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new LabError("SPEC_INVALID", `${file} cannot be read as a recipe: ${(error as Error).message}.`, { file });
  }
  throw new LabError("SPEC_INVALID", `${file} holds no JSON object.`, { file });
}
