import { buildResults } from "#shared/verdict/build-results.ts";
import { costTable, qualityTable } from "#shared/tables/summary-table.ts";
import { skippedNotes } from "#shared/tables/skipped-notes.ts";
import { wordsNotes, wordsTable } from "#shared/tables/words-table.ts";
import type { Results } from "#shared/results.ts";
import { labHome, openLab } from "#core/app/open-lab.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { type ReportFormat, reportFiles, type ReportInput } from "#core/reports/report-files.ts";
import { makeOut, writeFiles } from "#core/reports/write-files.ts";
import type { ExecuteOptions, RunOutcome } from "#core/runs/execute.ts";
import { takePlace } from "#core/runs/place.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { exitCodeOfRun } from "./exit.ts";
import { abortOnInterrupt } from "./interrupt.ts";
import { openProgressLine } from "./progress-line.ts";
import { alignTable, sideBySide, verdictLines } from "./text.ts";
import { workerFile } from "./worker-file.ts";
import { print, printJson, say } from "./print.ts";

interface ReportOptions {
  readonly home: string | undefined;
  /** Folder for report.html, results.json, CSV and PNG; undefined writes none. */
  readonly out: string | undefined;
  readonly json: boolean;
  /** To show others that would measure at the same time. */
  readonly name: string;
  /** Whether it is a part of a run that is measured in several. */
  readonly part?: (db: ExecuteOptions["db"]) => boolean;
  /** Whether it may be measured while another program measures. */
  readonly alongside?: boolean;
  /** What else is written once the run is stored. */
  readonly after?: (db: ExecuteOptions["db"], runId: string) => void;
}

/** What `--out` of a run writes, the results first: they are what cannot be made again from the others. */
const WRITTEN: readonly ReportFormat[] = ["json", "html", "csv", "png"];

/** Runs an experiment with a progress line, prints what it found, and sets the exit code. Ctrl-C cancels it. */
export async function measureAndReport(
  execute: (context: ExecuteOptions) => Promise<RunOutcome>,
  { home, out, json, name, part, alongside, after }: ReportOptions,
): Promise<void> {
  // Before anything is measured: hours later would be too late to hear of a mistyped folder.
  if (out !== undefined) makeOut(out);
  using lab = openLab(labHome(home));
  const progress = openProgressLine(process.stderr);
  using interrupt = abortOnInterrupt(() => {
    progress.note("cancelling; what was measured is stored ...");
  });
  using place = await takePlace({
    db: lab.db,
    home: lab.home,
    run: name,
    part: part?.(lab.db) ?? false,
    alongside: alongside ?? false,
  });
  try {
    const outcome = await execute({
      db: lab.db,
      place,
      variantsDir: lab.variantsDir,
      scratchDir: lab.scratchDir,
      spawner: forkSpawner(workerFile(), { temporaryDir: lab.temporaryDir }),
      signal: interrupt.signal,
      onEvent: progress.onEvent,
    });
    progress.end();
    const results = buildResults(readRun(lab.db, outcome.runId));
    if (json) printJson(results);
    else print(humanReport(results));
    if (out !== undefined) await writeReport({ results, questions: readQuestions(lab.db, outcome.runId) }, out);
    after?.(lab.db, outcome.runId);
    if (outcome.status !== "done") {
      say(`finish it with: quantscope run --resume ${outcome.runId}\n`);
    }
    process.exitCode = exitCodeOfRun(outcome.status);
  } finally {
    progress.end();
  }
}

/** The run as text: what was measured, generated texts, and one sentence a cell. */
export function humanReport(results: Results): string {
  const [cost, quality, words] = [costTable, qualityTable, wordsTable].map((tableOf) => tableOf(results));
  const skipped = skippedNotes(results);
  const notes = wordsNotes(results);
  const shown = [cost!, quality!, words!].filter(({ header }) => header.length > 1);
  const parts = [
    ...shown.flatMap((table) => [alignTable(table), ...(table === words ? notes : []), ""]),
    ...(skipped.length > 0 ? [...skipped, ""] : []),
    ...sideBySide(results),
    ...verdictLines(results),
  ];
  return ["", ...parts, ""].join("\n");
}

async function writeReport(input: ReportInput, out: string): Promise<void> {
  for (const format of WRITTEN) {
    try {
      const files = await writeFormat(format, input, out);
      say(`${format}: ${files.length === 1 ? files[0]! : `${files.length} files in ${out}`}\n`);
    } catch (error) {
      // A machine without a drawing library still gets everything else.
      if (!(error instanceof LabError) || error.code !== "NOT_AVAILABLE") throw error;
      say(`${format}: not written: ${toEnvelope(error).message}\n`);
    }
  }
}

/** Writes a stored run in one format; each file whole or not at all. Returns the paths. */
export async function writeFormat(format: ReportFormat, input: ReportInput, out: string): Promise<string[]> {
  const again = `quantscope export ${input.results.run.id} --format ${format} --out DIR`;
  return writeFiles(out, await reportFiles(format, input), `The run is stored; write it elsewhere with: ${again}`);
}
