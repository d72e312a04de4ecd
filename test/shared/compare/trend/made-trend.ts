/** Trends by hand: one line, a run a day, what differs named. */
import type { TrendValues } from "#shared/compare/trend/derive.ts";
import type { TrendValue } from "#shared/compare/trend/metrics.ts";
import type { Trend, TrendRun } from "#shared/compare/trend/series.ts";

export const DAY_MS = 86_400_000;
export const FIRST_MS = Date.UTC(2026, 10, 1, 7);
const NOTHING: TrendValues = { memory: null, latency: null, jaccard: null, accuracy: null, words: null };

export interface MadePoint {
  readonly values: Partial<TrendValues>;
  readonly run?: Partial<TrendRun>;
  readonly sha256?: string;
}

export function value(middle: number, half: number, extra: Partial<TrendValue> = {}): TrendValue {
  return { value: middle, low: middle - half, high: middle + half, kind: "interval", n: 6, setup: "batch 1", ...extra };
}

export function trendOf(points: readonly MadePoint[]): Trend {
  const runs = points.map(({ run }, index): TrendRun => ({
    id: `r${index}`,
    name: `run ${index}`,
    startedAt: new Date(FIRST_MS + index * DAY_MS).toISOString(),
    machineId: "m",
    machine: "Ryzen + RTX",
    onnxruntime: "1.29.0",
    driver: "580",
    app: "0.1.0",
    power: "mains",
    ...run,
  }));
  return {
    model: "demo",
    runs,
    series: [
      {
        format: "int4",
        provider: "cpu",
        cut: false,
        points: points.map(({ values, sha256 = "ab" }, index) => ({
          run: `r${index}`,
          label: "int4@cpu",
          sha256,
          values: { ...NOTHING, ...values },
        })),
      },
    ],
  };
}
