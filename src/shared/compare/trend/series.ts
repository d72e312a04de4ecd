/** A trend as it is asked for and drawn: the same cell of run after run, with what surrounded each of them. */
import type { FormatId } from "../../formats/formats.ts";
import type { ProviderId } from "../../providers/providers.ts";
import type { TrendValues } from "./derive.ts";

export interface TrendRun {
  readonly id: string;
  readonly name: string;
  readonly startedAt: string;
  readonly machineId: string;
  /** Processor and GPUs. */
  readonly machine: string;
  readonly onnxruntime: string;
  /** Of the GPUs; empty without any. */
  readonly driver: string;
  readonly app: string;
  readonly power: string | null;
}

export interface TrendPoint {
  readonly run: string;
  readonly label: string;
  readonly sha256: string;
  readonly values: TrendValues;
}

/** One format on one provider, oldest first. */
export interface TrendSeries {
  readonly format: FormatId;
  readonly provider: ProviderId;
  readonly points: readonly TrendPoint[];
  /** There are older points that are not here. */
  readonly cut: boolean;
}

export interface Trend {
  readonly model: string;
  /** Oldest first; every run that a point is of. */
  readonly runs: readonly TrendRun[];
  readonly series: readonly TrendSeries[];
}
