/** The tables that a run ends with, cost and quality: one row a cell, strings ready to align. */
import type { CellResult, Comparison, Results, TokenDifferences } from "../results.ts";
import type { BenchmarkMode } from "../spec.ts";
import { accuracyOf } from "../compare/accuracy-of.ts";
import { referenceCell } from "../verdict/build-results.ts";
import { medianLatencyMs } from "../compare/compare-speeds.ts";
import { headlineMemory, memoryBasis } from "../compare/memory-of.ts";
import { grouped, mebibytes, megabytes, percent, significant } from "../format-numbers.ts";

export interface Table {
  readonly header: readonly string[];
  /** Unit of each column, shown under the header. */
  readonly units: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MISSING = "–";

interface Row {
  readonly cell: CellResult;
  readonly comparison: Comparison | undefined;
}

export interface Column {
  readonly header: string;
  readonly unit: string;
  readonly text: (row: Row) => string | null;
}

export function costTable(results: Results): Table {
  return table(results, costColumns(results));
}

export function qualityTable(results: Results): Table {
  return table(results, qualityColumns(results));
}

/** Columns in which no cell has anything are left out: a pass that was not run. */
export function table(results: Results, all: readonly Column[]): Table {
  const rows = rowsOf(results);
  const columns = [cellColumn(results), ...all.filter(({ text }) => rows.some((row) => text(row) !== null))];
  return {
    header: columns.map(({ header }) => header),
    units: columns.map(({ unit }) => unit),
    rows: rows.map((row) => columns.map(({ text }) => text(row) ?? MISSING)),
  };
}

function rowsOf({ cells, comparisons }: Results): Row[] {
  return cells.map((cell) => ({ cell, comparison: comparisons.find(({ candidate }) => candidate === cell.label) }));
}

function cellColumn(results: Results): Column {
  const reference = referenceCell(results.cells, results.run.spec.reference);
  return {
    header: "cell",
    unit: "",
    text: ({ cell }) => {
      // The numbers of a cell that did not reach its end are of what it got done.
      const notes = [...(cell === reference ? ["reference"] : []), ...(cell.status === "done" ? [] : [cell.status])];
      return notes.length === 0 ? cell.label : `${cell.label} (${notes.join(", ")})`;
    },
  };
}

function costColumns({ cells }: Results): Column[] {
  const batches = cells.flatMap(({ forward }) => forward.map(({ batchSize }) => batchSize));
  const edges = [...new Set([Math.min(...batches), Math.max(...batches)])].filter(Number.isFinite);
  const depths = [...new Set(cells.flatMap(({ decode }) => decode.map(({ depth }) => depth)))];
  return [
    { header: "file", unit: "MB", text: ({ cell }) => (cell.bytes === 0 ? null : megabytes(cell.bytes)) },
    ...edges.flatMap((batch) => memoryColumns(cells, batch)),
    ...edges.map((batch): Column => ({
      header: `latency b${batch}`,
      unit: "ms",
      text: ({ cell }) => {
        const result = forwardAt(cell, batch);
        const ms = result ? medianLatencyMs(result) : null;
        return ms === null ? null : significant(ms);
      },
    })),
    ...depths.flatMap((depth): Column[] => [
      { header: `decode d${depth}`, unit: "tokens/s", text: ({ cell }) => rate(decodeAt(cell, depth)) },
      { header: `decode d${depth}`, unit: "no copy", text: ({ cell }) => rate(decodeAt(cell, depth)?.compute) },
    ]),
  ];
}

/** The machine's memory, all cells by one basis; and the device's where a cell used one. */
function memoryColumns(cells: readonly CellResult[], batch: number): Column[] {
  const basis = memoryBasis(cells, batch, ["anonymous", "resident"]);
  return [
    {
      header: `memory b${batch}`,
      unit: basis?.of === "anonymous" ? "MiB + mapped" : "MiB resident",
      text: ({ cell }) => {
        const memory = basis && headlineMemory(cell, batch, basis);
        if (!memory) return null;
        const { bytes, mappedBytes } = memory;
        return `${mebibytes(bytes)}${mappedBytes === null ? "" : ` + ${mebibytes(mappedBytes)}`}`;
      },
    },
    {
      header: `GPU memory b${batch}`,
      unit: "MiB",
      text: ({ cell }) => {
        const memory = headlineMemory(cell, batch);
        return memory?.of === "device" ? mebibytes(memory.bytes) : null;
      },
    },
  ];
}

function qualityColumns({ comparisons }: Results): Column[] {
  const ks = [...new Set(comparisons.flatMap(({ jaccard }) => Object.keys(jaccard)))];
  return [
    ...ks.map((k): Column => ({
      header: `J@${k}`,
      unit: "",
      text: ({ comparison }) => comparison?.jaccard[k]?.mean.toFixed(3) ?? null,
    })),
    { header: "KL", unit: "nats", text: ({ comparison }) => klText(comparison?.tokens?.kl) },
    {
      header: "perplexity",
      unit: "× reference",
      text: ({ comparison }) => comparison?.texts?.perplexity?.ratio?.toFixed(3) ?? null,
    },
    { header: "accuracy (95 % CI)", unit: "log-likelihood", text: ({ cell }) => accuracyText(cell, "loglikelihood") },
    { header: "accuracy (95 % CI)", unit: "generated", text: ({ cell }) => accuracyText(cell, "generate") },
    { header: "flips", unit: "r→w : w→r", text: ({ comparison }) => flipsText(comparison) },
  ];
}

function forwardAt(cell: CellResult, batch: number): CellResult["forward"][number] | undefined {
  return cell.forward.find(({ batchSize }) => batchSize === batch);
}

function decodeAt({ decode }: CellResult, depth: number): CellResult["decode"][number] | undefined {
  return decode.find((row) => row.depth === depth);
}

function rate(speeds: { readonly decodeTokensPerSecond: number | null } | null | undefined): string | null {
  const value = speeds?.decodeTokensPerSecond ?? null;
  return value === null ? null : significant(value);
}

function klText(kl: TokenDifferences["kl"] | undefined): string | null {
  // A lower bound of 0 says nothing.
  if (kl?.mean == null || (!kl.exact && kl.mean === 0)) return null;
  return `${kl.exact ? "" : "≥ "}${significant(kl.mean)}`;
}

/** Share with its interval, and "n of N" where answers had to be left out. */
function accuracyText(cell: CellResult, mode: BenchmarkMode): string | null {
  const answers = cell.benchmark.find((each) => each.mode === mode)?.answers ?? [];
  const { share, interval, n, total } = accuracyOf(answers);
  if (share === null || interval === null) return null;
  const range = `${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}`;
  return `${percent(share)} (${range}${n === total ? "" : `; ${grouped(n)} of ${grouped(total)}`})`;
}

function flipsText(comparison: Comparison | undefined): string | null {
  return comparison?.flips ? `${comparison.flips.rightToWrong} : ${comparison.flips.wrongToRight}` : null;
}
