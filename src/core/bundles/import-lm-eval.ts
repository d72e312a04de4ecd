/** lm-evaluation-harness's files: `samples_*.jsonl` are the tasks of one run, `results_*.json` beside them tells about them. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { isFormatId } from "#shared/formats/formats.ts";
import { isProviderId } from "#shared/providers/providers.ts";
import { type LmEvalTask, readLmEvalSamples } from "#shared/report/export/lm-eval-read.ts";
import type { WholeRun } from "#core/store/write-stored-run.ts";
import { type ForeignCell, lmEvalRun } from "./foreign-run.ts";
import { type ImportOptions, needsCell, type ReadSource, textOf } from "./import-source.ts";

/** @param head how the file begins */
export function isLmEval(name: string, head: string): boolean {
  if (name.endsWith(".jsonl")) return head.includes('"doc_id"');
  return /^results_.*\.json$/.test(name) && head.includes('"results"');
}

/** Of `results_*.json`, what tells about the samples beside it. */
const resultsSchema = z.looseObject({
  config: z.looseObject({ model_args: z.unknown().optional(), model: z.unknown().optional() }).optional(),
  "n-shot": z.record(z.string(), z.number()).optional(),
  date: z.number().optional(),
  model_name: z.string().optional(),
  total_evaluation_time_seconds: z.coerce.number().nullable().optional().catch(null),
});

/** @throws LabError BAD_REQUEST naming the file and what is wrong with it */
export function readLmEval(files: readonly ReadSource[], options: ImportOptions): WholeRun {
  const samples = files.filter(({ name }) => name.endsWith(".jsonl")).sort((a, b) => (a.path < b.path ? -1 : 1));
  const [first] = samples;
  if (!first) {
    throw new LabError(
      "BAD_REQUEST",
      `${files[0]!.path} holds sums only. Name the samples_*.jsonl beside it too (lm-eval --log_samples).`,
    );
  }
  const results = resultsOf(files);
  const tasks: LmEvalTask[] = [];
  for (const sample of samples) {
    const start = tasks.reduce((sum, { questions }) => sum + questions.length, 0);
    tasks.push(readLmEvalSamples(textOf(sample), sample.name, start));
  }
  const args = argumentsOf(results?.config?.model_args);
  const hash = createHash("sha256");
  for (const { bytes } of samples) hash.update(bytes);
  return lmEvalRun({
    fileName: first.name,
    model: options.model ?? results?.model_name ?? args.get("pretrained") ?? first.folder ?? "unknown model",
    cell: options.cell ?? cellOf(args, first.path),
    tasks,
    startedAt: results?.date === undefined ? first.modifiedAt : new Date(results.date * 1000).toISOString(),
    seconds: results?.total_evaluation_time_seconds ?? null,
    shots: results?.["n-shot"]?.[tasks[0]!.name] ?? 0,
    sha256: hash.digest("hex"),
  });
}

function resultsOf(files: readonly ReadSource[]): z.output<typeof resultsSchema> | null {
  const file = files.find(({ name }) => name.endsWith(".json"));
  if (!file) return null;
  let value: unknown;
  try {
    value = JSON.parse(textOf(file));
  } catch (error) {
    if (error instanceof LabError) throw error;
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
