/** Which of lm-evaluation-harness's files are of one run: it writes them into one folder, with one moment in their names. */
import { basename, dirname, resolve } from "node:path";
import { headOf, type ImportSource } from "./import-source.ts";

type LmEvalKind = "samples" | "results";

/** By content, since names are free: `--output_path NAME.json` gives `NAME_<time>.json`. */
export function lmEvalKind(source: ImportSource): LmEvalKind | null {
  const head = headOf(source);
  if (!/^\s*[[{]/.test(head)) return null;
  if (/"doc_id"\s*:/.test(head)) return "samples";
  return /^\s*\{/.test(head) && /"results"\s*:\s*\{/.test(head) && !/"schemaVersion"\s*:/.test(head) ? "results" : null;
}

interface Run {
  readonly folder: string;
  readonly moment: string;
  readonly samples: ImportSource[];
  results: ImportSource | null;
}

/** @returns what becomes one run each, and last the sums of which no run is here */
export function groupLmEval(sources: readonly ImportSource[]): (readonly ImportSource[])[] {
  const samples = sources.filter((source) => lmEvalKind(source) === "samples");
  const runs = [...Map.groupBy(samples, keyOf).values()].map((own): Run => ({
    folder: folderOf(own[0]!),
    moment: momentOf(own[0]!),
    samples: own,
    results: null,
  }));
  const lone: ImportSource[] = [];
  for (const results of sources.filter((source) => !samples.includes(source))) {
    const found = runsOf(results, runs);
    for (const run of found) run.results = results;
    if (found.length === 0) lone.push(results);
  }
  return [
    ...runs.map(({ samples: own, results }) => (results ? [...own, results] : own)),
    ...lone.map((source) => [source]),
  ];
}

/** Versions before February 2024 write no moment and the model's arguments before the task: each such file is a run. */
function keyOf(source: ImportSource): string {
  const moment = momentOf(source);
  const alone = moment === "" && !basename(source.path).startsWith("samples_") ? basename(source.path) : "";
  return JSON.stringify([folderOf(source), moment, alone]);
}

function folderOf({ path, content }: ImportSource): string {
  return content ? "" : dirname(resolve(path));
}

/** As it stands at the end of the name; empty without one. */
export function momentOf({ path }: Pick<ImportSource, "path">): string {
  return /_(\d{4}-\d\d-\d\dT[\d.-]+)\.jsonl?$/i.exec(basename(path))?.[1] ?? "";
}

/** By folder and moment; else the only run that they can be of. Another moment is another run. */
function runsOf(results: ImportSource, runs: readonly Run[]): readonly Run[] {
  const [folder, moment] = [folderOf(results), momentOf(results)];
  const isFree = (run: Run): boolean =>
    run.results === null && (run.moment === moment || run.moment === "" || moment === "");
  const free = runs.filter(isFree);
  const here = free.filter((run) => run.folder === folder);
  const exact = here.filter((run) => run.moment === moment);
  if (exact.length > 0) return exact;
  return [here, free].find((near) => near.length === 1) ?? [];
}
