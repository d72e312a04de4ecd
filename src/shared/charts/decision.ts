/** What decides, in one picture: every candidate against the reference in memory, speed and accuracy, with the user's limits. */
import { median } from "../stats/quantile.ts";
import type { CellResult, Comparison, Limits, Results } from "../results.ts";
import { referenceCell } from "../verdict/build-results.ts";
import { looksOf } from "./looks.ts";
import { axis } from "./model.ts";
import { medianLatencyMs } from "../compare/compare-speeds.ts";
import { endsOf, endsWords } from "../stats/ends.ts";
import { plural, signed, times } from "../format-numbers.ts";
import { DEFAULT_MARGIN_POINTS } from "../verdict/verdict.ts";
import type { ForestModel, ForestPanel, ForestPoint } from "./forest-model.ts";

type Ratio = Comparison["latencyRatio"][number] | Comparison["memoryRatio"][number];

/** Without an interval a few launches say what was seen. Measures that no candidate has are left out. */
export function decisionChart({ cells, comparisons, run, limits }: Results): ForestModel {
  const reference = referenceCell(cells, run.spec.reference);
  const compared = comparisons.flatMap((comparison) => {
    const cell = cells.find(({ label }) => label === comparison.candidate);
    return cell ? [{ comparison, cell }] : [];
  });
  const looks = looksOf(compared.map(({ cell }) => cell));
  const all = compared.map(({ comparison }) => comparison);
  const by = limits ?? { marginPoints: DEFAULT_MARGIN_POINTS };
  const panels = [memoryPanel(all, by), latencyPanel(all, by, reference), decodePanel(all), accuracyPanel(all, by)];
  return {
    id: "decision",
    kind: "forest",
    title: "What each candidate saves and costs",
    note: `Compared with ${reference?.label ?? "the reference"}, pair by pair. Right of the solid line the candidate is better.`,
    rows: compared.map(({ cell }, index) => ({ label: cell.label, look: looks[index]! })),
    panels: panels.filter(({ points }) => points.some((point) => point !== null)),
    empty: "No candidate has been compared with the reference in memory, speed or accuracy.",
  };
}

/** The batch size that most candidates have, the smallest of several. */
function commonBatch(rows: readonly (readonly { readonly batchSize: number }[])[]): number | null {
  const counts = new Map<number, number>();
  for (const row of rows) {
    for (const batch of new Set(row.map(({ batchSize }) => batchSize))) counts.set(batch, (counts.get(batch) ?? 0) + 1);
  }
  return [...counts].sort(([a, many], [b, more]) => more - many || a - b)[0]?.[0] ?? null;
}

function memoryPanel(all: readonly Comparison[], { peakMemoryBytes }: Limits): ForestPanel {
  const batch = commonBatch(all.map(({ memoryRatio }) => memoryRatio));
  const rows = all.map(({ memoryRatio }) => memoryRatio.find(({ batchSize }) => batchSize === batch));
  // Of one reference, read by what it has in common with each candidate.
  const bytes = median(rows.flatMap((row) => (row ? [row.referenceBytes] : [])));
  const device = rows.some((row) => row?.of === "device");
  return {
    id: "memory",
    title: device ? "Device memory" : "Memory",
    axis: ratioAxis(`times less, batch ${batch ?? "–"}`),
    same: 1,
    limit: peakMemoryBytes === undefined || bytes === null ? null : bytes / peakMemoryBytes,
    points: rows.map((row) => ratioPoint(row)),
  };
}

function latencyPanel(
  all: readonly Comparison[],
  { latencyMs }: Limits,
  reference: CellResult | undefined,
): ForestPanel {
  const batch = commonBatch(all.map(({ latencyRatio }) => latencyRatio));
  const forward = reference?.forward.find(({ batchSize }) => batchSize === batch);
  const ms = forward ? medianLatencyMs(forward) : null;
  return {
    id: "latency",
    title: "Forward pass",
    axis: ratioAxis(`times faster, batch ${batch ?? "–"}`),
    same: 1,
    limit: latencyMs === undefined || ms === null ? null : ms / latencyMs,
    points: all.map(({ latencyRatio }) => ratioPoint(latencyRatio.find(({ batchSize }) => batchSize === batch))),
  };
}

/** By the engine's own way where it was measured: the user's way copies the whole cache each step, alike for every format. */
function decodePanel(all: readonly Comparison[]): ForestPanel {
  const ways = new Set(all.flatMap(({ decodeRatio }) => decodeRatio.map(({ way }) => way)));
  const way = ways.has("compute") ? "compute" : "user";
  return {
    id: "decode",
    title: "Decoding",
    axis: ratioAxis("times faster"),
    same: 1,
    limit: null,
    points: all.map(({ decodeRatio }) => ratioPoint(decodeRatio.find((row) => row.way === way))),
  };
}

function accuracyPanel(all: readonly Comparison[], { marginPoints }: Limits): ForestPanel {
  return {
    id: "accuracy",
    title: "Accuracy",
    axis: axis("change", "points", { better: "higher" }),
    same: 0,
    limit: -marginPoints,
    points: all.map(accuracyPoint),
  };
}

const ratioAxis = (label: string): ForestPanel["axis"] => axis(label, "", { scale: "log10", better: "higher" });

function ratioPoint(row: Ratio | undefined): ForestPoint | null {
  if (!row) return null;
  const { ratio, low, high, kind, launches } = row;
  const text = times(ratio);
  // What one launch showed has no spread.
  if (kind === "range" && launches === 1) {
    return { value: ratio, low: null, high: null, ends: null, text, note: plural(1, "launch") };
  }
  const ends = endsOf(kind);
  return { value: ratio, low, high, ends, text, note: endsWords(ends, launches, "launch") };
}

/** By the interval that decides, where there is one: it is wider with more candidates. */
function accuracyPoint({ verdict, accuracyDelta, generated }: Comparison): ForestPoint | null {
  const { decision } = verdict;
  if (decision) {
    const { estimate, low, high, confidence } = decision;
    const note = `interval that decides, ${(100 * confidence).toFixed(1)} % sure`;
    return { value: estimate, low, high, ends: "interval", text: signed(estimate, 1), note };
  }
  const change = accuracyDelta ?? generated;
  if (!change) return null;
  const { points, low, high } = change;
  return { value: points, low, high, ends: "interval", text: signed(points, 1), note: "95 % interval" };
}
