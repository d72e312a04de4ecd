/** Writes runs as the one file that the app offers. Runs in the reader's child: a large run takes seconds. */
import { setImmediate } from "node:timers/promises";
import { LabError } from "#shared/errors.ts";
import { judge } from "#shared/verdict/build-results.ts";
import type { Limits } from "#shared/results.ts";
import { type ExportFormat, EXPORTS } from "#shared/exports/formats.ts";
import { measurementsCsvParts } from "#shared/exports/measurement-rows.ts";
import { exportBundle, safeName } from "#core/bundles/export-bundle.ts";
import { ZipFile } from "#core/bundles/zip-file.ts";
import { reportFiles } from "#core/reports/report-files.ts";
import { partsOf, type ReportFile } from "#core/reports/write-files.ts";
import { WholeFile } from "#core/reports/whole-file.ts";
import { backUp } from "#core/store/back-up.ts";
import type { StoredRuns } from "./stored-runs.ts";

const REMEDY = "Free some space, or choose another folder.";
/** Excel takes a CSV without this mark for the system's old code page. */
const MARK = "\uFEFF";

export interface ExportTask {
  /** At least one. */
  readonly ids: readonly string[];
  /** `pdf` is printed from `html`, elsewhere. */
  readonly format: Exclude<ExportFormat, "pdf">;
  /** What verdicts in it are judged by; left out, by the defaults. */
  readonly limits?: Limits;
  /** Where the file goes. */
  readonly path: string;
}

/** The whole store as one file. */
export interface BackupTask {
  readonly backup: string;
}

export interface Written {
  readonly bytes: number;
}

/**
 * @throws LabError RUN_NOT_FOUND, RUN_BUSY (a bundle of a run that goes on), NOT_AVAILABLE (nothing of these runs fits the
 * format, or too much for a zip), OUTPUT_UNWRITABLE, DISK_FULL; nothing is left then
 */
export async function writeExport(stored: StoredRuns, task: ExportTask): Promise<Written> {
  const { ids, format, path } = task;
  const [only] = ids;
  if (ids.length > 1) return format === "csv" ? writeTable(stored, ids, path) : writeFolders(stored, task);
  const files = await filesOf(stored, only!, task);
  if (!EXPORTS[format].zipped) return writeOne(files[0]?.content ?? "", format, path);
  using zip = new ZipFile(path, REMEDY);
  for (const file of files) zip.add(format === "csv" ? marked(file) : file);
  return finished(zip, format);
}

function writeOne(content: ReportFile["content"], format: ExportFormat, path: string): Written {
  using file = new WholeFile(path, REMEDY);
  for (const part of partsOf(content)) file.write(part);
  if (file.bytes === 0) throw nothingFor(format);
  file.commit();
  return { bytes: file.bytes };
}

export function writeBackup(stored: StoredRuns, { backup }: BackupTask): Written {
  return stored.with((db) => ({ bytes: backUp(db, backup) }));
}

/** Every run's rows under one header: the first column says whose they are. */
async function writeTable(stored: StoredRuns, ids: readonly string[], path: string): Promise<Written> {
  using file = new WholeFile(path, REMEDY);
  file.write(MARK);
  for (const [index, id] of ids.entries()) {
    for (const part of measurementsCsvParts(stored.read(id).run, index === 0)) file.write(part);
    await others();
  }
  file.commit();
  return { bytes: file.bytes };
}

/** Bundles side by side; of other formats each run's files in a folder of its own. */
async function writeFolders(stored: StoredRuns, task: ExportTask): Promise<Written> {
  const { ids, format, path } = task;
  using zip = new ZipFile(path, REMEDY);
  const folders = new Set<string>();
  for (const id of ids) {
    const folder = newName(safeName(id), folders);
    const bare = format === "qsrun" && folder === safeName(id);
    for (const file of await filesOf(stored, id, task)) zip.add(file, bare ? "" : `${folder}/`);
    await others();
  }
  return finished(zip, format);
}

/** Two ids may look alike once what file systems do not take is out of them. */
function newName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  taken.add(free);
  return free;
}

function finished(zip: ZipFile, format: ExportFormat): Written {
  if (zip.entries === 0) throw nothingFor(format);
  zip.commit();
  return { bytes: zip.bytes };
}

async function filesOf(stored: StoredRuns, id: string, { format, limits }: ExportTask): Promise<readonly ReportFile[]> {
  if (format === "qsrun") return [stored.with((db) => exportBundle(db, id))];
  const results = limits ? judge(stored.results(id), limits) : stored.results(id);
  return reportFiles(format, { results, questions: stored.read(id).questions });
}

function marked(file: ReportFile): ReportFile {
  const { name, content } = file;
  return { name, content: typeof content === "string" ? MARK + content : markedParts(content as Iterable<string>) };
}

function* markedParts(content: Iterable<string>): Iterable<string> {
  yield MARK;
  yield* content;
}

function nothingFor(format: ExportFormat): LabError {
  return new LabError(
    "NOT_AVAILABLE",
    `There is nothing in it for ${EXPORTS[format].label}: what that needs was not measured.`,
    { format },
  );
}

/** Lets what a page asks meanwhile be answered. */
async function others(): Promise<void> {
  await setImmediate();
}
