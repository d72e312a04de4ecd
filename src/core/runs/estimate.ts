/** What a run will take in time and memory, before it is started. */
import { freemem } from "node:os";
import type { Spec } from "#shared/spec.ts";
import type { Db } from "#core/store/database.ts";
import { pastForwards, pastLoad } from "#core/store/read-history.ts";
import { cellSpeeds, type EstimatedCell } from "./cell-speeds.ts";
import { type CellSpeeds, type LaunchCosts, predictLaunch, totalMs } from "./predict.ts";
import type { LaunchTask } from "./launch-jobs.ts";

interface CellEstimate {
  readonly label: string;
  readonly seconds: number;
  /** Above the idle process, at the largest batch size of the forward pass; of loading where there is no such pass. */
  readonly peakBytes: number;
  /** Of the same file and batch size here; else it is a guess. */
  readonly peakMeasured: boolean;
  readonly basis: CellSpeeds["basis"];
}

export interface RunEstimate {
  readonly seconds: number;
  readonly cells: readonly CellEstimate[];
  /** Memory that is free now. */
  readonly freeBytes: number;
  /** The least sure of the cells'. */
  readonly basis: CellSpeeds["basis"];
}

export interface EstimateInput {
  readonly db: Db;
  readonly machineId: string;
  readonly spec: Spec;
  readonly cells: readonly EstimatedCell[];
  /** Processes of the run in order; `cell` is an index of `cells`. */
  readonly tasks: readonly Pick<LaunchTask, "cell" | "job">[];
}

/** ONNX Runtime packs weights again while it loads: the peak is above the file (docs/measurement.md). */
const LOAD_PEAK_OF_BYTES = 1.7;
const FLOAT_BYTES = 4;
/** Logits are in the runtime and, copied, in JavaScript. */
const LOGITS_COPIES = 2;
/** Activations of a token, as a share of the logits' size where the model is of the usual shape. */
const ACTIVATIONS_OF_LOGITS = 0.5;
/**
 * What a running session takes besides file and logits: arenas, packed inputs, the tokenizer. The bundled model took 36 to 60 MB
 * at batch 1 and 60 to 82 MB at batch 8 (README's table: fp32, w8, int4), most of what a small model takes.
 */
const PROCESS_BYTES = 60e6;
const ROUGH_VOCABULARY = 100_000;

const SURENESS: readonly CellSpeeds["basis"][] = ["measured", "scaled", "rough"];

/** @returns the estimate, and the predicted costs of each task for the clock of the run */
export function estimateRun(input: EstimateInput): { estimate: RunEstimate; costs: readonly LaunchCosts[] } {
  const { db, machineId, cells, tasks, spec } = input;
  const speeds = cells.map((cell) => cellSpeeds(db, machineId, cell));
  const costs = tasks.map(({ cell, job }) => predictLaunch(job, speeds[cell]!));
  const estimates = cells.map((cell, index): CellEstimate => {
    const own = costs.filter((_, task) => tasks[task]!.cell === index);
    return {
      label: cell.label,
      seconds: own.reduce((sum, cost) => sum + totalMs(cost), 0) / 1000,
      ...predictedPeak(db, machineId, cell, spec),
      basis: speeds[index]!.basis,
    };
  });
  const basis = estimates.map((estimate) => SURENESS.indexOf(estimate.basis));
  return {
    estimate: {
      seconds: estimates.reduce((sum, { seconds }) => sum + seconds, 0),
      cells: estimates,
      freeBytes: freemem(),
      basis: SURENESS[Math.max(0, ...basis)]!,
    },
    costs,
  };
}

function predictedPeak(
  db: Db,
  machineId: string,
  cell: EstimatedCell,
  { passes }: Spec,
): Pick<CellEstimate, "peakBytes" | "peakMeasured"> {
  const { provider, sha256 } = cell;
  const load = sha256 === null ? null : pastLoad(db, { machineId, provider }, sha256);
  const loadPeak = load?.loadPeakBytes ?? cell.bytes * LOAD_PEAK_OF_BYTES;
  if (!passes.forward) return { peakBytes: loadPeak, peakMeasured: load?.loadPeakBytes != null };
  const { batchSizes, sequenceLength } = passes.forward;
  const tokens = Math.max(...batchSizes) * sequenceLength;
  const past = sha256 === null ? [] : pastForwards(db, { machineId, provider }, sha256);
  const peaks = past
    .filter((row) => row.batchSize * row.sequenceLength === tokens)
    .flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? []);
  if (peaks.length > 0) return { peakBytes: Math.max(...peaks), peakMeasured: true };
  const logits = tokens * (cell.vocabularySize ?? ROUGH_VOCABULARY) * FLOAT_BYTES;
  const running = cell.bytes + PROCESS_BYTES + logits * (LOGITS_COPIES + ACTIVATIONS_OF_LOGITS);
  return { peakBytes: Math.max(loadPeak, running), peakMeasured: false };
}
