/** What a run shows of each cell before it ends: the first numbers beside the reference's. No verdict: nothing here has an interval. */
import type { LiveCell, Measured } from "#shared/api.ts";
import { referenceCell } from "#shared/verdict/build-results.ts";
import { cellOfLabel } from "#shared/charts/live.ts";
import { percent, plural, times } from "#shared/format-numbers.ts";
import { median } from "#shared/stats/quantile.ts";

type Forward = Extract<Measured, { kind: "forward" }>;

interface SoFar {
  readonly label: string;
  /** `3.1x less resident memory at batch 8`, `1.4x faster at batch 1 in 2 launches`, `same next token in 93 % of 48 questions`. */
  readonly parts: readonly string[];
}

/** The cell that the others are compared with: the spec's, else the highest precision; null without one. */
export function referenceOf(cells: readonly Pick<LiveCell, "label">[], wanted: string | undefined): string | null {
  const known = cells.flatMap(({ label }) => {
    const named = cellOfLabel(label);
    return named ? [{ label, format: named.format }] : [];
  });
  return referenceCell(known, wanted)?.label ?? null;
}

/**
 * Every cell but the reference, in the run's order; one that has nothing to say yet has no parts.
 * @param reference its label; null before it is known, then there is nothing to compare with
 */
export function soFar(cells: readonly LiveCell[], reference: string | null): SoFar[] {
  const base = cells.find(({ label }) => label === reference);
  if (!base) return [];
  return cells
    .filter((cell) => cell !== base)
    .map((cell) => ({
      label: cell.label,
      parts: [memoryWords(base, cell), speedWords(base, cell), tokenWords(cell)].filter((words) => words !== null),
    }));
}

/** At the largest batch size that both have. */
function memoryWords(base: LiveCell, cell: LiveCell): string | null {
  const [ours, theirs] = [base, cell].map((each) => byBatch(each, ({ peakMemoryBytes }) => peakMemoryBytes, Math.max));
  const batch = shared(ours!, theirs!).at(-1);
  if (batch === undefined) return null;
  const ratio = ours!.get(batch)!.value / theirs!.get(batch)!.value;
  return `${compared(ratio, "less resident memory", "more resident memory", "the same resident memory")} at batch ${batch}`;
}

/** At the smallest. Launches differ by more than formats may, so it says of how many this is. */
function speedWords(base: LiveCell, cell: LiveCell): string | null {
  const [ours, theirs] = [base, cell].map((each) =>
    byBatch(
      each,
      ({ medianMs }) => medianMs,
      (...values) => median(values)!,
    ),
  );
  const [batch] = shared(ours!, theirs!);
  if (batch === undefined) return null;
  const [before, after] = [ours!.get(batch)!, theirs!.get(batch)!];
  const words = compared(before.value / after.value, "faster", "slower", "as fast");
  return `${words} at batch ${batch} in ${plural(Math.min(before.launches, after.launches), "launch")}`;
}

function tokenWords({ measured }: LiveCell): string | null {
  const asked = measured.findLast((each) => each.kind === "questions");
  if (!asked || asked.compared === 0) return null;
  return `same next token in ${percent(asked.sameTop1 / asked.compared, 0)} of ${plural(asked.compared, "question")}`;
}

/** One number a batch size, of the launches so far. */
function byBatch(
  { measured }: LiveCell,
  valueOf: (forward: Forward) => number | null,
  join: (...values: number[]) => number,
): Map<number, { value: number; launches: number }> {
  const values = new Map<number, number[]>();
  for (const each of measured) {
    const value = each.kind === "forward" ? valueOf(each) : null;
    if (each.kind !== "forward" || value === null || value <= 0) continue;
    values.set(each.batchSize, [...(values.get(each.batchSize) ?? []), value]);
  }
  return new Map([...values].map(([batch, all]) => [batch, { value: join(...all), launches: all.length }]));
}

/** Batch sizes that both have, ascending. */
function shared(a: ReadonlyMap<number, unknown>, b: ReadonlyMap<number, unknown>): number[] {
  return [...a.keys()].filter((batch) => b.has(batch)).sort((x, y) => x - y);
}

/** Two digits of a ratio are more than one launch is good for: what rounds to one is the same. */
function compared(ratio: number, above: string, below: string, same: string): string {
  if (Math.abs(ratio - 1) < 0.05) return `about ${same}`;
  return ratio > 1 ? `${times(ratio)} ${above}` : `${times(1 / ratio)} ${below}`;
}
