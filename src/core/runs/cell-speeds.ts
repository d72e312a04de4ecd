import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { median } from "#shared/stats/quantile.ts";
import type { Db } from "#core/store/database.ts";
import { type PastForward, pastDecodes, pastForwards, pastLoad } from "#core/store/read-history.ts";
import type { CellSpeeds } from "./predict.ts";

/** What an estimate must know of a cell; it need not exist yet. */
export interface EstimatedCell {
  readonly label: string;
  readonly format: FormatId;
  readonly provider: ProviderId;
  /** Null for a file that is still to be made. */
  readonly sha256: string | null;
  readonly bytes: number;
  readonly parameters: number;
  readonly vocabularySize: number | null;
}

/** Multiply-adds a millisecond where nothing was measured yet: a modest desktop processor, a modest graphics card. */
const ROUGH_RATE: Readonly<Record<ProviderId, number>> = Object.freeze({
  cpu: 2e7,
  cuda: 2e9,
  dml: 1e9,
  webgpu: 5e8,
  coreml: 5e8,
});
/** Reading a file into memory, page cache warm or a good disk. */
const LOAD_BYTES_PER_MS = 5e5;
/** What a processor streams from memory: a decoding step reads every weight once. */
const STREAM_BYTES_PER_MS = 1e7;
/** With fewer tokens a forward pass is bound by memory and says nothing of the arithmetic's rate. */
const LEAST_TOKENS_OF_RATE = 64;

/** How fast a cell will be, from this very file's past, else other models' on this machine, else rules of thumb. */
export function cellSpeeds(db: Db, machineId: string, cell: EstimatedCell): CellSpeeds {
  const key = { machineId, provider: cell.provider };
  const own = cell.sha256 === null ? [] : pastForwards(db, key, cell.sha256);
  const decodes = cell.sha256 === null ? [] : pastDecodes(db, key, cell.sha256);
  const load = cell.sha256 === null ? null : pastLoad(db, key, cell.sha256);
  const others = own.length > 0 ? [] : pastForwards(db, key, null);
  const forwardMs = own.length > 0 ? fromPoints(own) : byRate(cell, others);
  const streamMs = cell.bytes / STREAM_BYTES_PER_MS;
  const stepMs = median(decodes.map((past) => past.stepMs));
  return {
    loadMs: load?.loadMs ?? cell.bytes / LOAD_BYTES_PER_MS,
    forwardMs,
    stepMs: (depth) => stepMs ?? Math.max(forwardMs(1), streamMs) * (1 + depth / 4096),
    basis: own.length > 0 ? "measured" : others.length > 0 ? "scaled" : "rough",
  };
}

/** Between measured numbers of tokens a straight line; beyond them in proportion, since every token costs the same. */
function fromPoints(past: readonly PastForward[]): (tokens: number) => number {
  const byTokens = new Map<number, number[]>();
  for (const { batchSize, sequenceLength, medianMs } of past) {
    const tokens = batchSize * sequenceLength;
    byTokens.set(tokens, [...(byTokens.get(tokens) ?? []), medianMs]);
  }
  const points = [...byTokens].map(([tokens, ms]) => [tokens, median(ms)!] as const).sort(([a], [b]) => a - b);
  return (tokens) => {
    const above = points.findIndex(([at]) => at >= tokens);
    if (above === 0) return (points[0]![1] * tokens) / points[0]![0];
    if (above < 0) return (points.at(-1)![1] * tokens) / points.at(-1)![0];
    const [[fromTokens, fromMs], [toTokens, toMs]] = [points[above - 1]!, points[above]!];
    return fromMs + ((toMs - fromMs) * (tokens - fromTokens)) / (toTokens - fromTokens);
  };
}

function byRate(
  { parameters, format, provider }: EstimatedCell,
  others: readonly PastForward[],
): CellSpeeds["forwardMs"] {
  const usable = others.filter(({ batchSize, sequenceLength }) => batchSize * sequenceLength >= LEAST_TOKENS_OF_RATE);
  const alike = usable.filter((past) => past.format === format);
  const rates = (alike.length > 0 ? alike : usable).map(
    (past) => (past.parameters * past.batchSize * past.sequenceLength) / past.medianMs,
  );
  const rate = median(rates) ?? ROUGH_RATE[provider];
  return (tokens) => (parameters * tokens) / rate;
}
