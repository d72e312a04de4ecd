import { Command, CommanderError } from "commander";
import { appVersion } from "#core/system/app-version.ts";
import { addDemo } from "./commands/demo.ts";
import { addExport } from "./commands/export.ts";
import { addModels } from "./commands/models.ts";
import { addQuantize } from "./commands/quantize.ts";
import { addRun } from "./commands/run.ts";
import { addRuns } from "./commands/runs.ts";
import { addServe } from "./commands/serve.ts";
import { EXIT, exitCodeOf, sayError } from "./exit.ts";

export function createProgram(): Command {
  const program = new Command("quantscope")
    .description("Tells whether to quantize a language model, and to what, on this machine.")
    .version(appVersion().version)
    .option("--home <dir>", "data folder (default: QUANTSCOPE_HOME, else the platform's)")
    .showHelpAfterError()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .exitOverride();
  for (const add of [addDemo, addRun, addRuns, addExport, addModels, addQuantize, addServe]) add(program);
  return program;
}

/** Runs a command and gives the process's exit code (docs/cli.md). */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badArguments;
    sayError(error);
    return exitCodeOf(error);
  }
}
