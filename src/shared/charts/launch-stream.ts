/** What the measuring processes of a run used over time, one line a cell. */
import type { LaunchKind, SampleSeries } from "../results.ts";
import { MIB } from "../format-numbers.ts";
import { looksOf, type LookOf } from "./looks.ts";
import { axis, type ChartModel, type ChartSeries, point } from "./model.ts";

const MS = 1000;

interface SampledCell extends LookOf {
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

/** Zero is always on the axis, so that it does not jump from one process to the next. */
export function launchStream(
  cells: readonly SampledCell[],
  what: "memory" | "speed",
  of: { readonly kind: LaunchKind; readonly launch: number },
): ChartModel {
  const looks = looksOf(cells);
  const series = cells.flatMap(({ label, samples }, index): ChartSeries[] => {
    const own = samples.find(({ kind, launch }) => kind === of.kind && launch === of.launch);
    if (!own) return [];
    const values = what === "memory" ? own.residentBytes.map((bytes) => bytes / MIB) : own.tokensPerSecond;
    const points = own.atMs.map((ms, sample) => point(ms / MS, values[sample]!));
    return [{ id: label, label, reference: false, look: looks[index]!, points }];
  });
  const words =
    what === "memory"
      ? {
          id: "memory-over-time",
          title: "Memory over time",
          note: "Resident memory of the measuring process, read between runs.",
        }
      : {
          id: "tokens-over-time",
          title: "Tokens per second over time",
          note: "Tokens computed between two readings; 0 while nothing was computed.",
        };
  return {
    ...words,
    kind: "stream",
    x: axis("Time", "s", { least: 0 }),
    y: axis(what === "memory" ? "Resident memory" : "Speed", what === "memory" ? "MiB" : "tokens/s", {
      least: 0,
      fromZero: true,
    }),
    series: series.filter(({ points }) => points.length > 0),
    guides: [],
    front: [],
    empty: "No samples of this process were stored.",
  };
}
