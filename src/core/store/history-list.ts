/** The list of runs: filter, sort and page over one small row a run. Nothing here reads a spec or a sample. */
import type { HistoryFilter, HistoryOrigin, HistoryRun, HistorySort } from "#shared/api/history.ts";
import { FORMAT_IDS, type FormatId } from "#shared/formats/formats.ts";
import { byName } from "#shared/natural-order.ts";
import { PROVIDER_IDS, type ProviderId } from "#shared/providers/providers.ts";
import type { Origin } from "#shared/results.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";

const SORTS: Readonly<Record<HistorySort["by"], string>> = Object.freeze({
  started: "h.started_at",
  name: "h.name COLLATE NOCASE",
  model: "h.model COLLATE NOCASE",
  status: "h.status",
  cells: "h.cells",
  duration: "h.duration_ms",
});

type Value = string | number;

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

interface Row {
  id: string;
  name: string;
  model: string;
  status: HistoryRun["status"];
  startedAt: string;
  finishedAt: string | null;
  cells: number;
  cellsDone: number;
  cellsFailed: number;
  note: string;
  machineId: string;
  machine: string;
  onnxruntime: string;
  imported: number;
  origin: string | null;
  kinds: string | null;
  tags: string;
}

/** Runs that fit, from `offset` on. Equal rows are in the order of starting, the newest first. */
export function listHistory(
  db: Db,
  filter: HistoryFilter,
  { by, descending }: HistorySort,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): HistoryRun[] {
  const where = conditionOf(filter);
  const order = `${SORTS[by]} ${descending ? "DESC" : "ASC"}, h.started_at DESC, h.run_id DESC`;
  // Formats, tags and origins are read for the rows of the page alone, not for those before it.
  const rows = prepared<Row>(
    db,
    `SELECT h.run_id AS id, h.name, h.model, h.status, h.started_at AS startedAt, h.finished_at AS finishedAt, h.cells,
       h.cells_done AS cellsDone, h.cells_failed AS cellsFailed, h.note, h.machine_id AS machineId, h.machine,
       h.onnxruntime, h.imported,
       CASE WHEN h.imported THEN (SELECT r.origin FROM runs r WHERE r.id = h.run_id) END AS origin,
       (SELECT group_concat(k.format || '@' || k.provider, ' ') FROM run_kinds k WHERE k.run_id = h.run_id) AS kinds,
       (SELECT json_group_array(t.tag) FROM run_tags t WHERE t.run_id = h.run_id) AS tags
     FROM (SELECT h.run_id AS shown FROM history h WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?)
     JOIN history h ON h.run_id = shown ORDER BY ${order}`,
  ).all(...where.values, limit, offset);
  return rows.map(({ kinds, tags, imported, origin, ...row }) => ({
    ...row,
    imported: imported === 1,
    origin: origin === null ? null : originOf(JSON.parse(origin) as Origin),
    kinds: kindsOf(kinds),
    tags: (JSON.parse(tags) as string[]).sort(byName),
  }));
}

function originOf({ tool, file, importedAt, shards }: Origin): HistoryOrigin {
  const parts = shards && {
    indexes: shards.parts.map(({ index }) => index).sort((a, b) => a - b),
    count: shards.count,
    machines: new Set(shards.parts.map(({ machineId }) => machineId)).size,
  };
  return { tool, file, importedAt, parts };
}

function kindsOf(text: string | null): HistoryRun["kinds"] {
  return (text ?? "").split(" ").flatMap((kind) => {
    const [format, provider] = kind.split("@");
    return format && provider ? [{ format, provider } as HistoryRun["kinds"][number]] : [];
  });
}

export function countHistory(db: Db, filter: HistoryFilter): number {
  const where = conditionOf(filter);
  return prepared<{ count: number }>(db, `SELECT count(*) AS count FROM history h WHERE ${where.sql}`).get(
    ...where.values,
  )!.count;
}

/** Of every run that fits, in the list's order: for "select all". */
export function historyIds(db: Db, filter: HistoryFilter): string[] {
  const where = conditionOf(filter);
  return prepared<{ id: string }>(
    db,
    `SELECT h.run_id AS id FROM history h WHERE ${where.sql} ORDER BY h.started_at DESC, h.run_id DESC`,
  )
    .all(...where.values)
    .map(({ id }) => id);
}

function conditionOf({ text, model, format, provider, status, tag, machine }: HistoryFilter): Condition {
  const all: Condition[] = [{ sql: "h.deleted_at IS NULL", values: [] }];
  const add = (sql: string, ...values: Value[]): void => {
    all.push({ sql, values });
  };
  if (model !== undefined) add("h.model = ?", model);
  if (status !== undefined) add("h.status = ?", status);
  if (machine !== undefined) add("h.machine_id = ?", machine);
  const kind = "SELECT 1 FROM run_kinds k WHERE k.run_id = h.run_id AND";
  if (format !== undefined && provider !== undefined) {
    add(`EXISTS (${kind} k.format = ? AND k.provider = ?)`, format, provider);
  } else if (format !== undefined) add(`EXISTS (${kind} k.format = ?)`, format);
  else if (provider !== undefined) add(`EXISTS (${kind} k.provider = ?)`, provider);
  if (tag !== undefined) add("EXISTS (SELECT 1 FROM run_tags t WHERE t.run_id = h.run_id AND t.tag = ?)", tag);
  for (const word of words(text)) {
    const like = `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const fits = (column: string): string => `${column} LIKE ? ESCAPE '\\'`;
    add(
      `(${["h.name", "h.model", "h.note", "h.onnxruntime", "h.machine"].map(fits).join(" OR ")} OR h.run_id = ?
        OR EXISTS (SELECT 1 FROM run_tags t WHERE t.run_id = h.run_id AND ${fits("t.tag")}))`,
      ...[like, like, like, like, like, word, like],
    );
  }
  return { sql: all.map(({ sql }) => sql).join(" AND "), values: all.flatMap(({ values }) => values) };
}

/** Every word has to be somewhere. */
function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

interface Facet {
  readonly value: string;
  readonly runs: number;
}

/** What there is to filter by, and of most of it how many runs there are; of all runs, whatever the filter. */
export function historyFacets(db: Db): {
  readonly models: Facet[];
  readonly formats: FormatId[];
  readonly providers: ProviderId[];
  readonly statuses: Facet[];
  readonly tags: Facet[];
  readonly machines: (Facet & { name: string })[];
} {
  const shown = "NOT IN (SELECT run_id FROM history WHERE deleted_at IS NOT NULL)";
  const column = (name: string): Facet[] =>
    prepared<Facet>(
      db,
      `SELECT ${name} AS value, count(*) AS runs FROM history WHERE deleted_at IS NULL
       GROUP BY ${name}`,
    )
      .all()
      .sort((a, b) => b.runs - a.runs || byName(a.value, b.value));
  // One look for each that there may be: counting them would read a row for every cell that was ever measured.
  const has = (name: "format" | "provider", value: string): boolean =>
    prepared(db, `SELECT 1 FROM run_kinds WHERE ${name} = ? AND run_id ${shown} LIMIT 1`).get(value) !== undefined;
  return {
    models: column("model"),
    statuses: column("status"),
    formats: FORMAT_IDS.filter((id) => has("format", id)),
    providers: PROVIDER_IDS.filter((id) => has("provider", id)),
    tags: prepared<Facet>(db, `SELECT tag AS value, count(*) AS runs FROM run_tags WHERE run_id ${shown} GROUP BY tag`)
      .all()
      .sort((a, b) => byName(a.value, b.value)),
    machines: prepared<Facet & { name: string }>(
      db,
      `SELECT machine_id AS value, max(machine) AS name, count(*) AS runs FROM history WHERE deleted_at IS NULL
       GROUP BY machine_id ORDER BY runs DESC`,
    ).all(),
  };
}
