import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LabError } from "#shared/errors.ts";
import { FORMAT_IDS, isFormatId } from "#shared/formats/formats.ts";
import { isProviderId, PROVIDER_IDS } from "#shared/providers/providers.ts";
import { parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import { demoResources } from "#core/app/resources.ts";
import { executeRun, resumeRun } from "#core/runs/execute.ts";
import { measureAndReport } from "../measure-and-report.ts";

interface RunOptions {
  model?: string;
  cells?: string;
  passes?: string;
  questions?: string;
  prompts?: string;
  limit?: string;
  seed?: string;
  name?: string;
  batchSizes?: string;
  sequenceLength?: string;
  threads?: string;
  resume?: string;
  out?: string;
  json?: boolean;
}

const PASSES = ["forward", "tokens", "benchmark", "generate"] as const;

export function addRun(program: Command): void {
  program
    .command("run")
    .description("measure a model: a spec file, or a model folder and its cells")
    .argument("[spec]", "experiment spec (JSON)")
    .option("--model <dir>", "model folder")
    .option("--cells <list>", "formats, with a provider behind @: fp32,int4@cpu,int4@cuda")
    .option("--passes <list>", `any of ${PASSES.join(",")} (default: all that have their input)`)
    .option("--questions <file>", "question set: CSV, JSON, JSONL or Parquet")
    .option("--prompts <file>", "text file with one prompt a line (default: the bundled ones)")
    .option("--limit <n>", "ask a sample of the questions")
    .option("--seed <n>", "seed of sampling and generation", "0")
    .option("--name <text>", "name of the run")
    .option("--batch-sizes <list>", "batch sizes of the forward pass (default: 1,2,4,8,16,32)")
    .option("--sequence-length <n>", "tokens a sequence in the forward pass (default: 128)")
    .option("--threads <n>", "threads of each cell (default: physical cores)")
    .option("--resume <run>", "finish an interrupted run")
    .option("--out <dir>", "write results.json there")
    .option("--json", "print results.json instead of the table")
    .action(async (specFile: string | undefined, options: RunOptions, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const { resume, out, json } = options;
      const common = { home, out, json: json ?? false };
      if (resume !== undefined) {
        await measureAndReport((context) => resumeRun(resume, context), common);
        return;
      }
      const spec = specFile === undefined ? specFromOptions(options) : specFromFile(specFile);
      await measureAndReport((context) => executeRun(spec, context), common);
    });
}

function specFromFile(file: string): Spec {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new LabError("SPEC_INVALID", `${file} cannot be read: ${(error as Error).message}.`, { file });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LabError("SPEC_INVALID", `${file} is not valid JSON: ${(error as Error).message}.`, { file });
  }
  return parseSpec(value, file);
}

function specFromOptions(options: RunOptions): Spec {
  const { model, cells, questions } = options;
  if (model === undefined || cells === undefined) {
    throw new LabError(
      "SPEC_INVALID",
      "Name a spec file, or --model DIR with --cells fp32,int4 (see quantscope run --help).",
    );
  }
  const seed = whole("--seed", options.seed ?? "0");
  const wanted = passList(options.passes, questions !== undefined);
  for (const pass of ["tokens", "benchmark"] as const) {
    if (wanted.has(pass) && questions === undefined) {
      throw new LabError("SPEC_INVALID", `The pass ${pass} needs questions: --questions FILE.`);
    }
  }
  const asked = { questions: resolve(questions ?? "") };
  const threads = options.threads === undefined ? undefined : whole("--threads", options.threads);
  const spec: SpecInput = {
    schemaVersion: 1,
    name: options.name ?? `${model.split(/[\\/]/).findLast((part) => part !== "") ?? model}: ${cells}`,
    model: resolve(model),
    cells: cells.split(",").map((text) => ({ ...parseCell(text.trim()), ...(threads !== undefined && { threads }) })),
    passes: {
      ...(wanted.has("forward") && { forward: forwardOptions(options) }),
      ...(wanted.has("tokens") && { tokens: asked }),
      ...(wanted.has("benchmark") && { benchmark: asked }),
      ...(wanted.has("generate") && {
        generate: { prompts: options.prompts === undefined ? demoResources().prompts : resolve(options.prompts) },
      }),
    },
    ...(options.limit !== undefined && { sample: { limit: whole("--limit", options.limit), seed } }),
    seed,
  };
  return parseSpec(spec, "command line");
}

function forwardOptions({ batchSizes, sequenceLength }: RunOptions): NonNullable<SpecInput["passes"]["forward"]> {
  return {
    ...(batchSizes !== undefined && { batchSizes: batchSizes.split(",").map((size) => whole("--batch-sizes", size)) }),
    ...(sequenceLength !== undefined && { sequenceLength: whole("--sequence-length", sequenceLength) }),
  };
}

function passList(text: string | undefined, withQuestions: boolean): ReadonlySet<string> {
  if (text === undefined) return new Set(withQuestions ? PASSES : ["forward", "generate"]);
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(PASSES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new LabError("SPEC_INVALID", `--passes: there is no pass "${unknown}"; there are ${PASSES.join(", ")}.`);
  }
  return new Set(names);
}

/** `int4@cuda` -> format and provider. */
function parseCell(text: string): SpecInput["cells"][number] {
  const [format = "", provider = "cpu", ...rest] = text.split("@");
  if (rest.length > 0 || !isFormatId(format)) {
    throw new LabError("SPEC_INVALID", `--cells: "${text}" names no format; there are ${FORMAT_IDS.join(", ")}.`);
  }
  if (!isProviderId(provider)) {
    throw new LabError("SPEC_INVALID", `--cells: "${text}" names no provider; there are ${PROVIDER_IDS.join(", ")}.`);
  }
  return { format, provider };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || !Number.isSafeInteger(value)) {
    throw new LabError("SPEC_INVALID", `${option}: "${text}" is not a whole number.`);
  }
  return value;
}
