import { accessSync, constants, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "#shared/errors.ts";
import { buildResults } from "#shared/report/build-results.ts";
import { costTable, qualityTable } from "#shared/report/summary-table.ts";
import type { Results } from "#shared/results.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import type { ExecuteOptions, RunOutcome } from "#core/runs/execute.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { readRun } from "#core/store/read-run.ts";
import { exitCodeOfRun } from "./exit.ts";
import { abortOnInterrupt } from "./interrupt.ts";
import { openProgressLine } from "./progress-line.ts";
import { alignTable, sideBySide, verdictLines } from "./text.ts";
import { workerFile } from "./worker-file.ts";

export interface ReportOptions {
  readonly home: string | undefined;
  /** Folder for results.json; undefined writes none. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Runs an experiment with a progress line, prints what it found, and sets the exit code. Ctrl-C cancels it. */
export async function measureAndReport(
  execute: (context: ExecuteOptions) => Promise<RunOutcome>,
  { home, out, json }: ReportOptions,
): Promise<void> {
  // Before anything is measured: hours later would be too late to hear of a mistyped folder.
  if (out !== undefined) makeOut(out);
  using lab = openLab(labHome(home));
  const progress = openProgressLine(process.stderr);
  using interrupt = abortOnInterrupt(() => {
    progress.note("cancelling; what was measured is stored ...");
  });
  try {
    const outcome = await execute({
      db: lab.db,
      variantsDir: lab.variantsDir,
      scratchDir: lab.scratchDir,
      spawner: forkSpawner(workerFile()),
      signal: interrupt.signal,
      onEvent: progress.onEvent,
    });
    progress.end();
    const results = buildResults(readRun(lab.db, outcome.runId));
    process.stdout.write(json ? `${JSON.stringify(results)}\n` : humanReport(results));
    if (out !== undefined) process.stderr.write(`results: ${writeResults(results, out)}\n`);
    if (outcome.status !== "done") {
      process.stderr.write(`finish it with: quantscope run --resume ${outcome.runId}\n`);
    }
    process.exitCode = exitCodeOfRun(outcome.status);
  } finally {
    progress.end();
  }
}

/** The run as text: what was measured, generated texts, and one sentence a cell. */
export function humanReport(results: Results): string {
  const tables = [costTable(results), qualityTable(results)].filter(({ header }) => header.length > 1);
  const parts = [
    ...tables.flatMap((table) => [alignTable(table), ""]),
    ...sideBySide(results),
    ...verdictLines(results),
  ];
  return ["", ...parts, ""].join("\n");
}

/** @throws LabError OUTPUT_UNWRITABLE, DISK_FULL */
function makeOut(dir: string): string {
  const folder = resolve(dir);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(folder, error, "Choose another with --out.");
  }
  return folder;
}

/** Writes results.json whole or not at all; returns its path. */
export function writeResults(results: Results, dir: string): string {
  const file = join(makeOut(dir), "results.json");
  try {
    writeFileSync(`${file}.part`, `${JSON.stringify(results)}\n`);
    renameSync(`${file}.part`, file);
  } catch (error) {
    const again = `quantscope export ${results.run.id} --format json --out DIR`;
    throw unwritable(file, error, `The run is stored; write it elsewhere with: ${again}`);
  }
  return file;
}

function unwritable(path: string, error: unknown, remedy: string): LabError {
  const { code, message } = error as NodeJS.ErrnoException;
  const known = code === "ENOSPC" ? "DISK_FULL" : "OUTPUT_UNWRITABLE";
  return new LabError(known, `${path} cannot be written: ${message}. ${remedy}`, { path }, { cause: error });
}
