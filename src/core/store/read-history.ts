/** What earlier runs on this machine took: the ground of every estimate. */
import { median } from "#shared/stats/quantile.ts";
import { unpackFloat64 } from "./blobs.ts";
import type { Db } from "./database.ts";

export interface HistoryKey {
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
  return db
    .prepare<unknown[], ForwardRow>(
      `SELECT r.parameters, c.format, f.batch_size, f.sequence_length, f.latency_ms, f.peak_memory_bytes
       FROM runs r JOIN cells c ON c.run_id = r.id JOIN forward_launches f ON f.cell_id = c.id
       WHERE f.skipped IS NULL AND f.kind = 'timing' AND c.provider = ? AND (? IS NULL OR c.sha256 = ?)
         AND json_extract(r.environment, '$.machineId') = ?
       ORDER BY r.started_at DESC LIMIT ${MOST_ROWS}`,
    )
    .all(provider, sha256, sha256, machineId)
    .flatMap((row) => {
      const medianMs = median(unpackFloat64(row.latency_ms));
      if (medianMs === null) return [];
      const { parameters, format, batch_size: batchSize, sequence_length: sequenceLength } = row;
      return [{ parameters, format, batchSize, sequenceLength, medianMs, peakMemoryBytes: row.peak_memory_bytes }];
    });
}

export interface PastDecode {
  readonly promptTokens: number;
  readonly batchSize: number;
  readonly stepMs: number;
}

/** Decoding steps of one file, the newest first. */
export function pastDecodes(db: Db, { machineId, provider }: HistoryKey, sha256: string): PastDecode[] {
  return db
    .prepare<unknown[], { prompt_tokens: number; batch_size: number; inter_token_ms: Buffer }>(
      `SELECT d.prompt_tokens, d.batch_size, d.inter_token_ms
       FROM runs r JOIN cells c ON c.run_id = r.id JOIN decode_launches d ON d.cell_id = c.id
       WHERE d.skipped IS NULL AND c.provider = ? AND c.sha256 = ? AND json_extract(r.environment, '$.machineId') = ?
       ORDER BY r.started_at DESC LIMIT ${MOST_ROWS}`,
    )
    .all(provider, sha256, machineId)
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
      `SELECT l.load_ms, json_extract(l.memory, '$.loadPeakBytes') AS peak
       FROM runs r JOIN cells c ON c.run_id = r.id JOIN launches l ON l.cell_id = c.id
       WHERE l.kind = 'timing' AND l.load_ms IS NOT NULL AND l.memory IS NOT NULL AND c.provider = ? AND c.sha256 = ?
         AND json_extract(r.environment, '$.machineId') = ? ORDER BY r.started_at DESC LIMIT 20`,
    )
    .all(provider, sha256, machineId);
  const loadMs = median(rows.map((row) => row.load_ms));
  const loadPeakBytes = median(rows.map(({ peak }) => peak));
  return loadMs === null || loadPeakBytes === null ? null : { loadMs, loadPeakBytes };
}
