/** What a cell costs: its file, memory and time. */
import type { GenerationRow } from "../api.ts";
import { METRICS } from "./index.ts";
import { peakMemory } from "./peak-memory.ts";
import { headlineMemory, memoryBasis, memoryWords } from "../compare/memory-of.ts";
import { MB, mebibytes, megabytes, MIB } from "../format-numbers.ts";
import type { CellResult, ForwardResult } from "../results.ts";
import type { Column, RowOf } from "../tables/metric-grid.ts";
import { exactly, fileDifference, memoryDifference, overLaunches } from "./metric-values.ts";
import { decodeRow, forwardAt, latencyRow, throughputRow } from "./speed-rows.ts";
import { wordsRows } from "./words-rows.ts";

export function costRows(columns: readonly Column[], generations: readonly GenerationRow[]): RowOf[] {
  const cells = columns.map(({ cell }) => cell);
  const reference = columns.find(({ comparison }) => comparison === undefined)?.cell;
  const batches = cells.flatMap(({ forward }) => forward.map(({ batchSize }) => batchSize));
  const edges = [...new Set([Math.min(...batches), Math.max(...batches)])].filter(Number.isFinite);
  const depths = [...new Set(cells.flatMap(({ decode }) => decode.map(({ depth }) => depth)))].sort((a, b) => a - b);
  return [
    ...sizeRows(reference),
    ...edges.map((batch): RowOf => memoryRow(batch, cells)),
    ...edges.map(deviceRow),
    ...edges.map(latencyRow),
    ...edges.filter((batch) => batch > 1).map(throughputRow),
    ...depths.flatMap((depth) => [decodeRow(depth, "user"), decodeRow(depth, "compute")]),
    ...wordsRows(generations),
  ];
}

function sizeRows(reference: CellResult | undefined): RowOf[] {
  return [
    {
      id: "file",
      group: "Size",
      label: "File",
      unit: "MB",
      definition: "Size of the ONNX file with its external data, in megabytes of 10^6 bytes.",
      of: ({ cell, comparison }) =>
        cell.bytes === 0
          ? null
          : {
              ...exactly(megabytes(cell.bytes), cell.bytes / MB, "the file itself"),
              difference: comparison && reference?.bytes ? fileDifference(reference.bytes / cell.bytes) : null,
            },
    },
    {
      id: "bits",
      group: "Size",
      label: "Bits per weight",
      unit: "bits",
      definition: "Bytes of all weights, scales and zero points included, by the number of parameters.",
      of: ({ cell }) =>
        cell.bitsPerWeight === null
          ? null
          : exactly(cell.bitsPerWeight.toFixed(2), cell.bitsPerWeight, "read from the graph"),
    },
    {
      id: "load",
      group: "Size",
      label: "Load",
      unit: "ms",
      definition: "Time to create the session; median over launches, 95 % interval, a range below six.",
      of: ({ cell }) =>
        overLaunches(cell.launches.filter(({ kind }) => kind === "timing").flatMap(({ loadMs }) => loadMs ?? [])),
    },
  ];
}

function memoryRow(batch: number, cells: readonly CellResult[]): RowOf {
  const basis = memoryBasis(cells, batch, ["anonymous", "resident"]);
  return {
    id: `memory-${batch}`,
    group: "Memory",
    label: `Peak memory, batch ${batch}`,
    unit: "MiB",
    definition: `${METRICS.peakMemory.label}: ${METRICS.peakMemory.aggregation}.`,
    of: ({ cell, comparison }) => {
      const row = forwardAt(cell, batch);
      const memory = basis && headlineMemory(cell, batch, basis);
      const value = memory && overLaunches([...memory.byLaunch.values()].map((bytes) => bytes / MIB));
      if (!row || !value) return null;
      const ratio = comparison?.memoryRatio.find(({ batchSize, of }) => batchSize === batch && of !== "device");
      return {
        ...value,
        note: `${value.note}; ${memoryWords(memory)}${loadingNote(cell, row)}${row.swapped ? "; part of it was swapped out" : ""}`,
        difference: ratio ? memoryDifference(ratio) : null,
      };
    },
  };
}

function deviceRow(batch: number): RowOf {
  return {
    id: `device-${batch}`,
    group: "Memory",
    label: `Device memory, batch ${batch}`,
    unit: "MiB",
    definition:
      "Memory of the GPU that the process used at most; median over launches, order-statistics 95 %, a range below 6.",
    of: ({ cell, comparison }) => {
      const memory = headlineMemory(cell, batch);
      if (memory?.of !== "device") return null;
      const value = overLaunches([...memory.byLaunch.values()].map((bytes) => bytes / MIB));
      const ratio = comparison?.memoryRatio.find(({ batchSize, of }) => batchSize === batch && of === "device");
      return value && { ...value, difference: ratio ? memoryDifference(ratio) : null };
    },
  };
}

/** Where the file takes more to load than to run, a peak says nothing of the batch: both are told then. */
function loadingNote({ memory }: CellResult, { runPeakBytes }: ForwardResult): string {
  if (!memory || runPeakBytes === null) return "";
  const { loadPeakBytes, source } = memory;
  const { whileLoading, runPeakIsBound } = peakMemory({ loadPeakBytes, runPeakBytes, markReset: source === "VmHWM" });
  return whileLoading
    ? `; reached while loading, runs take ${runPeakIsBound ? "at most " : ""}${mebibytes(runPeakBytes)}`
    : "";
}
