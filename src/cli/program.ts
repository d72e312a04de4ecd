import { Command, CommanderError } from "commander";
import { existsSync } from "node:fs";
import { homeArgument, labHome, temporaryDir } from "#core/app/lab-home.ts";
import { appVersion } from "#core/system/app-version.ts";
import { endOnError } from "#core/system/last-resort.ts";
import { outliveReaders } from "#core/system/output.ts";
import { keepProblemsIn, onProblem } from "#core/system/problems.ts";
import { keepUnfinishedIn } from "#core/system/unfinished.ts";
import { EXIT, exitCodeOf, leave, sayError } from "./exit.ts";
import { print, say } from "./print.ts";

type AddCommand = (program: Command) => void;

/** A file each, loaded when asked for: `quantize` needs no database, `runs` no quantizer, and both start at once. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = Object.freeze({
  demo: async () => (await import("./commands/demo.ts")).addDemo,
  run: async () => (await import("./commands/run.ts")).addRun,
  runs: async () => (await import("./commands/runs.ts")).addRuns,
  import: async () => (await import("./commands/import.ts")).addImport,
  export: async () => (await import("./commands/export.ts")).addExport,
  models: async () => (await import("./commands/models.ts")).addModels,
  quantize: async () => (await import("./commands/quantize.ts")).addQuantize,
  providers: async () => (await import("./commands/providers.ts")).addProviders,
  serve: async () => (await import("./commands/serve.ts")).addServe,
});

/** Runs a command line and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  const output = outliveReaders();
  onProblem(({ message }) => {
    say(`quantscope: ${message}\n`);
  });
  endOnError((error) => {
    sayError(error);
    process.exit(exitCodeOf(error));
  });
  keepProblems(argv.slice(2));
  return leave(await runProgram(await createProgram(argv.slice(2)), argv), () => output.failure(process.stdout));
}

/** Keeps a log of problems and a list of unfinished files where the data folder exists. Makes no data folder: some commands need none. */
function keepProblems(words: readonly string[]): void {
  const home = labHome(homeArgument(words));
  if (!existsSync(home)) return;
  keepProblemsIn(home);
  keepUnfinishedIn(temporaryDir(home));
}

/** @param words the command line's arguments; commands that are not among them are left out. Without any, all are there. */
export async function createProgram(words: readonly string[] = []): Promise<Command> {
  const program = new Command("quantscope")
    .description("Tells whether to quantize a language model, and to what, on this machine.")
    .version(appVersion().version)
    .option("--home <dir>", "data folder (default: QUANTSCOPE_HOME, else the platform's)")
    .showHelpAfterError()
    .configureOutput({ writeOut: print, writeErr: say })
    .exitOverride();
  const named = Object.keys(COMMANDS).filter((name) => words.includes(name));
  for (const name of named.length > 0 ? named : Object.keys(COMMANDS)) (await COMMANDS[name]!())(program);
  return program;
}

/** Runs a command and gives the process's exit code (docs/cli.md). */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badArguments;
    const known = isStoreError(error) ? await inOurWords(error) : error;
    sayError(known);
    return exitCodeOf(known);
  }
}

function isStoreError(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && code.startsWith("SQLITE_");
}

/** Most commands that get here have the store loaded; those that have not, start without it. */
async function inOurWords(error: unknown): Promise<unknown> {
  return (await import("#core/store/database.ts")).storeError(error, "of this data folder");
}
