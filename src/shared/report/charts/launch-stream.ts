/** What the measuring processes of a run used over time, one line a cell. */
import type { LaunchKind, SampleSeries } from "../../results.ts";
import { looksOf, type LookOf } from "./looks.ts";
import type { ChartModel } from "./model.ts";
import { overTime } from "./stream.ts";

const MIB = 2 ** 20;
const MS = 1000;

export interface SampledCell extends LookOf {
  readonly label: string;
  readonly samples: readonly SampleSeries[];
}

/** Processes that some cell has samples of, in the order in which they first appear. */
export function sampledLaunches(
  cells: readonly SampledCell[],
): { readonly kind: LaunchKind; readonly launch: number }[] {
  const seen = new Map(
    cells.flatMap(({ samples }) => samples.map(({ kind, launch }) => [`${kind} ${launch}`, { kind, launch }] as const)),
  );
  return [...seen.values()];
}

export function launchStream(
  cells: readonly SampledCell[],
  what: "memory" | "speed",
  of: { readonly kind: LaunchKind; readonly launch: number },
): ChartModel {
  const looks = looksOf(cells);
  const model = overTime({
    id: what === "memory" ? "memory-over-time" : "tokens-over-time",
    title: what === "memory" ? "Memory over time" : "Tokens per second over time",
    note:
      what === "memory"
        ? "Resident memory of the measuring process, read between runs."
        : "Tokens computed between two readings; 0 while nothing was computed.",
    label: what === "memory" ? "Resident memory" : "Speed",
    unit: what === "memory" ? "MiB" : "tokens/s",
    series: cells.flatMap(({ label, samples }, index) => {
      const own = samples.find(({ kind, launch }) => kind === of.kind && launch === of.launch);
      if (!own) return [];
      const values = what === "memory" ? own.residentBytes.map((bytes) => bytes / MIB) : own.tokensPerSecond;
      return [{ id: label, label, look: looks[index]!, seconds: own.atMs.map((ms) => ms / MS), values }];
    }),
  });
  return { ...model, empty: "No samples of this process were stored." };
}
