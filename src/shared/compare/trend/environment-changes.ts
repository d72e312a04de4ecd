/** What was another thing from one run to the next: the reasons that a number may have. */
import { grouped } from "../../format-numbers.ts";
import type { TrendPoint, TrendRun } from "./series.ts";

type SurroundingId = "onnxruntime" | "driver" | "app" | "machine" | "power" | "file";

export interface Surrounding {
  readonly id: SurroundingId;
  /** `onnxruntime 1.30.0`, for a marker and a sentence. */
  readonly now: string;
  /** `1.29.0`. */
  readonly before: string;
}

const HASH_SHOWN = 8;
type At = Omit<TrendRun, "id" | "name" | "startedAt">;

const READ: Readonly<Record<Exclude<SurroundingId, "file">, (run: At) => { key: string; words: string; old: string }>> =
  Object.freeze({
    onnxruntime: ({ onnxruntime }) => ({ key: onnxruntime, words: `onnxruntime ${onnxruntime}`, old: onnxruntime }),
    driver: ({ driver }) => ({ key: driver, words: driver === "" ? "no GPU driver" : `driver ${driver}`, old: driver }),
    app: ({ app }) => ({ key: app, words: `Quantscope ${app}`, old: app }),
    machine: ({ machineId, machine }) => ({ key: machineId, words: `machine ${machine}`, old: machine }),
    power: ({ power }) => ({
      key: power ?? "",
      words: power === null ? "power source unknown" : `on ${power}`,
      old: power ?? "unknown",
    }),
  });

/** What changed from one run to another, in the table's order. */
export function changedAround(before: At, now: At): Surrounding[] {
  return (Object.keys(READ) as (keyof typeof READ)[]).flatMap((id) => {
    const [a, b] = [READ[id](before), READ[id](now)];
    return a.key === b.key ? [] : [{ id, now: b.words, before: a.old }];
  });
}

/** Another file behind the same format. */
export function changedFile(before: TrendPoint, now: TrendPoint): Surrounding[] {
  if (before.sha256 === now.sha256) return [];
  const short = (hash: string): string => hash.slice(0, HASH_SHOWN);
  return [{ id: "file", now: `file ${short(now.sha256)}`, before: short(before.sha256) }];
}

export interface TrendEvent {
  readonly at: number;
  readonly run: string;
  readonly startedAt: string;
  readonly changes: readonly Surrounding[];
}

/**
 * Where the surroundings of the series changed, oldest first. A file counts once for all series in which it changed there.
 * @param series of one trend, any of them
 */
export function trendEvents(
  runs: readonly TrendRun[],
  series: readonly { readonly points: readonly TrendPoint[] }[],
): TrendEvent[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const used = new Set(series.flatMap(({ points }) => points.map(({ run }) => run)));
  const files = new Map<string, number>();
  for (const { points } of series) {
    points.forEach((point, index) => {
      const before = points[index - 1];
      if (before && changedFile(before, point).length > 0) files.set(point.run, (files.get(point.run) ?? 0) + 1);
    });
  }
  // On each machine by itself: from one machine to another everything is another thing.
  const last = new Map<string, TrendRun>();
  const events: TrendEvent[] = [];
  for (const run of byId.values()) {
    if (!used.has(run.id)) continue;
    const before = last.get(run.machineId);
    const changes = before ? changedAround(before, run) : last.size > 0 ? newMachine(run) : [];
    const count = files.get(run.id) ?? 0;
    if (count > 0) {
      changes.push({ id: "file", now: count === 1 ? "another file" : `${grouped(count)} other files`, before: "" });
    }
    if (changes.length > 0) {
      events.push({ at: Date.parse(run.startedAt), run: run.id, startedAt: run.startedAt, changes });
    }
    last.set(run.machineId, run);
  }
  return events;
}

function newMachine(run: TrendRun): Surrounding[] {
  return [{ id: "machine", now: READ.machine(run).words, before: "" }];
}
