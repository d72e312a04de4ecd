/** Any file that can be imported: a bundle of ours, lm-evaluation-harness's samples, llama-bench's output. Told by content. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { isFormatId } from "#shared/formats/formats.ts";
import { isProviderId } from "#shared/providers/providers.ts";
import { type LlamaBenchRow, readLlamaBench } from "#shared/report/export/llama-bench-read.ts";
import { type LmEvalTask, readLmEvalSamples } from "#shared/report/export/lm-eval-read.ts";
import type { Db } from "#core/store/database.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { writeWholeRun, type WholeRun } from "#core/store/write-stored-run.ts";
import { type ForeignCell, llamaBenchRun, lmEvalRun } from "./foreign-run.ts";
import { importBundle, type Imported } from "./import-bundle.ts";

/** Larger than any run that is sensible: reading goes through memory. */
const MOST_FILE_BYTES = 1 << 30;

export interface ImportOptions {
  /** What a foreign file does not say of itself. */
  readonly cell?: ForeignCell | undefined;
  readonly model?: string | undefined;
}

/**
 * Imports each file; samples of lm-eval that are given together are the tasks of one run.
 * @throws LabError for the first file that cannot be imported; those before it are
 */
export function importFiles(db: Db, paths: readonly string[], options: ImportOptions = {}): Imported[] {
  const files = paths.map((path) => ({ path, bytes: readFile(path) }));
  const lmEval = files.filter(({ path, bytes }) => isLmEval(path, bytes));
  const others = files.filter((file) => !lmEval.includes(file));
  return [
    ...others.map(({ path, bytes }) => importOne(db, path, bytes, options)),
    ...(lmEval.length > 0 ? [added(db, readLmEval(lmEval, options))] : []),
  ];
}

interface ReadFile {
  readonly path: string;
  readonly bytes: Buffer;
}

function readFile(path: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > MOST_FILE_BYTES) throw new Error(`it is larger than ${MOST_FILE_BYTES} bytes`);
    return readFileSync(path);
  } catch (error) {
    throw new LabError(
      "BAD_REQUEST",
      `${path} cannot be read: ${(error as Error).message}.`,
      { path },
      { cause: error },
    );
  }
}

function importOne(db: Db, path: string, bytes: Buffer, options: ImportOptions): Imported {
  const name = basename(path);
  if (bytes.subarray(0, 2).toString("latin1") === "PK" || path.endsWith(".qsrun")) return importBundle(db, bytes, name);
  const rows = llamaBenchRows(bytes.toString("utf8"), name);
  if (rows) return added(db, readLlama(rows, name, bytes, options));
  throw new LabError(
    "BAD_REQUEST",
    `${path} is none of the files that can be imported: a .qsrun bundle, samples_*.jsonl of lm-eval (--log_samples), llama-bench's csv or json.`,
    { path },
  );
}

/** The id of a foreign run is the hash of its file. */
function added(db: Db, whole: WholeRun): Imported {
  const { id, origin } = whole.stored.run;
  const known = hasRun(db, id);
  if (!known) writeWholeRun(db, whole);
  return { runId: id, outcome: known ? "already there" : "added", notes: origin?.notes ?? [] };
}

function isLmEval(path: string, bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4096).toString("utf8");
  return (
    (path.endsWith(".jsonl") && start.includes('"doc_id"')) ||
    (path.endsWith(".json") && isResults(start, basename(path)))
  );
}

function isResults(start: string, name: string): boolean {
  return /^results_.*\.json$/.test(name) && start.includes('"results"');
}

/** Of `results_*.json`, what tells about the samples beside it. */
const resultsSchema = z.looseObject({
  config: z.looseObject({ model_args: z.unknown().optional(), model: z.unknown().optional() }).optional(),
  "n-shot": z.record(z.string(), z.number()).optional(),
  date: z.number().optional(),
  model_name: z.string().optional(),
  total_evaluation_time_seconds: z.coerce.number().nullable().optional().catch(null),
});

function readLmEval(files: readonly ReadFile[], options: ImportOptions): WholeRun {
  const samples = files.filter(({ path }) => path.endsWith(".jsonl")).sort((a, b) => (a.path < b.path ? -1 : 1));
  const [first] = samples;
  if (!first) {
    throw new LabError(
      "BAD_REQUEST",
      `${files[0]!.path} holds sums only. Name the samples_*.jsonl beside it too (lm-eval --log_samples).`,
    );
  }
  const results = resultsOf(files);
  const tasks: LmEvalTask[] = [];
  for (const { path, bytes } of samples) {
    const start = tasks.reduce((sum, { questions }) => sum + questions.length, 0);
    tasks.push(readLmEvalSamples(bytes.toString("utf8"), basename(path), start));
  }
  const args = argumentsOf(results?.config?.model_args);
  const hash = createHash("sha256");
  for (const { bytes } of samples) hash.update(bytes);
  return lmEvalRun({
    fileName: basename(first.path),
    model: options.model ?? results?.model_name ?? args.get("pretrained") ?? basename(dirname(resolve(first.path))),
    cell: options.cell ?? cellOf(args, first.path),
    tasks,
    startedAt: new Date(results?.date === undefined ? statSync(first.path).mtimeMs : results.date * 1000).toISOString(),
    seconds: results?.total_evaluation_time_seconds ?? null,
    shots: results?.["n-shot"]?.[tasks[0]!.name] ?? 0,
    sha256: hash.digest("hex"),
  });
}

function resultsOf(files: readonly ReadFile[]): z.output<typeof resultsSchema> | null {
  const file = files.find(({ path }) => path.endsWith(".json"));
  if (!file) return null;
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString("utf8"));
  } catch (error) {
    throw new LabError("BAD_REQUEST", `${file.path} is not valid JSON: ${(error as Error).message}.`);
  }
  const result = resultsSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new LabError("BAD_REQUEST", `${file.path}: ${issue.path.join(".")}: ${issue.message}.`);
}

/** `pretrained=a,dtype=float16`, or the same as an object. */
function argumentsOf(value: unknown): Map<string, string> {
  if (typeof value === "string") {
    return new Map(
      value.split(",").flatMap((part) => {
        const at = part.indexOf("=");
        return at < 1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
      }),
    );
  }
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

const DTYPES: Readonly<Record<string, FormatId>> = Object.freeze({
  float32: "fp32",
  float16: "fp16",
  bfloat16: "fp16",
});

function cellOf(args: ReadonlyMap<string, string>, path: string): ForeignCell {
  const named = args.get("format") ?? "";
  const format = isFormatId(named) ? named : DTYPES[args.get("dtype") ?? ""];
  const provider = args.get("provider") ?? "cpu";
  if (format && isProviderId(provider)) return { format, provider };
  throw needsCell(path);
}

function llamaBenchRows(text: string, name: string): LlamaBenchRow[] | null {
  try {
    if (/^\s*\[/.test(text)) {
      const rows = z.array(z.looseObject({ avg_ns: z.number() })).safeParse(JSON.parse(text));
      return rows.success ? rows.data : null;
    }
    if (/^\s*\{/.test(text)) {
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      const rows = z
        .array(z.looseObject({ avg_ns: z.number() }))
        .safeParse(lines.map((line) => JSON.parse(line) as unknown));
      return rows.success ? rows.data : null;
    }
  } catch (error) {
    throw new LabError("BAD_REQUEST", `${name} is not valid JSON: ${(error as Error).message}.`);
  }
  if (!text.slice(0, 4096).includes("avg_ns")) return null;
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new LabError("BAD_REQUEST", `${name} is not valid CSV: ${(error as Error).message}.`);
  }
}

function readLlama(
  rows: readonly LlamaBenchRow[],
  name: string,
  bytes: Buffer,
  { cell, model }: ImportOptions,
): WholeRun {
  const file = readLlamaBench(rows, name);
  const cells = file.cells.map((each) => {
    const format = cell?.format ?? each.format;
    const provider = cell?.provider ?? each.provider;
    if (format === null || provider === null) throw needsCell(name, ` (it says "${each.modelType}")`);
    return { ...each, model: model ?? each.model, format, provider };
  });
  return llamaBenchRun(file, cells, name, createHash("sha256").update(bytes).digest("hex"));
}

function needsCell(path: string, said = ""): LabError {
  return new LabError(
    "BAD_REQUEST",
    `${path} does not say which format and provider it is of${said}. Say it with --cell, such as --cell int4@cpu.`,
  );
}
