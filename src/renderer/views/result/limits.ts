/** The user's own limits: kept by the window, so that every run is judged by the same ones. */
import { DEFAULT_MARGIN_POINTS } from "#shared/verdict/verdict.ts";
import { headlineMemory } from "#shared/compare/memory-of.ts";
import type { CellResult, Limits } from "#shared/results.ts";
import { median } from "#shared/stats/quantile.ts";

export const LIMITS_KEY = "result.limits";
export const NO_LIMITS: Limits = Object.freeze({ marginPoints: DEFAULT_MARGIN_POINTS });

const positive = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value > 0;

/** What was kept, as far as it makes sense. */
export function readLimits(kept: unknown): Limits {
  const { marginPoints, peakMemoryBytes, latencyMs } = Object(kept) as Record<string, unknown>;
  return {
    marginPoints:
      typeof marginPoints === "number" && marginPoints >= 0 && marginPoints <= 100
        ? marginPoints
        : DEFAULT_MARGIN_POINTS,
    ...(positive(peakMemoryBytes) && { peakMemoryBytes }),
    ...(positive(latencyMs) && { latencyMs }),
  };
}

interface LimitRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Peak memory in bytes and latency in ms of each cell at its smallest batch size, as the verdict weighs them. */
export function weighed(cells: readonly CellResult[]): { readonly bytes: number[]; readonly ms: number[] } {
  const firstOf = ({ forward }: CellResult): CellResult["forward"][number] | undefined =>
    forward.find(({ skipped }) => skipped === null);
  return {
    bytes: cells.flatMap((cell) => (firstOf(cell) && headlineMemory(cell, firstOf(cell)!.batchSize)?.bytes) ?? []),
    ms: cells.flatMap((cell) => median(firstOf(cell)?.latencyMs ?? []) ?? []),
  };
}

/** A slider's range around measured values, in round steps; null where nothing was measured. */
export function rangeAround(values: readonly number[]): LimitRange | null {
  if (values.length === 0) return null;
  const most = Math.max(...values);
  if (!(most > 0)) return null;
  // Some two hundred steps, each 1, 2 or 5 times a power of ten.
  const rough = (1.5 * most) / 200;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((each) => each * power >= rough) ?? 10);
  return { min: step, max: step * Math.ceil((1.5 * most) / step), step };
}
