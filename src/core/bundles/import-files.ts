/** Any file that can be imported: a bundle of ours, lm-evaluation-harness's samples, llama-bench's output. Told by content. */
import { basename } from "node:path";
import { LabError } from "#shared/errors.ts";
import type { Db } from "#core/store/database.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { restoreRuns } from "#core/store/history-edit.ts";
import { writeWholeRun, type WholeRun } from "#core/store/write-stored-run.ts";
import { importBundle, type Imported } from "./import-bundle.ts";
import { llamaBenchRows, readLlama } from "./import-llama-bench.ts";
import { isLmEval, readLmEval } from "./import-lm-eval.ts";
import { headOf, type ImportOptions, type ImportSource, type ReadSource, readSource, textOf } from "./import-source.ts";
import { unpackBundles } from "./unpack-bundles.ts";

/**
 * Imports each file, of a zip each bundle; samples of lm-eval that are given together are the tasks of one run.
 * @throws LabError for the first file that cannot be imported; those before it are
 */
export function importFiles(db: Db, paths: readonly string[], options: ImportOptions = {}): Imported[] {
  const sources = paths.flatMap((path) => unpackBundles({ path }));
  return groupSources(sources).map((group) => importGroup(db, group, options));
}

/** What becomes one run each: every file by itself, then those of lm-eval together. Reads how each file begins. */
export function groupSources(sources: readonly ImportSource[]): (readonly ImportSource[])[] {
  const { lmEval = [], others = [] } = Object.groupBy(sources, (source) =>
    isLmEval(basename(source.path), headOf(source)) ? "lmEval" : "others",
  );
  return [...others.map((source) => [source]), ...(lmEval.length > 0 ? [lmEval] : [])];
}

/**
 * @param group of groupSources
 * @throws LabError as importBundle, and BAD_REQUEST for a file of another kind; nothing is changed then
 */
export function importGroup(db: Db, group: readonly ImportSource[], options: ImportOptions): Imported {
  const files = group.map(readSource);
  const [first] = files;
  if (isLmEval(first!.name, headOf(group[0]!))) return added(db, readLmEval(files, options));
  return importOne(db, first!, options);
}

function importOne(db: Db, source: ReadSource, options: ImportOptions): Imported {
  const { name, bytes } = source;
  if (bytes.subarray(0, 2).toString("latin1") === "PK" || name.endsWith(".qsrun")) return importBundle(db, bytes, name);
  const text = textOf(source);
  const rows = llamaBenchRows(text, name);
  if (rows) return added(db, readLlama(rows, source, options));
  throw unknownFile(source.path, text);
}

const TAKEN =
  "a .qsrun bundle, samples_*.jsonl of lm-eval (--log_samples), llama-bench's csv or json. Question sets are added in Questions.";

function unknownFile(path: string, text: string): LabError {
  if (/^\s*\{/.test(text) && text.includes('"schemaVersion"') && text.includes('"comparisons"')) {
    return new LabError(
      "BAD_REQUEST",
      `${path} is results.json of an export, without the questions' words. Export the run as a bundle (.qsrun) where it was measured, and import that.`,
      { path },
    );
  }
  return new LabError("BAD_REQUEST", `${path} is none of the files that can be imported: ${TAKEN}`, { path });
}

/** The id of a foreign run is the hash of its file. */
function added(db: Db, whole: WholeRun): Imported {
  const { id, origin } = whole.stored.run;
  const known = hasRun(db, id);
  if (!known) writeWholeRun(db, whole);
  // One that was deleted a moment ago is only hidden.
  else restoreRuns(db, [id]);
  return { runId: id, outcome: known ? "already there" : "added", notes: origin?.notes ?? [] };
}
