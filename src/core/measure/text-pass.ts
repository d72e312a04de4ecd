import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import type { TextChunk } from "#shared/results.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import type { TextJob } from "#core/runs/protocol.ts";
import type { ScoringContext, Send } from "./quality-context.ts";
import { openRowFile, type RowFile } from "./reference-rows.ts";
import { chunkTokensOf, cutIntoChunks } from "./text-chunks.ts";
import { tokensAt } from "./token-row.ts";

/**
 * Perplexity and next tokens inside running text: chunks of equal length, each one forward pass alone with no past, the
 * second half scored so that every scored token has half a chunk in front of it. Sends each chunk when it is done.
 * @throws LabError QUESTIONS_INVALID when the text is shorter than one chunk
 */
export async function measureTexts(job: TextJob, context: ScoringContext, send: Send): Promise<void> {
  const { tokenizer, positionLimit, referenceRows, forward } = context;
  const chunks = cutIntoChunks(job, chunkTokensOf(job, positionLimit), tokenizer);
  const total = chunks.length;
  const positions = Math.min(job.positionsPerChunk, scoredCount(chunks[0]!.length));
  using rows = openRowFile(referenceRows, { name: "text", positions: total * positions });
  send({ type: "progress", pass: "texts", done: 0, total });
  for (const [chunk, ids] of chunks.entries()) {
    const logits = await forward([ids]);
    const row = (position: number): Float32Array => logits.row(0, position);
    const result = measureChunk({ chunk, ids, positions }, row, tokenizer, rows);
    send({ type: "texts", results: [result] });
    send({ type: "progress", pass: "texts", done: chunk + 1, total });
    context.afterUnit();
  }
}

interface Chunk {
  readonly chunk: number;
  readonly ids: readonly number[];
  /** How many positions are compared. */
  readonly positions: number;
}

/** Tokens that are predicted from the second half: 255 of 512. The first half predicts the token that the second starts with. */
function scoredCount(tokens: number): number {
  return tokens - 1 - Math.floor(tokens / 2);
}

function measureChunk(
  { chunk, ids, positions }: Chunk,
  row: (position: number) => Float32Array,
  tokenizer: Tokenizer,
  rows: RowFile,
): TextChunk {
  const count = scoredCount(ids.length);
  const first = ids.length - 1 - count;
  const result: TextChunk = {
    chunk,
    scoredBytes: scoredBytes(ids, first + 1, tokenizer),
    negativeLogLikelihood: [],
    positions: [],
  };
  // Places in the middle of `positions` equal parts.
  const compared = new Map(
    Array.from({ length: positions }, (_, index) => [first + Math.floor(((index + 0.5) * count) / positions), index]),
  );
  for (let position = first; position < ids.length - 1; position++) {
    const logits = row(position);
    const [logprob] = logSoftmaxAt(logits, [ids[position + 1]!]) ?? [];
    result.negativeLogLikelihood.push(logprob === undefined ? null : -logprob);
    const index = compared.get(position);
    if (index === undefined) continue;
    const place = { index: chunk * positions + index, ids: ids.slice(0, position + 1) };
    result.positions.push({ position, ...tokensAt(place, logits, tokenizer.vocabularySize, rows) });
  }
  return result;
}

/** UTF-8 bytes that the tokens from `from` on add to the text; a character cut in two counts where it is completed. */
function scoredBytes(ids: readonly number[], from: number, tokenizer: Tokenizer): number {
  const bytes = (part: readonly number[]): number => Buffer.byteLength(tokenizer.decode(part).replace(/\uFFFD+$/, ""));
  return Math.max(0, bytes(ids) - bytes(ids.slice(0, from)));
}
