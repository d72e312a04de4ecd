/** Speeds out of llama-bench's CSV or JSON, whose columns change from version to version: they are found by name. */
import { LabError } from "../../errors.ts";
import type { FormatId } from "../../formats/formats.ts";
import type { ProviderId } from "../../providers/providers.ts";
import type { DecodeLaunch, ForwardLaunch } from "../../results.ts";

/** One row, its values as they stand in the file: text in CSV, text, numbers and lists in JSON. */
export type LlamaBenchRow = Readonly<Record<string, unknown>>;

export interface LlamaBenchCell {
  readonly model: string;
  readonly modelType: string;
  readonly bytes: number;
  readonly parameters: number;
  readonly threads: number | null;
  /** Null where the file's name for it has no counterpart here: whoever imports it says. */
  readonly format: FormatId | null;
  readonly provider: ProviderId | null;
  readonly forward: readonly ForwardLaunch[];
  readonly decode: readonly DecodeLaunch[];
}

export interface LlamaBenchFile {
  readonly cpu: string;
  readonly gpu: string;
  readonly build: string;
  readonly startedAt: string;
  /** Only means: a CSV has no samples. */
  readonly meansOnly: boolean;
  readonly cells: readonly LlamaBenchCell[];
}

/** What a GGUF type is nearest to here: same bits a weight in blocks. K-quants mix several and have no counterpart. */
const FORMAT_OF: readonly (readonly [pattern: RegExp, format: FormatId])[] = Object.freeze([
  [/\bF32\b|\bfp32\b/i, "fp32"],
  [/\bF16\b|\bfp16\b/i, "fp16"],
  [/\bQ8_0\b|\bw8\b/i, "w8"],
  [/\bQ4_0\b|\bint4\b/i, "int4"],
  [/\bint8\b/i, "int8"],
  [/\bnf4\b/i, "nf4"],
] as const);
const PROVIDER_OF: readonly (readonly [pattern: RegExp, provider: ProviderId])[] = Object.freeze([
  [/CUDA/i, "cuda"],
  [/WebGPU/i, "webgpu"],
  [/^(CPU|BLAS|CPU,BLAS|BLAS,CPU)?$/i, "cpu"],
] as const);

/** @throws LabError BAD_REQUEST naming the file, the row and the column that is missing or no number */
export function readLlamaBench(rows: readonly LlamaBenchRow[], file: string): LlamaBenchFile {
  const first = rows[0];
  if (!first) throw new LabError("BAD_REQUEST", `${file} holds no rows.`, { file });
  const keys = ["model_filename", "model_type", "backends", "n_threads"];
  const groups = Map.groupBy(rows, (row) => keys.map((key) => text(row, key)).join("\n"));
  return {
    cpu: text(first, "cpu_info") || "unknown",
    gpu: text(first, "gpu_info"),
    build: `llama.cpp ${text(first, "build_commit") || "unknown"}`,
    startedAt: earliest(rows, file),
    meansOnly: rows.every((row) => samplesOf(row) === null),
    cells: [...groups.values()].map((group) => cellOf(group, rows, file)),
  };
}

function cellOf(group: readonly LlamaBenchRow[], all: readonly LlamaBenchRow[], file: string): LlamaBenchCell {
  const first = group[0]!;
  const measured = group.map((row) => {
    const where = `${file}: row ${all.indexOf(row) + 1}`;
    return { ...measure(row, where), where };
  });
  refuseRepeated(measured);
  const modelType = text(first, "model_type");
  const backends = text(first, "backends");
  const threads = Number(text(first, "n_threads"));
  return {
    model: text(first, "model_filename") || modelType,
    modelType,
    bytes: Math.max(0, Math.round(Number(text(first, "model_size")) || 0)),
    parameters: Number(text(first, "model_n_params")) || 0,
    threads: Number.isInteger(threads) && threads > 0 ? threads : null,
    format: FORMAT_OF.find(([pattern]) => pattern.test(modelType))?.[1] ?? null,
    provider: PROVIDER_OF.find(([pattern]) => pattern.test(backends))?.[1] ?? null,
    forward: measured.flatMap(({ forward }) => forward ?? []),
    decode: measured.flatMap(({ decode }) => decode ?? []),
  };
}

/** A cell has one prompt length and each depth once; which of several rows counts is not for us to say. */
function refuseRepeated(measured: readonly (Measured & { readonly where: string })[]): void {
  const prompts = measured.filter(({ forward }) => forward);
  const depths = Map.groupBy(
    measured.filter(({ decode }) => decode),
    ({ decode }) => decode!.depth,
  );
  const [, second] = [prompts, ...depths.values()].find((rows) => rows.length > 1) ?? [];
  if (!second) return;
  const what = second.forward ? "prompt speed" : `generation speed at depth ${second.decode!.depth}`;
  throw new LabError(
    "BAD_REQUEST",
    `${second.where}: a second ${what} of the same model, backend and threads. Keep one row of these and leave the others out.`,
  );
}

interface Measured {
  readonly forward?: ForwardLaunch;
  readonly decode?: DecodeLaunch;
}

function measure(row: LlamaBenchRow, where: string): Measured {
  const prompt = count(row, "n_prompt", where);
  const generated = count(row, "n_gen", where);
  const depth = row.n_depth === undefined ? 0 : count(row, "n_depth", where);
  const nanoseconds = samplesOf(row) ?? [positive(row, "avg_ns", where)];
  const ms = nanoseconds.map((value) => value / 1e6);
  if (prompt > 0 && generated > 0) {
    throw new LabError(
      "BAD_REQUEST",
      `${where}: n_prompt and n_gen together (-pg) are neither prompt nor generation speed. Leave such rows out.`,
    );
  }
  if (prompt > 0 && depth > 0) return {};
  if (prompt > 0) return { forward: { ...FORWARD, sequenceLength: prompt, latencyMs: ms } };
  return {
    decode: {
      ...DECODE,
      depth,
      promptTokens: depth,
      interTokenMs: ms.flatMap((each) => Array<number>(generated).fill(each / generated)),
    },
  };
}

const FORWARD: ForwardLaunch = Object.freeze({
  launch: 1,
  kind: "timing",
  batchSize: 1,
  sequenceLength: 0,
  latencyMs: [],
  computeMs: [],
  warmupMs: [],
  peakMemoryBytes: null,
  runPeakBytes: null,
  anonymousBytes: null,
  fileBytes: null,
  deviceMemoryBytes: null,
  foreignLoadCores: null,
  repeats: 0,
  swapped: false,
  skipped: null,
});
const DECODE: DecodeLaunch = Object.freeze({
  launch: 1,
  way: "user",
  method: "plain",
  graph: "exported",
  batchSize: 1,
  depth: 0,
  promptTokens: 0,
  timeToFirstTokenMs: [],
  interTokenMs: [],
  foreignLoadCores: null,
  skipped: null,
});

function text(row: LlamaBenchRow, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
}

function count(row: LlamaBenchRow, column: string, where: string): number {
  const value = Number(text(row, column) || NaN);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new LabError(
    "BAD_REQUEST",
    `${where}: ${column} is not a whole number. Is this llama-bench's output (-o csv, -o json)?`,
  );
}

function positive(row: LlamaBenchRow, column: string, where: string): number {
  const value = Number(text(row, column) || NaN);
  if (Number.isFinite(value) && value > 0) return value;
  throw new LabError("BAD_REQUEST", `${where}: ${column} is no time. Is this llama-bench's output (-o csv, -o json)?`);
}

function samplesOf({ samples_ns: samples }: LlamaBenchRow): number[] | null {
  if (!Array.isArray(samples) || samples.length === 0) return null;
  return samples.every((value): value is number => typeof value === "number" && value > 0) ? samples : null;
}

function earliest(rows: readonly LlamaBenchRow[], file: string): string {
  const times = rows.map((row) => Date.parse(text(row, "test_time"))).filter(Number.isFinite);
  if (times.length === 0) throw new LabError("BAD_REQUEST", `${file}: no row has a test_time.`, { file });
  return new Date(Math.min(...times)).toISOString();
}
