/**
 * One decoder in one session: forward passes over right-padded batches, and token by token with its cache. What to feed
 * comes from the signature that was read from the graph; nothing here knows an architecture.
 */
import { emptyCacheDims, type CacheEntry, type DecoderSignature } from "#core/models/decoder-signature.ts";
import { tokenFeeds } from "./feeds.ts";
import { Logits } from "./logits.ts";
import { runSession } from "./run-session.ts";
import type { Feeds, InferenceSession, Tensor } from "./ort.ts";
import { numberTensor, zeroTensor } from "./tensors.ts";

/** Token ids of one sequence. */
export type TokenIds = readonly number[];

/** What a session keeps between two steps of one sequence. */
export interface Cache {
  /** Tokens seen so far. */
  readonly length: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** The tokens themselves, for graphs that have no cache and must see the whole text again. */
  readonly ids: TokenIds;
}

/** The same of several sequences of equal length. */
export interface BatchCache {
  /** Tokens each sequence has seen. */
  readonly length: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly sequences: readonly TokenIds[];
}

/** What a step over a batch gives: the logits after the last token of each sequence, and the cache to go on from. */
export interface BatchStep {
  readonly rows: readonly Float32Array[];
  readonly cache: BatchCache;
}

export class Decoder {
  readonly signature: DecoderSignature;
  readonly #session: InferenceSession;
  readonly #present: readonly string[];
  readonly #smallest: string;
  #usesCache: boolean;

  constructor(session: InferenceSession, signature: DecoderSignature) {
    this.#session = session;
    this.signature = signature;
    this.#present = signature.cache.map(({ present }) => present);
    this.#usesCache = signature.cache.length > 0;
    this.#smallest = this.#present[0] ?? signature.logits.name;
  }

  /** From now on every step computes the whole text again: slower, and right where the cache is not understood. */
  forgetCache(): void {
    this.#usesCache = false;
  }

  /**
   * Logits of every position of a batch, no past. Rows are padded on the right: attention masks the padding, positions
   * count from 0, so a row's logits are those it has alone wherever kernels treat rows alone.
   */
  async forward(batch: readonly TokenIds[]): Promise<Logits> {
    const { name } = this.signature.logits;
    const feeds = this.batchFeeds(batch);
    const outputs = await runSession(this.#session, feeds, [name]);
    return new Logits(outputs[name]!, feeds[this.signature.inputIds.name]!.dims[1]);
  }

  /** Runs `feeds` as a user of the model does, logits fetched. For the timed loop: nothing else happens here. */
  async run(feeds: Feeds): Promise<void> {
    await runSession(this.#session, feeds, [this.signature.logits.name]);
  }

  /** Runs `feeds` and fetches the smallest output only: the time is the computation's, with no copy of the logits. */
  async compute(feeds: Feeds): Promise<void> {
    await runSession(this.#session, feeds, [this.#smallest]);
  }

  /** The inputs of a forward pass over a right-padded batch with an empty past. */
  batchFeeds(batch: readonly TokenIds[]): Feeds {
    const tokens = Math.max(...batch.map((ids) => ids.length));
    const ids = new Float64Array(batch.length * tokens);
    const mask = new Uint8Array(ids.length);
    const positions = new Int32Array(ids.length);
    batch.forEach((row, index) => {
      // Padding repeats the row's own first token: any valid id will do, and 0 might not be one.
      ids.fill(row[0]!, index * tokens, (index + 1) * tokens);
      ids.set(row, index * tokens);
      mask.fill(1, index * tokens, index * tokens + row.length);
      for (let position = 0; position < tokens; position++) positions[index * tokens + position] = position;
    });
    const past = Object.fromEntries(
      this.signature.cache.map((entry) => [
        entry.past.name,
        zeroTensor(entry.past.type, emptyCacheDims(entry, batch.length)),
      ]),
    );
    return this.#feeds([batch.length, tokens], ids, mask, positions, 0, past);
  }

  /** Feeds a whole prompt. Returns the logits after its last token, and the cache to go on from. */
  async prefill(ids: TokenIds): Promise<{ logits: Float32Array; cache: Cache }> {
    const { rows, cache } = await this.prefillBatch([ids]);
    return { logits: rows[0]!, cache: { length: cache.length, tensors: cache.tensors, ids } };
  }

  /** Feeds one more token of the sequence that `cache` holds. */
  async step(cache: Cache, id: number): Promise<{ logits: Float32Array; cache: Cache }> {
    const { length, tensors } = cache;
    const next = await this.stepBatch({ length, tensors, sequences: [cache.ids] }, [id]);
    const [ids] = next.cache.sequences;
    return { logits: next.rows[0]!, cache: { length: length + 1, tensors: next.cache.tensors, ids: ids! } };
  }

  /** Feeds prompts of equal length; RangeError for others, whose padding would stand between prompt and next token. */
  async prefillBatch(batch: readonly TokenIds[]): Promise<BatchStep> {
    const length = batch[0]!.length;
    if (batch.some((ids) => ids.length !== length)) {
      throw new RangeError(`prompts of one length are needed, got ${batch.map((ids) => ids.length).join(", ")} tokens`);
    }
    const feeds = this.#withLogitsToKeep(this.batchFeeds(batch), 1);
    const outputs = await runSession(this.#session, feeds, this.#stepOutputs());
    return this.#batchStep(outputs, length, batch);
  }

  /** Feeds one more token to each sequence that `cache` holds. */
  async stepBatch(cache: BatchCache, ids: TokenIds): Promise<BatchStep> {
    const sequences = cache.sequences.map((sequence, index) => [...sequence, ids[index]!]);
    if (!this.#usesCache) return this.prefillBatch(sequences);
    const rows = ids.length;
    const length = cache.length + 1;
    const feeds = this.#feeds(
      [rows, 1],
      ids,
      new Uint8Array(rows * length).fill(1),
      new Int32Array(rows).fill(cache.length),
      cache.length,
      cache.tensors,
    );
    return this.#batchStep(await runSession(this.#session, feeds, this.#stepOutputs()), length, sequences);
  }

  #feeds(
    shape: readonly [number, number],
    ids: ArrayLike<number>,
    mask: ArrayLike<number>,
    positions: ArrayLike<number>,
    pastLength: number,
    past: Readonly<Record<string, Tensor>>,
  ): Feeds {
    const { attentionMask } = this.signature;
    const [batch] = shape;
    return {
      ...past,
      ...tokenFeeds(this.signature, { dims: shape, ids, positions, pastLength }),
      ...(attentionMask && {
        [attentionMask.name]: numberTensor(attentionMask.type, mask, [batch, mask.length / batch]),
      }),
    };
  }

  #withLogitsToKeep(feeds: Feeds, count: number): Feeds {
    const input = this.signature.logitsToKeep;
    if (input) feeds[input.name] = numberTensor(input.type, [count], input.dims.length === 1 ? [1] : []);
    return feeds;
  }

  #stepOutputs(): string[] {
    return [this.signature.logits.name, ...this.#present];
  }

  #batchStep(outputs: Readonly<Record<string, Tensor>>, length: number, sequences: readonly TokenIds[]): BatchStep {
    const logits = new Logits(outputs[this.signature.logits.name]!);
    const rows = sequences.map((_, index) => logits.row(index, logits.positions - 1));
    const tensors = Object.fromEntries(
      this.signature.cache.map((entry: CacheEntry) => [entry.past.name, outputs[entry.present]!]),
    );
    return { rows, cache: { length, tensors, sequences } };
  }
}
