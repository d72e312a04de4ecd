import type { Tokenizer } from "#core/engine/tokenizer.ts";
import type { BatchCache, BatchStep, Cache, Decoder, TokenIds } from "#core/engine/decoder.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";

export interface FakeDecoder {
  readonly decoder: Decoder;
  /** Batches of timed runs, in order. */
  readonly batches: number[][][];
  readonly prefills: TokenIds[];
  /** Tokens fed one by one. */
  readonly steps: number[];
  readonly forwards: TokenIds[][];
  /** Prompts and steps of whole batches, in order. */
  readonly batchPrefills: (readonly TokenIds[])[];
  readonly batchSteps: TokenIds[];
}

export interface FakeOptions {
  /** By the graph; null where it does not say. */
  readonly vocabularySize?: number | null;
  /** The row that follows a sequence. */
  readonly logits?: (ids: TokenIds) => Float32Array;
  readonly onRun?: () => void;
  /** A run with the smallest output; without it the graph has no cache and so no smaller output than its logits. */
  readonly onCompute?: () => void;
}

/** A decoder without a session that records what it is fed. */
export function fakeDecoder({ vocabularySize = 100, logits, onRun, onCompute }: FakeOptions = {}): FakeDecoder {
  const row = logits ?? (() => new Float32Array(vocabularySize ?? 100));
  const record = {
    batches: [] as number[][][],
    prefills: [] as TokenIds[],
    steps: [] as number[],
    forwards: [] as TokenIds[][],
    batchPrefills: [] as (readonly TokenIds[])[],
    batchSteps: [] as TokenIds[],
  };
  const batchStep = (sequences: readonly TokenIds[]): Promise<BatchStep> =>
    Promise.resolve({ rows: sequences.map(row), cache: { length: sequences[0]!.length, tensors: {}, sequences } });
  const cacheOf = (ids: TokenIds): Cache => ({ length: ids.length, tensors: {}, ids });
  const decoder = {
    signature: { vocabularySize, logitsToKeep: null, cache: onCompute ? [{}] : [] } as unknown as DecoderSignature,
    batchFeeds: (batch: number[][]) => {
      record.batches.push(batch);
      return {};
    },
    run: () => {
      onRun?.();
      return Promise.resolve();
    },
    compute: () => {
      onCompute?.();
      return Promise.resolve();
    },
    prefillBatch: (batch: readonly TokenIds[]) => {
      record.batchPrefills.push(batch);
      return batchStep(batch);
    },
    stepBatch: (cache: BatchCache, ids: TokenIds) => {
      record.batchSteps.push(ids);
      return batchStep(cache.sequences.map((sequence, index) => [...sequence, ids[index]!]));
    },
    prefill: (ids: TokenIds) => {
      record.prefills.push(ids);
      return Promise.resolve({ logits: row(ids), cache: cacheOf(ids) });
    },
    step: (cache: Cache, id: number) => {
      record.steps.push(id);
      const ids = [...cache.ids, id];
      return Promise.resolve({ logits: row(ids), cache: cacheOf(ids) });
    },
    forward: (batch: TokenIds[]) => {
      record.forwards.push(batch);
      return Promise.resolve({ row: (_: number, position: number) => row(batch[0]!.slice(0, position + 1)) });
    },
  };
  return { decoder: decoder as unknown as Decoder, ...record };
}

/** One token a character; its id is the character's code. */
export const characters: Tokenizer = {
  encode: (text) => Array.from(text, (character) => character.codePointAt(0)!),
  encodeRendered: (text) => Array.from(text, (character) => character.codePointAt(0)!),
  decode: (ids) => String.fromCodePoint(...ids),
  specialTokens: { before: [], after: [] },
  beforeIds: [],
  afterIds: [],
  bosId: null,
  vocabularySize: 128,
  tokenId: () => undefined,
};
