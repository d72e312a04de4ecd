/** Any file that can be imported: a bundle of ours, lm-evaluation-harness's samples, llama-bench's output. Told by content. */
import { LabError } from "#shared/errors.ts";
import type { Spec } from "#shared/spec.ts";
import type { Db } from "#core/store/database.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { restoreRuns } from "#core/store/history-edit.ts";
import { readSpec } from "#core/store/history-run.ts";
import { writeWholeRun, type WholeRun } from "#core/store/write-stored-run.ts";
import { importBundle, type Imported } from "./import-bundle.ts";
import { llamaBenchRows, readLlama } from "./import-llama-bench.ts";
import { readLmEval } from "./import-lm-eval.ts";
import {
  type ImportOptions,
  type ImportSource,
  isBinary,
  type ReadSource,
  readSource,
  textOf,
} from "./import-source.ts";
import { groupLmEval, lmEvalKind } from "./group-lm-eval.ts";
import { unpackBundles } from "./unpack-bundles.ts";

/**
 * Imports each file, of a zip each bundle; samples that lm-eval wrote together are the tasks of one run.
 * @throws LabError for the first file that cannot be imported; those before it are
 */
export function importFiles(db: Db, paths: readonly string[], options: ImportOptions = {}): Imported[] {
  const sources = paths.flatMap((path) => unpackBundles({ path }));
  return groupSources(sources).map((group) => importGroup(db, group, options));
}

/** What becomes one run each: every file by itself, then those of each run of lm-eval. Reads how each file begins. */
export function groupSources(sources: readonly ImportSource[]): (readonly ImportSource[])[] {
  const lmEval = sources.filter((source) => lmEvalKind(source) !== null);
  return [...sources.filter((source) => !lmEval.includes(source)).map((source) => [source]), ...groupLmEval(lmEval)];
}

/**
 * @param group of groupSources
 * @throws LabError as importBundle, and BAD_REQUEST for a file of another kind; nothing is changed then
 */
export function importGroup(db: Db, group: readonly ImportSource[], options: ImportOptions): Imported {
  const { samples = [], results = [], other = [] } = Object.groupBy(group, (source) => lmEvalKind(source) ?? "other");
  const [only] = other;
  if (only) return importOne(db, readSource(only), options);
  const files = { samples: samples.map(readSource), results: results.map(readSource)[0] ?? null };
  return added(db, readLmEval(files, options));
}

function importOne(db: Db, source: ReadSource, options: ImportOptions): Imported {
  const { name, bytes } = source;
  if (bytes.subarray(0, 2).toString("latin1") === "PK" || name.endsWith(".qsrun")) return importBundle(db, bytes, name);
  if (isBinary(source)) throw unknownFile(source.path, "");
  const text = textOf(source);
  const rows = llamaBenchRows(text, source.path);
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
  const notes = origin?.notes ?? [];
  if (!hasRun(db, id)) {
    writeWholeRun(db, whole);
    return { runId: id, outcome: "added", notes };
  }
  // One that was deleted a moment ago is only hidden.
  restoreRuns(db, [id]);
  return { runId: id, outcome: "already there", notes: [...storedOtherwise(db, whole), ...notes] };
}

/** A file that is here already keeps what it was first said to be. */
function storedOtherwise(db: Db, { stored: { run } }: WholeRun): string[] {
  const known = readSpec(db, run.id)?.spec;
  const said = ({ model, cells }: Spec): string =>
    `${model}, ${cells.map(({ format, provider }) => `${format}@${provider}`).join(", ")}`;
  if (!known || said(known) === said(run.spec)) return [];
  return [`it is here as ${said(known)} and stays so; delete that run to import it as ${said(run.spec)}`];
}
