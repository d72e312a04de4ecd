/** How fast a cell writes, from what it wrote again in several launches; and the older numbers where there are no replays. */
import { countWords, wordsPerMinute } from "../metrics/words-per-minute.ts";
import type { CellResult, ReplayItem, Replayed, ReplayLaunch, ReplayResult } from "../results.ts";
import { REPLAYED } from "../results.ts";
import { medianInterval } from "../stats/median-interval.ts";
import { median } from "../stats/quantile.ts";

type Written = Pick<CellResult, "benchmark" | "generations">;

/** Replays of texts, then of answers; a kind that was not replayed is left out. @param written all that the cell wrote */
export function joinReplays(launches: readonly ReplayLaunch[], written: Written): ReplayResult[] {
  return REPLAYED.flatMap((of): ReplayResult[] => {
    const own = launches.filter((launch) => launch.of === of);
    if (own.length === 0) return [];
    const middle = medianInterval(own.flatMap(({ items }) => launchRate(items) ?? []));
    return [
      {
        of,
        wordsPerMinute: middle?.median ?? null,
        low: middle?.low ?? null,
        high: middle?.high ?? null,
        kind: middle?.kind ?? "range",
        wordsEach: wordsEach(of, written),
        launches: own,
      },
    ];
  });
}

/** All words by all time, so that a long text counts for more than a short one; null where no time passed. */
export function launchRate(items: readonly ReplayItem[]): number | null {
  let [words, ms] = [0, 0];
  for (const item of items) {
    words += item.words * item.promptMs.length;
    ms += totalMs(item);
  }
  return wordsPerMinute(words, ms);
}

function totalMs({ promptMs, stepMs }: ReplayItem): number {
  return [...promptMs, ...stepMs].reduce((sum, ms) => sum + ms, 0);
}

function wordsEach(of: Replayed, { benchmark, generations }: Written): number | null {
  const answers = benchmark.find(({ mode }) => mode === "generate")?.answers ?? [];
  const texts = (of === "texts" ? generations : answers).map(({ text }) => countWords(text ?? ""));
  return texts.length === 0 ? null : texts.reduce((sum, words) => sum + words, 0) / texts.length;
}

/** The cell with its words per minute from the replays, of answers and of each text; without replays as it is. */
export function withReplayedWords(cell: CellResult): CellResult {
  const of = (kind: Replayed): ReplayResult | undefined => cell.replays.find((replay) => replay.of === kind);
  const [texts, answers] = [of("texts"), of("answers")];
  if (!texts && !answers) return cell;
  const rates = new Map<string, number[]>();
  for (const item of texts?.launches.flatMap(({ items }) => items) ?? []) {
    const rate = launchRate([item]);
    if (rate !== null) rates.set(item.id, [...(rates.get(item.id) ?? []), rate]);
  }
  return {
    ...cell,
    benchmark: cell.benchmark.map((row) =>
      row.mode === "generate" && answers ? { ...row, wordsPerMinute: answers.wordsPerMinute } : row,
    ),
    generations: cell.generations.map((row) => ({
      ...row,
      wordsPerMinute: median(rates.get(row.promptId) ?? []) ?? row.wordsPerMinute,
    })),
  };
}
