/** What the page "Over time" shows of a trend, apart from how it is drawn. */
import type { HistoryFacets } from "#shared/api.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { byName } from "#shared/natural-order.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { trendChanges, type TrendChange } from "#shared/compare/trend/changes.ts";
import { TREND_METRIC_IDS, type TrendMetricId } from "#shared/compare/trend/metrics.ts";
import type { Trend } from "#shared/compare/trend/series.ts";

export interface Kind {
  readonly format: FormatId;
  readonly provider: ProviderId;
}

export const keyOf = ({ format, provider }: Kind): string => `${format}@${provider}`;

/** `fp32@cpu int4@cpu` of the address; what no run has is left out. Undefined where the address says nothing. */
export function kindsOf(text: string | undefined, known: readonly Kind[]): Kind[] | undefined {
  if (text === undefined) return undefined;
  return text.split(" ").flatMap((key) => known.find((kind) => keyOf(kind) === key) ?? []);
}

/** The one asked for where it is stored, else the one with the most runs. */
export function modelOf(asked: string | undefined, facets: HistoryFacets | null): string | null {
  const models = facets?.models ?? [];
  return (models.find(({ value }) => value === asked) ?? models[0])?.value ?? null;
}

/** Metrics that some point has, in the table's order; all where there are no points. */
export function metricsOf(trend: Trend): TrendMetricId[] {
  const there = TREND_METRIC_IDS.filter((id) =>
    trend.series.some(({ points }) => points.some(({ values }) => values[id] !== null)),
  );
  return there.length > 0 ? there : [...TREND_METRIC_IDS];
}

/** Every named change, the newest first, and of one run what got worse before what got better. */
export function allChanges(trend: Trend): TrendChange[] {
  return trend.series
    .flatMap((series) => TREND_METRIC_IDS.flatMap((metric) => trendChanges(series, trend.runs, metric)))
    .sort((a, b) => byName(b.now.startedAt, a.now.startedAt) || byName(b.tone, a.tone));
}

/** For pictures that travel alone. */
export function aboutTrend(trend: Trend): string {
  const machines = [...new Set(trend.runs.map(({ machine }) => machine))];
  const [first, last] = [trend.runs[0], trend.runs.at(-1)];
  const when = first && last ? `${first.startedAt.slice(0, 10)} to ${last.startedAt.slice(0, 10)}` : "no runs";
  return [trend.model, `${trend.runs.length} runs`, when, machines.join("; "), `Quantscope ${last?.app ?? ""}`].join(
    ", ",
  );
}
