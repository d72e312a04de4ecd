/** What earlier runs on this machine took: the ground of every estimate. */
import { median } from "#shared/stats/quantile.ts";
import { unpackFloat64 } from "./blobs.ts";
import type { Db } from "./database.ts";

interface HistoryKey {
  readonly machineId: string;
  readonly provider: string;
}

export interface PastForward {
  readonly parameters: number;
  readonly format: string;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly medianMs: number;
  readonly peakMemoryBytes: number | null;
}

/** A window over the newest cells: an old machine's history would say nothing more. */
const MOST_ROWS = 200;
const MOST_CELLS = 40;

/** The newest cells of one file: they are chosen from small rows, before any sample is read. */
const NEWEST = `newest AS MATERIALIZED (
  SELECT c.id, c.run_id, c.format, h.started_at FROM cells c JOIN history h ON h.run_id = c.run_id
  WHERE c.sha256 = ? AND c.provider = ? AND h.machine_id = ? ORDER BY h.started_at DESC LIMIT ${MOST_CELLS})`;

interface ForwardRow {
  parameters: number;
  format: string;
  batch_size: number;
  sequence_length: number;
  latency_ms: Buffer;
  peak_memory_bytes: number | null;
}

/** Forward passes of one file (by hash), or of any file where that is null; the newest first. */
export function pastForwards(db: Db, { machineId, provider }: HistoryKey, sha256: string | null): PastForward[] {
  const columns = "f.batch_size, f.sequence_length, f.latency_ms, f.peak_memory_bytes";
  const timed = "f.skipped IS NULL AND f.kind = 'timing'";
  const rows =
    sha256 === null
      ? db
          .prepare<unknown[], ForwardRow>(
            `SELECT r.parameters, c.format, ${columns}
             FROM runs r JOIN cells c ON c.run_id = r.id JOIN forward_launches f ON f.cell_id = c.id
             WHERE ${timed} AND c.provider = ? AND json_extract(r.environment, '$.machineId') = ?
             ORDER BY r.started_at DESC LIMIT ${MOST_ROWS}`,
          )
          .all(provider, machineId)
      : db
          .prepare<unknown[], ForwardRow>(
            `WITH ${NEWEST} SELECT r.parameters, n.format, ${columns}
             FROM newest n JOIN runs r ON r.id = n.run_id JOIN forward_launches f ON f.cell_id = n.id
             WHERE ${timed} ORDER BY n.started_at DESC LIMIT ${MOST_ROWS}`,
          )
          .all(sha256, provider, machineId);
  return rows.flatMap((row) => {
    const medianMs = median(unpackFloat64(row.latency_ms));
    if (medianMs === null) return [];
    const { parameters, format, batch_size: batchSize, sequence_length: sequenceLength } = row;
    return [{ parameters, format, batchSize, sequenceLength, medianMs, peakMemoryBytes: row.peak_memory_bytes }];
  });
}

interface PastDecode {
  readonly promptTokens: number;
  readonly batchSize: number;
  readonly stepMs: number;
}

/** Decoding steps of one file, the newest first. */
export function pastDecodes(db: Db, { machineId, provider }: HistoryKey, sha256: string): PastDecode[] {
  return db
    .prepare<unknown[], { prompt_tokens: number; batch_size: number; inter_token_ms: Buffer }>(
      `WITH ${NEWEST} SELECT d.prompt_tokens, d.batch_size, d.inter_token_ms
       FROM newest n JOIN decode_launches d ON d.cell_id = n.id
       WHERE d.skipped IS NULL ORDER BY n.started_at DESC LIMIT ${MOST_ROWS}`,
    )
    .all(sha256, provider, machineId)
    .flatMap(({ prompt_tokens: promptTokens, batch_size: batchSize, inter_token_ms: blob }) => {
      const stepMs = median(unpackFloat64(blob));
      return stepMs === null ? [] : [{ promptTokens, batchSize, stepMs }];
    });
}

/** Load time and load peak of one file, medians over its newest launches; null where it was never loaded here. */
export function pastLoad(
  db: Db,
  { machineId, provider }: HistoryKey,
  sha256: string,
): { loadMs: number; loadPeakBytes: number } | null {
  const rows = db
    .prepare<unknown[], { load_ms: number; peak: number }>(
      `WITH ${NEWEST} SELECT l.load_ms, json_extract(l.memory, '$.loadPeakBytes') AS peak
       FROM newest n JOIN launches l ON l.cell_id = n.id
       WHERE l.kind = 'timing' AND l.load_ms IS NOT NULL AND l.memory IS NOT NULL ORDER BY n.started_at DESC LIMIT 20`,
    )
    .all(sha256, provider, machineId);
  const loadMs = median(rows.map((row) => row.load_ms));
  const loadPeakBytes = median(rows.map(({ peak }) => peak));
  return loadMs === null || loadPeakBytes === null ? null : { loadMs, loadPeakBytes };
}
