/** What Compare shows of what was compared, apart from how it is drawn. */
import type { Compared, ComparedCell } from "#shared/api.ts";
import { type Marker, MARKER_OUTLINES } from "#shared/formats/marks.ts";
import type { ChartModel } from "#shared/charts/model.ts";
import type { ComparedPart } from "#shared/compare/cross-run/comparability.ts";
import { escapeMarkdown, markdownTable } from "#shared/exports/markdown.ts";
import { type Column, isPaired, metricRows, type MetricRow, type MetricValue } from "#shared/tables/metric-grid.ts";

/** One column a cell, in the order asked for. */
export function columnsOf({ table, cells, baseline }: Compared): Column[] {
  return cells.flatMap(({ key }) => {
    const cell = table.results.cells.find(({ label }) => label === key);
    const comparison =
      key === baseline ? undefined : table.results.comparisons.find(({ candidate }) => candidate === key);
    return cell ? [{ cell, comparison }] : [];
  });
}

export function rowsOf(compared: Compared, columns: readonly Column[]): readonly MetricRow[] {
  const base = compared.cells.find(({ key }) => key === compared.baseline)?.model;
  // Which of two models is smaller is no merit of either: only files of one model are better or worse than each other.
  const own = columns.map(({ cell }) => compared.cells.find(({ key }) => key === cell.label)?.model === base);
  return metricRows(compared.table, columns, compared.generations).map((row) => ({
    ...row,
    values: row.values.map((value, index) => (value && !own[index] ? uncoloured(value) : value)),
  }));
}

/** A difference that is there and is no merit. */
export function uncoloured(value: MetricValue): MetricValue {
  const { difference } = value;
  if (!difference) return value;
  return {
    ...value,
    difference: { ...difference, tone: "none", counts: difference.counts ?? difference.tone !== "none" },
  };
}

/** What a paired row says of two cells that are the same. */
function nothingChanged(id: string): number {
  if (id.startsWith("jaccard")) return 1;
  return id === "top1" ? 100 : 0;
}

/**
 * Whether something surely differs from the baseline: by the difference's own interval, else because two intervals are apart,
 * else, of what has no interval, as it is shown.
 * What was measured too little to be tested counts too: it is not known to be the same.
 * @param baseline the column that the others are compared with
 */
export function differs(row: MetricRow, baseline: number): boolean {
  const { values, id } = row;
  const differences = values.flatMap((value) => value?.difference ?? []);
  if (differences.length > 0) return differences.some(({ tone, counts }) => tone !== "none" || counts === true);
  if (isPaired(row)) return values.some((value) => value !== null && value.exact[0] !== nothingChanged(id));
  const base = values[baseline];
  return values.some((value) => value !== base && apart(value ?? null, base ?? null));
}

function apart(value: MetricValue | null, base: MetricValue | null): boolean {
  if (!value || !base) return value !== base;
  const [, low, high] = value.exact;
  const [, baseLow, baseHigh] = base.exact;
  if (low === null || high === null || baseLow === null || baseHigh === null) return value.value !== base.value;
  return low > baseHigh || high < baseLow;
}

const PART_OF_GROUP: Readonly<Partial<Record<MetricRow["group"], ComparedPart>>> = Object.freeze({
  Memory: "memory",
  Speed: "speed",
  "Next tokens": "tokens",
  Answers: "answers",
});

/** Why a cell's numbers of a group stand alone, without a difference; null where they are compared. */
export function refusalOf({ parts }: ComparedCell, group: MetricRow["group"]): string | null {
  const part = parts.find((each) => each.part === PART_OF_GROUP[group]);
  return part && !part.can ? part.reasons.join("; ") : null;
}

export const PART_WORDS: Readonly<Record<ComparedPart, string>> = Object.freeze({
  speed: "Latency and decoding",
  memory: "Peak memory",
  answers: "Answers",
  tokens: "Next tokens",
  texts: "Running text",
  generations: "Generated texts",
});

interface PartRow {
  readonly part: ComparedPart;
  /** One a cell; null for the baseline. */
  readonly cells: readonly (ComparedCell["parts"][number] | null)[];
}

/** Parts that some cell has to say something of; one that nobody measured is left out. */
export function partRows({ cells }: Compared): PartRow[] {
  const parts = cells.find(({ parts: own }) => own.length > 0)?.parts.map(({ part }) => part) ?? [];
  return parts.map((part) => ({
    part,
    cells: cells.map((cell) => cell.parts.find((each) => each.part === part) ?? null),
  }));
}

/** Where everything that the answer rests on could be compared, the verdict may be said. */
export function verdictOf(compared: Compared, key: string): string | null {
  const cell = compared.cells.find((each) => each.key === key);
  const needed: readonly ComparedPart[] = ["speed", "memory", "answers"];
  if (!cell || !needed.every((part) => cell.parts.some((each) => each.part === part && each.can))) return null;
  const [own, base] = [key, compared.baseline].map((label) =>
    compared.table.results.cells.find((each) => each.label === label),
  );
  // Of one file on one provider, measured twice, there is nothing to decide.
  if (own?.sha256 === base?.sha256 && own?.provider === base?.provider) return null;
  return compared.table.results.comparisons.find(({ candidate }) => candidate === key)?.verdict.sentence ?? null;
}

/** The whole table for an issue or a page of notes: values with intervals and differences, whose cells they are, the verdicts. */
export function compareMarkdown(compared: Compared, columns: readonly Column[], rows: readonly MetricRow[]): string {
  const table = markdownTable({
    header: ["metric", ...columns.map(({ cell }) => cell.label)],
    units: ["", ...columns.map(({ cell }) => (cell.label === compared.baseline ? "baseline" : ""))],
    rows: rows.map(({ label, unit, values }) => [unit === "" ? label : `${label} (${unit})`, ...values.map(valueText)]),
  });
  const cells = compared.cells.map(
    ({ key, model, run }) =>
      `- ${escapeMarkdown(`${key}: ${model}, ${run.name}, ${run.startedAt.slice(0, 16).replace("T", " ")} UTC, run ${run.id}`)}`,
  );
  const verdicts = compared.cells.flatMap(({ key }) => {
    const sentence = verdictOf(compared, key);
    return sentence === null ? [] : [`- ${escapeMarkdown(sentence)}`];
  });
  return [table, ...(verdicts.length > 0 ? [verdicts.join("\n")] : []), cells.join("\n"), ""].join("\n\n");
}

function valueText(value: MetricValue | null): string {
  if (!value) return "–";
  const { low, high, difference } = value;
  const name = value.ends === "range" ? "range " : "";
  const range =
    low === null || high === null || (low === value.value && high === low) ? "" : ` (${name}${low}–${high})`;
  return value.value + range + (difference === null ? "" : `, ${difference.text}`);
}

const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [9, 3, 2, 3]];

/**
 * Lines of one format keep its colour; where several cells have it, as the same cell of several runs has, marker and dash tell
 * them apart.
 */
export function toldApart(model: ChartModel): ChartModel {
  const markers = Object.keys(MARKER_OUTLINES) as Marker[];
  return {
    ...model,
    series: model.series.map((series) => {
      const { variant, marker } = series.look;
      if (variant === 0) return series;
      const next = markers[(markers.indexOf(marker) + variant) % markers.length]!;
      return { ...series, look: { ...series.look, marker: next, dash: DASHES[variant % DASHES.length]! } };
    }),
  };
}
