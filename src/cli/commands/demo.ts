import type { Command } from "commander";
import { demoSpec } from "#core/app/experiment/demo-spec.ts";
import { executeRun } from "#core/runs/execute.ts";
import { measureAndReport } from "../measure-and-report.ts";
import { parseInteger } from "../parse-integer.ts";

interface DemoOptions {
  few?: boolean;
  limit?: string;
  out: string;
  alongside?: boolean;
  json?: boolean;
}

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("measure the bundled model at fp32, w8 and int4 and say whether to quantize it (a few minutes)")
    .option("--few", "ask 200 of the 1,600 questions, as a preview does: see how the verdicts change")
    .option("--limit <n>", "ask a sample of this many questions")
    .option("--out <dir>", "where report.html, results.json, CSV and PNG go", "results/demo")
    .option("--alongside", "measure even while another program does: both disturb each other's numbers")
    .option("--json", "print results.json instead of the table")
    .action(async (options: DemoOptions, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const limit = options.limit === undefined ? undefined : parseInteger("--limit", options.limit);
      const spec = demoSpec({ few: options.few, limit });
      await measureAndReport((context) => executeRun(spec, context), {
        home,
        out: options.out,
        json: options.json ?? false,
        name: spec.name,
        alongside: options.alongside ?? false,
      });
    });
}
