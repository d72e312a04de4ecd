/** Speeds out of llama-bench's CSV or JSON, whose columns change from version to version: they are found by name. */
import { LabError } from "../errors.ts";
import type { FormatId } from "../formats/formats.ts";
import type { ProviderId } from "../providers/providers.ts";
import type { DecodeLaunch, ForwardLaunch } from "../results.ts";

/** One row, its values as they stand in the file: text in CSV, text, numbers and lists in JSON. */
export type LlamaBenchRow = Readonly<Record<string, unknown>>;

export interface LlamaBenchCell {
  readonly model: string;
  readonly modelType: string;
  readonly bytes: number;
  readonly parameters: number;
  readonly threads: number | null;
  /** Null where the file's name for it has no counterpart here, or there is none: whoever imports it says. */
  readonly format: FormatId | null;
  readonly provider: ProviderId | null;
  /** What the file says of both, in words. */
  readonly said: string;
  /** What it was measured with, to tell it from another cell of the same format and provider. */
  readonly settings: string;
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
  /** Rows that are in no cell, and why. */
  readonly leftOut: readonly string[];
}

/**
 * What a GGUF type is nearest to here: same bits a weight in blocks. K-quants mix several and have no counterpart. The type is the
 * last word, after the model's name; one that llama.cpp guessed says so after it.
 */
const FORMAT_OF: readonly (readonly [pattern: RegExp, format: FormatId])[] = Object.freeze([
  [/\b(F32|fp32)$/i, "fp32"],
  [/\b(F16|fp16)$/i, "fp16"],
  [/\b(Q8_0|w8)$/i, "w8"],
  [/\b(Q4_0|int4)$/i, "int4"],
  [/\bint8$/i, "int8"],
  [/\bnf4$/i, "nf4"],
] as const);
const PROVIDER_OF: readonly (readonly [pattern: RegExp, provider: ProviderId])[] = Object.freeze([
  [/^CUDA(,(CPU|BLAS))*$/i, "cuda"],
  [/^WebGPU(,(CPU|BLAS))*$/i, "webgpu"],
  [/^(CPU|BLAS|CPU,BLAS|BLAS,CPU)$/i, "cpu"],
] as const);
/** Columns of versions before November 2024, one a back end, where later ones have `backends`. BLAS is set beside any of the others. */
const BACKEND_COLUMNS = ["cuda", "clblast", "opencl", "vulkan", "kompute", "metal", "sycl", "rpc"] as const;
const BLAS_COLUMNS = ["gpu_blas", "blas"] as const;

/** Rows that differ in one of these are measurements of two things; `n_batch` follows the test in our own exports. */
const SETTINGS = [
  ...["model_filename", "model_type", "model_size", "backends", ...BACKEND_COLUMNS, ...BLAS_COLUMNS],
  ...["n_threads", "cpu_mask", "cpu_strict", "poll", "type_k", "type_v", "n_gpu_layers", "n_cpu_moe", "split_mode"],
  ...["main_gpu", "no_kv_offload", "flash_attn", "devices", "tensor_split", "tensor_buft_overrides", "use_mmap"],
  ...["load_mode", "embeddings", "no_op_offload", "no_host"],
] as const;

/** @throws LabError BAD_REQUEST naming the file, the row and the column that is missing or no number */
export function readLlamaBench(rows: readonly LlamaBenchRow[], file: string): LlamaBenchFile {
  const first = rows[0];
  if (!first) throw new LabError("BAD_REQUEST", `${file} holds no rows.`, { file });
  for (const column of ["cpu_info", "gpu_info", "build_commit"]) refuseSeveral(rows, column, file);
  refuseSeveral(
    rows.filter((row) => Number(text(row, "model_n_params")) > 0),
    "model_n_params",
    file,
  );
  const measured = rows.map((row, index) => ({ row, ...measure(row, `${file}: row ${index + 1}`) }));
  const leftOut = measured.flatMap((each) => each.leftOut ?? []);
  const kept = measured.filter((each) => each.leftOut === undefined);
  if (kept.length === 0) {
    throw new LabError("BAD_REQUEST", `${file} has no row that can be imported: ${leftOut.join("; ")}.`, { file });
  }
  const groups = Map.groupBy(kept, ({ row }) => JSON.stringify(SETTINGS.map((column) => text(row, column))));
  return {
    cpu: text(first, "cpu_info") || "unknown",
    gpu: text(first, "gpu_info"),
    build: `llama.cpp ${text(first, "build_commit") || "unknown"}`,
    startedAt: earliest(rows, file),
    meansOnly: rows.every((row) => row.samples_ns === undefined),
    cells: [...groups.values()].map((group) => cellOf(group, rows)),
    leftOut,
  };
}

/** A run is of one model and one machine; rows of several were put together by hand. */
function refuseSeveral(rows: readonly LlamaBenchRow[], column: string, file: string): void {
  const other = rows.findIndex((row) => text(row, column) !== text(rows[0]!, column));
  if (other < 0) return;
  const values = `"${text(rows[0]!, column)}" and "${text(rows[other]!, column)}"`;
  throw new LabError(
    "BAD_REQUEST",
    `${file}: row ${other + 1}: two values of ${column} (${values}). Import one file for each machine, build and model.`,
    { file },
  );
}

function cellOf(group: readonly Measured[], rows: readonly LlamaBenchRow[]): LlamaBenchCell {
  refuseRepeated(group);
  const first = group[0]!.row;
  const modelType = text(first, "model_type");
  const threads = Number(text(first, "n_threads"));
  const { provider, said } = providerOf(first);
  return {
    model: text(first, "model_filename") || modelType || "unknown model",
    modelType: modelType || "unknown model",
    bytes: Math.max(0, Math.round(Number(text(first, "model_size")) || 0)),
    parameters: Number(text(first, "model_n_params")) || 0,
    threads: Number.isInteger(threads) && threads > 0 ? threads : null,
    format: FORMAT_OF.find(([pattern]) => pattern.test(modelType))?.[1] ?? null,
    provider,
    said: `model_type is "${modelType}", ${said}`,
    settings: settingsOf(first, rows),
    forward: group.flatMap(({ forward }) => forward ?? []),
    decode: group.flatMap(({ decode }) => decode ?? []),
  };
}

/** Where the work surely was done: a graphics card does it only where all layers are on it. */
function providerOf(row: LlamaBenchRow): { provider: ProviderId | null; said: string } {
  const backends = backendsOf(row);
  if (backends === null) return { provider: null, said: "no column names the backend" };
  const provider = PROVIDER_OF.find(([pattern]) => pattern.test(backends))?.[1] ?? null;
  const layers = text(row, "n_gpu_layers");
  const said = `backends is "${backends}"`;
  if (provider === null || provider === "cpu") return { provider, said };
  // CUDA is also what builds for AMD's cards call themselves.
  const isAmd = /\bAMD\b|Radeon|Instinct/i.test(text(row, "gpu_info"));
  const isWhole = layers === "" || Number(layers) < 0 || Number(layers) >= ALL_LAYERS;
  const doubts = [
    ...(isAmd ? ["gpu_info"] : []),
    ...(isWhole ? [] : ["n_gpu_layers"]),
    ...(text(row, "devices") === "none" ? ["devices"] : []),
    ...(Number(text(row, "n_cpu_moe")) > 0 ? ["n_cpu_moe"] : []),
    ...(["", "none"].includes(text(row, "tensor_buft_overrides")) ? [] : ["tensor_buft_overrides"]),
  ].map((column) => `${column} "${text(row, column)}"`);
  return doubts.length === 0 ? { provider, said } : { provider: null, said: `${said} with ${doubts.join(", ")}` };
}

/** llama-bench's own default, above the layers of any model. */
const ALL_LAYERS = 99;

function backendsOf(row: LlamaBenchRow): string | null {
  if (text(row, "backends") !== "") return text(row, "backends").replaceAll(/\s+/g, "");
  const known = [...BACKEND_COLUMNS, ...BLAS_COLUMNS].filter((column) => text(row, column) !== "");
  if (known.length === 0) return null;
  const isSet = (column: string): boolean => !["0", "", "false"].includes(text(row, column));
  const used = BACKEND_COLUMNS.filter(isSet);
  if (used.length > 0) return used.map((column) => column.toUpperCase()).join(",");
  return isSet("gpu_blas") ? "GPU BLAS" : isSet("blas") ? "BLAS" : "CPU";
}

function settingsOf(row: LlamaBenchRow, rows: readonly LlamaBenchRow[]): string {
  const differing = SETTINGS.filter((column) => new Set(rows.map((each) => text(each, column))).size > 1);
  return differing.map((column) => `${column} ${text(row, column)}`).join(", ");
}

/** A cell has one prompt length and each depth once; which of several rows counts is not for us to say. */
function refuseRepeated(measured: readonly Measured[]): void {
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
  readonly row: LlamaBenchRow;
  readonly where: string;
  readonly forward?: ForwardLaunch;
  readonly decode?: DecodeLaunch;
  /** Why the row is in no cell. */
  readonly leftOut?: string;
}

function measure(row: LlamaBenchRow, where: string): Omit<Measured, "row"> {
  const prompt = count(row, "n_prompt", where);
  const generated = count(row, "n_gen", where);
  const depth = row.n_depth === undefined ? 0 : count(row, "n_depth", where);
  const ms = nanosecondsOf(row, where).map((value) => value / 1e6);
  const left = (why: string): Omit<Measured, "row"> => {
    const tests = [...(prompt > 0 ? [`pp${prompt}`] : []), ...(generated > 0 ? [`tg${generated}`] : [])].join("+");
    const speed = ((prompt + generated) * 1000 * ms.length) / ms.reduce((sum, each) => sum + each, 0);
    const at = depth > 0 ? ` @ d${depth}` : "";
    return { where, leftOut: `${where}: ${tests || "no test"}${at} (${speed.toFixed(1)} tokens/s): ${why}` };
  };
  if (prompt > 0 && generated > 0) {
    return left("n_prompt and n_gen together (-pg) are neither prompt nor generation speed");
  }
  if (prompt > 0 && depth > 0) return left("a prompt after n_depth other tokens has no counterpart in a run");
  if (prompt > 0) return { where, forward: { ...FORWARD, sequenceLength: prompt, latencyMs: ms } };
  if (generated === 0) return left("n_prompt and n_gen are 0");
  return {
    where,
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
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** As a spec has it, above any context that there is; generated tokens become a time each. */
const MOST_TOKENS = 1 << 20;

function count(row: LlamaBenchRow, column: string, where: string): number {
  const value = Number(text(row, column) || NaN);
  if (Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS) return value;
  const what = row[column] === undefined ? "is missing" : "is not a whole number of tokens";
  throw notLlamaBench(`${where}: ${column} ${what}`);
}

/** Of every repeat where the file has them (JSON), else their mean. */
function nanosecondsOf(row: LlamaBenchRow, where: string): readonly number[] {
  const { samples_ns: samples } = row;
  const values = samples === undefined ? [Number(text(row, "avg_ns") || NaN)] : Array.isArray(samples) ? samples : [];
  const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value > 0;
  if (values.length > 0 && values.every(isTime)) return values;
  throw notLlamaBench(`${where}: ${samples === undefined ? "avg_ns" : "samples_ns"} is no time`);
}

function notLlamaBench(what: string): LabError {
  return new LabError("BAD_REQUEST", `${what}. Is this llama-bench's output (-o csv, -o json)?`);
}

function earliest(rows: readonly LlamaBenchRow[], file: string): string {
  const times = rows.map((row) => Date.parse(text(row, "test_time"))).filter(Number.isFinite);
  if (times.length === 0)
    throw new LabError(
      "BAD_REQUEST",
      `${file}: no row has a test_time, which says when it was measured. Add the column (2026-01-31T12:00:00Z).`,
      { file },
    );
  return new Date(Math.min(...times)).toISOString();
}
