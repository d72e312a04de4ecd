/** Numbers that are followed over time, as they are kept: derived once a run, read by format and provider. */
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { TREND_VERSION, type TrendValues } from "#shared/report/trend/derive.ts";
import { TREND_KINDS, TREND_METRIC_IDS, type TrendMetricId, type TrendValue } from "#shared/report/trend/metrics.ts";
import type { Trend, TrendPoint, TrendRun, TrendSeries } from "#shared/report/trend/series.ts";
import { packFloat64, unpackFloat64 } from "./blobs.ts";
import type { Db } from "./database.ts";
import { prepared } from "./history-statements.ts";

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

/** Formats by provider that a model has numbers of, and of how many cells. */
export function trendKinds(db: Db, model: string): { format: FormatId; provider: ProviderId; cells: number }[] {
  return prepared<{ format: FormatId; provider: ProviderId; cells: number }>(
    db,
    `SELECT format, provider, count(*) AS cells FROM trend_cells WHERE model = ? GROUP BY format, provider
     ORDER BY cells DESC`,
  ).all(model);
}

interface PointRow {
  run_id: string;
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
      `SELECT t.run_id, t.label, t.sha256, t.setups, t.numbers FROM trend_cells t JOIN history h ON h.run_id = t.run_id
       WHERE t.model = ? AND t.format = ? AND t.provider = ? AND h.deleted_at IS NULL AND (? IS NULL OR h.machine_id = ?)
       ORDER BY t.started_at DESC, t.cell_id DESC LIMIT ?`,
    ).all(model, format, provider, machine, machine, most);
    const points = rows.reverse().map(({ run_id: run, label, sha256, setups, numbers }): TrendPoint => {
      if (!runs.has(run)) runs.set(run, readTrendRun(db, run));
      return { run, label, sha256, values: unpack(setups, numbers) };
    });
    const older = rows.length < most ? 0 : Math.max(0, countPoints(db, model, format, provider, machine) - rows.length);
    return { format, provider, points, older };
  });
  const inOrder = [...runs.values()].sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
  return { model, runs: inOrder, series: series.filter(({ points }) => points.length > 0) };
}

function readTrendRun(db: Db, id: string): TrendRun {
  return prepared<TrendRun>(
    db,
    `SELECT run_id AS id, name, started_at AS startedAt, machine_id AS machineId, machine, onnxruntime, driver, app, power
     FROM history WHERE run_id = ?`,
  ).get(id)!;
}

function countPoints(db: Db, model: string, format: string, provider: string, machine: string | null): number {
  return prepared<{ count: number }>(
    db,
    machine === null
      ? "SELECT count(*) AS count FROM trend_cells WHERE model = ? AND format = ? AND provider = ?"
      : `SELECT count(*) AS count FROM trend_cells t JOIN history h ON h.run_id = t.run_id
         WHERE t.model = ? AND t.format = ? AND t.provider = ? AND h.machine_id = ?`,
  ).get(...[model, format, provider, ...(machine === null ? [] : [machine])])!.count;
}
