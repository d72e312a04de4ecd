import type { Command } from "commander";
import { parseSpec } from "#shared/spec.ts";
import { demoResources } from "#core/app/resources.ts";
import { executeRun } from "#core/runs/execute.ts";
import { measureAndReport } from "../measure-and-report.ts";
import { whole } from "../whole.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("measure the bundled model at fp32, w8 and int4 and say whether to quantize it (a few minutes)")
    .option("--few", "ask 480 questions instead of 1,600: see how the verdicts change")
    .option("--limit <n>", "ask a sample of the questions only")
    .option("--out <dir>", "where report.html, results.json, CSV and PNG go", "results/demo")
    .option("--json", "print results.json instead of the table")
    .action(async (options: { few?: boolean; limit?: string; out: string; json?: boolean }, command: Command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      const { model, questions, fewQuestions, prompts, text } = demoResources();
      const asked = { questions: options.few ? fewQuestions : questions };
      const spec = parseSpec({
        schemaVersion: 1,
        name: "demo",
        model,
        cells: [{ format: "fp32" }, { format: "w8" }, { format: "int4" }],
        passes: {
          // Short on purpose, and still six launches, which give intervals; `quantscope run` measures longer by default.
          forward: { batchSizes: [1, 8], warmup: 1, minIterations: 3, minSeconds: 0.2, maxSeconds: 2 },
          tokens: { ...asked, texts: text, chunks: 12 },
          benchmark: asked,
          generate: { prompts, maxNewTokens: 48 },
        },
        ...(options.limit !== undefined && { sample: { limit: whole("--limit", options.limit) } }),
      });
      await measureAndReport((context) => executeRun(spec, context), {
        home,
        out: options.out,
        json: options.json ?? false,
      });
    });
}
