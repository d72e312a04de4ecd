/** The list's filter and order in the address, so that a link, a restart and "back" find the same runs. */
import { type CellRef, type HistoryFilter, type HistoryRun, type HistorySort } from "#shared/api.ts";
import { MOST_COMPARED } from "#shared/api/compare.ts";
import { HISTORY_SORTS } from "#shared/api/history.ts";
import { FORMAT_IDS } from "#shared/formats/formats.ts";
import { PROVIDER_IDS } from "#shared/providers/providers.ts";
import { RUN_STATUSES } from "#shared/results.ts";

type Query = Readonly<Record<string, string>>;

const NEWEST_FIRST: HistorySort = Object.freeze({ by: "started", descending: true });

/** What the address says; a value that there is not (an old link) is left out. */
export function filterOf({ q, model, format, provider, status, tag, machine }: Query): HistoryFilter {
  return {
    ...(q !== undefined && q.trim() !== "" && { text: q.slice(0, 200) }),
    ...(model !== undefined && { model }),
    ...(tag !== undefined && { tag }),
    ...(machine !== undefined && { machine }),
    ...oneOf("format", FORMAT_IDS, format),
    ...oneOf("provider", PROVIDER_IDS, provider),
    ...oneOf("status", RUN_STATUSES, status),
  };
}

function oneOf<Key extends string, Value extends string>(
  key: Key,
  all: readonly Value[],
  text: string | undefined,
): Partial<Record<Key, Value>> {
  const found = all.find((each) => each === text);
  return (found === undefined ? {} : { [key]: found }) as Partial<Record<Key, Value>>;
}

export function sortOf({ sort, order }: Query): HistorySort {
  const by = HISTORY_SORTS.find((each) => each === sort);
  return by === undefined ? NEWEST_FIRST : { by, descending: order === "down" };
}

/** The query with some entries changed; undefined and empty ones go. */
export function changed(query: Query, change: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...query, ...change }).filter((entry): entry is [string, string] => {
      return entry[1] !== undefined && entry[1] !== "";
    }),
  );
}

/** `run/cell~run/cell`, each part escaped. */
export function cellsText(cells: readonly CellRef[]): string {
  return cells.map(({ run, cell }) => `${escape(run)}/${escape(cell)}`).join("~");
}

function escape(text: string): string {
  return encodeURIComponent(text).replaceAll("~", "%7E");
}

export function cellsOf(text: string | undefined): CellRef[] {
  return (text ?? "")
    .split("~")
    .flatMap((part) => {
      const [run, cell] = part.split("/");
      try {
        return run && cell ? [{ run: decodeURIComponent(run), cell: decodeURIComponent(cell) }] : [];
      } catch {
        return [];
      }
    })
    .slice(0, MOST_COMPARED);
}

/**
 * Which cells of some runs to begin a comparison with: of one run its first cells; of several the formats that all of them
 * have, or the first of each where they have none in common.
 */
export function cellsToCompare(runs: readonly Pick<HistoryRun, "id" | "kinds">[]): CellRef[] {
  const chosen = runs.slice(0, MOST_COMPARED);
  const labels = chosen.map(({ kinds }) => kinds.map(({ format, provider }) => `${format}@${provider}`));
  const common = (labels[0] ?? []).filter((label) => labels.every((all) => all.includes(label)));
  const each = Math.max(1, Math.floor(MOST_COMPARED / Math.max(1, chosen.length)));
  return chosen.flatMap(({ id }, index) =>
    (common.length > 0 ? common : labels[index]!).slice(0, each).map((cell) => ({ run: id, cell })),
  );
}
