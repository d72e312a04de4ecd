import type { Command } from "commander";
import { LabError } from "#shared/errors.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { writeFiles } from "#core/reports/write-files.ts";
import { type ExecuteOptions, executeRun, resumeRun } from "#core/runs/execute.ts";
import { isPart } from "#core/store/edit-run.ts";
import { parseShard } from "#core/runs/shard.ts";
import { DEPTH_IDS } from "#shared/depths.ts";
import { GRAPHS } from "#shared/spec.ts";
import { modelFolder } from "../model-argument.ts";
import { measureAndReport } from "../measure-and-report.ts";
import { PASSES, refuseOptionsBeside, type SpecOptions, specFromFile, specFromOptions } from "../spec-options.ts";
import { say } from "../print.ts";

interface RunOptions extends SpecOptions {
  resume?: string;
  shard?: string;
  alongside?: boolean;
  out?: string;
  json?: boolean;
}

export function addRun(program: Command): void {
  program
    .command("run")
    .description("measure a model: a spec file, or a model folder and its cells")
    .argument("[spec]", "experiment spec (JSON)")
    .option("--model <model>", "model folder, or a name in the library")
    .option("--cells <list>", "formats, each with an optional provider after @: fp32,int4@cpu,int4@cuda")
    .option("--passes <list>", `any of ${PASSES.join(",")} (default: all that have their input)`)
    .option("--questions <file>", "question set: CSV, JSON, JSONL or Parquet")
    .option("--texts <file>", "running text (UTF-8): next tokens and perplexity inside it")
    .option("--prompts <file>", "text file with one prompt a line (default: the bundled ones)")
    .option("--limit <n>", "ask a sample of the questions")
    .option("--seed <n>", "seed of sampling and generation (default: 0)")
    .option("--name <text>", "name of the run")
    .option("--batch-sizes <list>", "batch sizes of the forward pass (default: 1,2,4,8,16,32)")
    .option("--sequence-length <n>", "tokens a sequence in the forward pass (default: 128)")
    .option(
      "--depth <depth>",
      `${DEPTH_IDS.join(", ")}: measurement depth: more launches, narrower intervals (default: standard)`,
    )
    .option("--launches <n>", "fresh processes a cell for speed and memory (default: the depth's)")
    .option("--decode-depths <list>", "tokens before the prompt in the decode pass (default: 0,512,2000)")
    .option("--decode-batch-sizes <list>", "sequences decoded at once (default: 1)")
    .option("--graph <graph>", `${GRAPHS.join(" or ")}: how single steps are computed (default: exported)`)
    .option("--threads <n>", "threads of each cell (default: physical cores)")
    .option("--resume <run>", "finish an interrupted run")
    .option(
      "--shard <i/n>",
      "measure the i-th of n parts of the questions only, and write it as a bundle to import elsewhere",
    )
    .option(
      "--alongside",
      "measure even while another program does: both disturb each other's numbers, and the results say so",
    )
    .option("--out <dir>", "write report.html, results.json, CSV and PNG there")
    .option("--json", "print results.json instead of the table")
    .action(async (specFile: string | undefined, options: RunOptions, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const { resume, out, json, alongside, shard: shardText, ...rest } = options;
      const shard = shardText === undefined ? undefined : parseShard(shardText);
      const common = {
        home,
        out,
        json: json ?? false,
        alongside: alongside ?? false,
        ...(shard && { after: writeBundle(out ?? ".") }),
      };
      if (resume !== undefined) {
        if (specFile !== undefined) throw new LabError("SPEC_INVALID", "--resume goes without a spec file.");
        refuseOptionsBeside("--resume", { ...rest, ...(shardText !== undefined && { shard: shardText }) });
        const part = (db: ExecuteOptions["db"]): boolean => isPart(db, resume);
        await measureAndReport((context) => resumeRun(resume, context), { ...common, name: resume, part });
        return;
      }
      if (specFile !== undefined) refuseOptionsBeside("a spec file", rest);
      if (rest.model !== undefined) rest.model = await modelFolder(rest.model, home);
      const spec = specFile === undefined ? specFromOptions(rest) : specFromFile(specFile);
      await measureAndReport((context) => executeRun(spec, { ...context, ...(shard && { shard }) }), {
        ...common,
        name: spec.name,
        part: () => shard !== undefined,
      });
    });
}

/** The part as a file, whatever became of it: a failed cell is a result too. */
function writeBundle(dir: string): NonNullable<Parameters<typeof measureAndReport>[1]["after"]> {
  return (db, runId) => {
    const [file] = writeFiles(
      dir,
      [exportBundle(db, runId)],
      `Write it elsewhere with: quantscope export ${runId} --format qsrun --out DIR`,
    );
    say(`bundle: ${file}\n`);
  };
}
