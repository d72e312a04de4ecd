/** Numbers that are followed over time, as they are kept: derived once a run, read by format and provider. */
import { FORMAT_IDS, type FormatId } from "#shared/formats/formats.ts";
import { PROVIDER_IDS, type ProviderId } from "#shared/providers/providers.ts";
import { TREND_VERSION, type TrendValues } from "#shared/compare/trend/derive.ts";
import { TREND_KINDS, TREND_METRIC_IDS, type TrendMetricId, type TrendValue } from "#shared/compare/trend/metrics.ts";
import type { Trend, TrendPoint, TrendRun, TrendSeries } from "#shared/compare/trend/series.ts";
import { packFloat64, unpackFloat64 } from "./blobs.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";

const NUMBERS_A_METRIC = 5;

/** What is stored of one cell. */
export interface TrendCell {
  readonly cellId: string;
  readonly format: FormatId;
  readonly provider: ProviderId;
  readonly label: string;
  readonly sha256: string;
  readonly values: TrendValues;
}

/** Puts a run's cells in the place of those that are there. A run that was deleted meanwhile is left alone. */
export function saveTrend(db: Db, runId: string, cells: readonly TrendCell[]): void {
  db.transaction(() => {
    const run = prepared<{ model: string; startedAt: string }>(
      db,
      "SELECT model, started_at AS startedAt FROM history WHERE run_id = ?",
    ).get(runId);
    if (!run) return;
    prepared(db, "DELETE FROM trend_cells WHERE run_id = ?").run(runId);
    const insert = prepared(
      db,
      `INSERT INTO trend_cells (cell_id, run_id, model, format, provider, started_at, label, sha256, setups, numbers)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { cellId, format, provider, label, sha256, values } of cells) {
      const { setups, numbers } = pack(values);
      insert.run(cellId, runId, run.model, format, provider, run.startedAt, label, sha256, setups, numbers);
    }
    prepared(db, "UPDATE history SET trend_version = ? WHERE run_id = ?").run(TREND_VERSION, runId);
  }).immediate();
}

function pack(values: TrendValues): { setups: string; numbers: Buffer } {
  const setups = Object.fromEntries(TREND_METRIC_IDS.flatMap((id) => (values[id] ? [[id, values[id].setup]] : [])));
  const numbers = TREND_METRIC_IDS.flatMap((id) => {
    const each = values[id];
    if (!each) return [NaN, NaN, NaN, 0, 0];
    return [each.value, each.low ?? NaN, each.high ?? NaN, TREND_KINDS.indexOf(each.kind), each.n];
  });
  return { setups: JSON.stringify(setups), numbers: packFloat64(numbers) };
}

function unpack(setups: string, blob: Buffer): TrendValues {
  const words = JSON.parse(setups) as Partial<Record<TrendMetricId, string>>;
  const numbers = unpackFloat64(blob);
  return Object.fromEntries(
    TREND_METRIC_IDS.map((id, index) => {
      const [value, low, high, kind, n] = numbers.slice(NUMBERS_A_METRIC * index, NUMBERS_A_METRIC * (index + 1));
      const setup = words[id];
      if (setup === undefined || value === undefined || Number.isNaN(value)) return [id, null];
      return [id, { value, low: orNull(low), high: orNull(high), kind: TREND_KINDS[kind!]!, n: n!, setup }];
    }),
  ) as Record<TrendMetricId, TrendValue | null>;
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Ended runs whose numbers are not derived, or by an earlier formula; the newest first. */
export function underivedRuns(db: Db, limit: number): { readonly ids: string[]; readonly total: number } {
  const where = "trend_version < ? AND status <> 'running' AND deleted_at IS NULL";
  const ids = prepared<{ id: string }>(
    db,
    `SELECT run_id AS id FROM history WHERE ${where} ORDER BY started_at DESC LIMIT ?`,
  ).all(TREND_VERSION, limit);
  const { count } = prepared<{ count: number }>(db, `SELECT count(*) AS count FROM history WHERE ${where}`).get(
    TREND_VERSION,
  )!;
  return { ids: ids.map(({ id }) => id), total: count };
}

/** Cells of one kind are counted up to here: whether there are more is all that anybody asks. */
const MOST_COUNTED = 1000;

/** Formats by provider that a model has numbers of, the most cells first. One step in an index for each that there may be. */
export function trendKinds(
  db: Db,
  model: string,
): { format: FormatId; provider: ProviderId; cells: number; more: boolean }[] {
  const counted = prepared<{ cells: number }>(
    db,
    `SELECT count(*) AS cells FROM
       (SELECT 1 FROM trend_cells WHERE model = ? AND format = ? AND provider = ? LIMIT ${MOST_COUNTED + 1})`,
  );
  return FORMAT_IDS.flatMap((format) =>
    PROVIDER_IDS.map((provider) => {
      const { cells } = counted.get(model, format, provider)!;
      return { format, provider, cells: Math.min(cells, MOST_COUNTED), more: cells > MOST_COUNTED };
    }),
  )
    .filter(({ cells }) => cells > 0)
    .sort((a, b) => b.cells - a.cells);
}

/** Machines that measured a model, the last one first. */
export function trendMachines(db: Db, model: string): { value: string; name: string; runs: number }[] {
  return prepared<{ value: string; name: string; runs: number }>(
    db,
    `SELECT machine_id AS value, max(machine) AS name, count(*) AS runs FROM history
     WHERE model = ? AND deleted_at IS NULL AND trend_version > 0 GROUP BY machine_id ORDER BY max(started_at) DESC`,
  ).all(model);
}

interface PointRow {
  run_id: string;
  started_at: string;
  label: string;
  sha256: string;
  setups: string;
  numbers: Buffer;
}

/**
 * The newest points of some series.
 * @param machine of which alone; null for all
 * @param most points a series
 */
export function readTrend(
  db: Db,
  model: string,
  kinds: readonly { readonly format: FormatId; readonly provider: ProviderId }[],
  { machine, most }: { readonly machine: string | null; readonly most: number },
): Trend {
  const runs = new Map<string, TrendRun>();
  const series = kinds.map(({ format, provider }): TrendSeries => {
    const rows = prepared<PointRow>(
      db,
      `SELECT t.run_id, t.started_at, t.label, t.sha256, t.setups, t.numbers FROM trend_cells t JOIN history h ON h.run_id = t.run_id
       WHERE t.model = ? AND t.format = ? AND t.provider = ? AND h.deleted_at IS NULL AND (? IS NULL OR h.machine_id = ?)
       ORDER BY t.started_at DESC, t.cell_id DESC LIMIT ?`,
    ).all(model, format, provider, machine, machine, most + 1);
    // One more than is shown: it tells that there are older ones.
    const cut = rows.length > most;
    const points = rows
      .slice(0, most)
      .reverse()
      // A run that began at no time has no place on the axis of time.
      .filter(({ started_at: startedAt }) => !Number.isNaN(Date.parse(startedAt)))
      .map(({ run_id: run, label, sha256, setups, numbers }): TrendPoint => {
        if (!runs.has(run)) runs.set(run, readTrendRun(db, run));
        return { run, label, sha256, values: unpack(setups, numbers) };
      });
    return { format, provider, points, cut };
  });
  const inOrder = [...runs.values()].sort((a, b) =>
    a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0,
  );
  return { model, runs: inOrder, series: series.filter(({ points }) => points.length > 0) };
}

function readTrendRun(db: Db, id: string): TrendRun {
  return prepared<TrendRun>(
    db,
    `SELECT run_id AS id, name, started_at AS startedAt, machine_id AS machineId, machine, onnxruntime, driver, app, power
     FROM history WHERE run_id = ?`,
  ).get(id)!;
}
