import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { executeRun, resumeRun } from "#core/runs/execute.ts";
import { DEPTH_IDS } from "#shared/depths.ts";
import { GRAPHS } from "#shared/spec.ts";
import { modelFolder } from "../model-argument.ts";
import { measureAndReport } from "../measure-and-report.ts";
import { PASSES, refuseOptionsBeside, type SpecOptions, specFromFile, specFromOptions } from "../spec-options.ts";

interface RunOptions extends SpecOptions {
  resume?: string;
  out?: string;
  json?: boolean;
}

export function addRun(program: Command): void {
  program
    .command("run")
    .description("measure a model: a spec file, or a model folder and its cells")
    .argument("[spec]", "experiment spec (JSON)")
    .option("--model <model>", "model folder, or a name in the library")
    .option("--cells <list>", "formats, with a provider behind @: fp32,int4@cpu,int4@cuda")
    .option("--passes <list>", `any of ${PASSES.join(",")} (default: all that have their input)`)
    .option("--questions <file>", "question set: CSV, JSON, JSONL or Parquet")
    .option("--texts <file>", "running text (UTF-8): next tokens and perplexity inside it")
    .option("--prompts <file>", "text file with one prompt a line (default: the bundled ones)")
    .option("--limit <n>", "ask a sample of the questions")
    .option("--seed <n>", "seed of sampling and generation (default: 0)")
    .option("--name <text>", "name of the run")
    .option("--batch-sizes <list>", "batch sizes of the forward pass (default: 1,2,4,8,16,32)")
    .option("--sequence-length <n>", "tokens a sequence in the forward pass (default: 128)")
    .option("--depth <depth>", `${DEPTH_IDS.join(", ")}: how sure the numbers shall be (default: standard)`)
    .option("--launches <n>", "fresh processes a cell for speed and memory (default: the depth's)")
    .option("--decode-depths <list>", "tokens before the prompt in the decode pass (default: 0,512,2000)")
    .option("--graph <graph>", `${GRAPHS.join(" or ")}: how single steps are computed (default: exported)`)
    .option("--threads <n>", "threads of each cell (default: physical cores)")
    .option("--resume <run>", "finish an interrupted run")
    .option("--out <dir>", "write results.json there")
    .option("--json", "print results.json instead of the table")
    .action(async (specFile: string | undefined, options: RunOptions, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const { resume, out, json, ...rest } = options;
      const common = { home, out, json: json ?? false };
      if (resume !== undefined) {
        if (specFile !== undefined) throw new LabError("SPEC_INVALID", "--resume goes without a spec file.");
        refuseOptionsBeside("--resume", rest);
        await measureAndReport((context) => resumeRun(resume, context), common);
        return;
      }
      if (specFile !== undefined) refuseOptionsBeside("a spec file", rest);
      if (rest.model !== undefined) rest.model = await modelFolder(rest.model, home);
      const spec = specFile === undefined ? specFromOptions(rest) : specFromFile(specFile);
      await measureAndReport((context) => executeRun(spec, context), common);
    });
}
