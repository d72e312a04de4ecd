/**
 * Speeds as llama.cpp's `llama-bench -o csv` has them, so that both can stand in one sheet: forward passes of one sequence as
 * prompt processing, decoding (the user's way) as text generation. Batches of several sequences have no place there.
 */
import type { CellResult, Results } from "../results.ts";
import { decodeTokensPerSecond } from "../metrics/generation-speed.ts";
import { inertCell } from "./csv.ts";

const LLAMA_BENCH_COLUMNS = [
  "build_commit",
  "build_number",
  "cpu_info",
  "gpu_info",
  "backends",
  "model_filename",
  "model_type",
  "model_size",
  "model_n_params",
  "n_batch",
  "n_ubatch",
  "n_threads",
  "n_gpu_layers",
  "n_prompt",
  "n_gen",
  "n_depth",
  "test_time",
  "avg_ns",
  "stddev_ns",
  "avg_ts",
  "stddev_ts",
] as const;

type Row = Readonly<Record<(typeof LLAMA_BENCH_COLUMNS)[number], string | number>>;

/** Every value is quoted, as llama-bench does it; a run without such measurements gives the header alone. */
export function llamaBenchCsv(results: Pick<Results, "run" | "model" | "cells">): string {
  const rows = results.cells.flatMap((cell) => cellRows(results, cell));
  const lines = [LLAMA_BENCH_COLUMNS, ...rows.map((row) => LLAMA_BENCH_COLUMNS.map((column) => row[column]))];
  return lines
    .map((line, index) => `${line.map((value) => (index === 0 ? String(value) : quoted(value))).join(",")}\n`)
    .join("");
}

function quoted(value: string | number): string {
  const safe = typeof value === "string" ? inertCell(value) : String(value);
  return `"${safe.replaceAll('"', '""')}"`;
}

function cellRows({ run, model }: Pick<Results, "run" | "model">, cell: CellResult): Row[] {
  const { environment } = run;
  const base = {
    build_commit: environment.app.commit ?? "",
    build_number: 0,
    cpu_info: environment.cpu.model,
    gpu_info: environment.gpus.map(({ name }) => name).join(", "),
    backends: cell.provider.toUpperCase(),
    model_filename: cell.file,
    model_type: `${model.name} ${cell.format}`,
    model_size: cell.bytes,
    model_n_params: model.parameters,
    n_threads: cell.threads ?? 0,
    n_gpu_layers: cell.provider === "cpu" ? 0 : 99,
    test_time: run.startedAt.replace(/\.\d+Z$/, "Z"),
  };
  const row = (
    test: { n_prompt: number; n_gen: number; n_depth: number },
    ms: readonly number[],
    tokens: number,
  ): Row[] => {
    if (ms.length === 0) return [];
    const times = meanOf(ms);
    const speeds = meanOf(ms.map((each) => (1000 * tokens) / each));
    return [
      {
        ...base,
        ...test,
        n_batch: Math.max(1, test.n_prompt),
        n_ubatch: Math.max(1, test.n_prompt),
        avg_ns: Math.round(times.mean * 1e6),
        stddev_ns: Math.round(times.deviation * 1e6),
        avg_ts: speeds.mean,
        stddev_ts: speeds.deviation,
      },
    ];
  };
  return [
    ...cell.forward
      .filter(({ batchSize }) => batchSize === 1)
      .flatMap(({ sequenceLength, latencyMs }) =>
        row({ n_prompt: sequenceLength, n_gen: 0, n_depth: 0 }, latencyMs, sequenceLength),
      ),
    ...cell.decode
      .filter(({ batchSize }) => batchSize === 1)
      .flatMap(({ promptTokens, launches }) => {
        const timed = launches.filter(({ way, interTokenMs }) => way === "user" && interTokenMs.length > 0);
        const tokens = Math.min(...timed.map(({ interTokenMs }) => interTokenMs.length));
        const ms = timed.flatMap((launch) => (1000 * tokens) / decodeTokensPerSecond(launch)!);
        return row({ n_prompt: 0, n_gen: timed.length === 0 ? 0 : tokens, n_depth: promptTokens }, ms, tokens);
      }),
  ];
}

/** Mean and sample deviation, which llama-bench gives; 0 for one value. */
function meanOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
