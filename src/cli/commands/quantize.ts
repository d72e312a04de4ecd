import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LabError } from "#shared/errors.ts";
import { FORMATS } from "#shared/formats/formats.ts";
import { parseRecipe, type Recipe } from "#shared/recipe.ts";
import { findSource } from "#core/models/model-folder.ts";
import { formatMaker } from "#core/quantize/formats.ts";
import { lowestSnr } from "#core/quantize/weights/weight-error.ts";
import { PRESETS, presetRecipe } from "#core/quantize/presets.ts";
import { type QuantizeResult, quantizeModel } from "#core/quantize/quantize-model.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { modelFolder } from "../model-argument.ts";
import { openProgressLine } from "../progress-line.ts";
import { fileSize } from "../text.ts";
import { print, printJson } from "../print.ts";

const MADE = Object.values(FORMATS)
  .filter(({ makes }) => makes)
  .map(({ id }) => id)
  .join(",");

export function addQuantize(program: Command): void {
  program
    .command("quantize")
    .description(`make variants of a model: ${MADE}`)
    .argument("<model>", "model folder, or a name in the library")
    .option("--to <list>", `formats: ${MADE}`)
    .option("--preset <list>", `what other tools make: ${Object.keys(PRESETS).join(", ")}`)
    .option("--recipe <file>", "JSON with the options of the formats (docs/file-formats.md)")
    .option("--double-quant", "nf4, fp4: round block maxima as bitsandbytes' nested quantization stores them")
    .option("--out <dir>", "write to DIR/onnx (default: beside the source)")
    .option("--json", "print JSON")
    .action(async (model: string, options: QuantizeOptions, command: Command) => {
      const source = findSource(await modelFolder(model, command.optsWithGlobals<{ home?: string }>().home));
      const recipes = recipesOf(options);
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
          target: join(target, `${source.baseName}${FORMATS[format].suffixes[0] ?? ""}.onnx`),
          recipe,
          signal: interrupt.signal,
          onProgress: seldom((each) => {
            progress.onEvent({ type: "making", format, progress: each });
          }),
        });
        progress.end();
        results.push(result);
        if (!options.json) {
          print(`${result.path}  ${fileSize(result.bytes)}\n${worstLayer(result)}${nestedNote(result)}`);
          for (const warning of result.warnings) print(`  ! ${warning}\n`);
        }
      }
      if (options.json) printJson(results);
    });
}

/** How often a line is redrawn: what takes less than that is done before anybody reads it. */
const REDRAW_MS = 250;

/** Drops what comes sooner: the first formatted number costs as much as making a small model. */
function seldom<T>(show: (value: T) => void): (value: T) => void {
  let last = performance.now();
  return (value) => {
    const now = performance.now();
    if (now - last < REDRAW_MS) return;
    last = now;
    show(value);
  };
}

interface QuantizeOptions {
  readonly to?: string;
  readonly preset?: string;
  readonly recipe?: string;
  readonly doubleQuant?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

function recipesOf({ to, preset, recipe, doubleQuant }: QuantizeOptions): Recipe[] {
  if ((to === undefined) === (preset === undefined)) {
    throw new LabError("SPEC_INVALID", `Say what to make, either way: --to ${MADE}, or --preset NAME.`);
  }
  const base = { ...(recipe !== undefined && readRecipe(recipe)), ...(doubleQuant && { doubleQuant }) };
  const list = (text: string): string[] => text.split(",").map((name) => name.trim());
  if (preset !== undefined) return list(preset).map((name) => parseRecipe({ ...presetRecipe(name), ...base }));
  return list(to ?? "").map((format) => parseRecipe({ ...base, format }));
}

/** Where sizes are shown, what double quantization does not do to them. */
function nestedNote({ recipe }: QuantizeResult): string {
  return recipe.doubleQuant
    ? "  double quantization: the accuracy is that of nested statistics, the size is not: ONNX Runtime stores them as float32\n"
    : "";
}

/** A line on the weight that lost most, if any lost something. */
function worstLayer({ quantizedTensors }: QuantizeResult): string {
  const worst = lowestSnr(quantizedTensors);
  return worst ? `  lowest signal-to-noise ratio ${worst.snrDb.toFixed(1)} dB: ${worst.layer}\n` : "";
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
