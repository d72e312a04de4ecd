/**
 * One decoder in one session: forward passes over right-padded batches, and token by token with its cache. What to feed
 * comes from the signature that was read from the graph; nothing here knows an architecture.
 */
import {
  emptyCacheDims,
  type CacheEntry,
  type DecoderSignature,
  type TensorInfo,
} from "#core/models/decoder-signature.ts";
import { Logits } from "./logits.ts";
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
    const outputs = await this.#session.run(this.batchFeeds(batch), [name]);
    return new Logits(outputs[name]!);
  }

  /** Runs `feeds` as a user of the model does, logits fetched. For the timed loop: nothing else happens here. */
  async run(feeds: Feeds): Promise<void> {
    await this.#session.run(feeds, [this.signature.logits.name]);
  }

  /** Runs `feeds` and fetches the smallest output only: the time is the computation's, with no copy of the logits. */
  async compute(feeds: Feeds): Promise<void> {
    await this.#session.run(feeds, [this.#smallest]);
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

  /** Feeds a whole prompt. Returns the logits behind its last token, and the cache to go on from. */
  async prefill(ids: TokenIds): Promise<{ logits: Float32Array; cache: Cache }> {
    const outputs = await this.#session.run(this.#withLogitsToKeep(this.batchFeeds([ids]), 1), this.#stepOutputs());
    return { logits: this.#lastRow(outputs), cache: this.#nextCache(outputs, ids) };
  }

  /** Feeds one more token of the sequence that `cache` holds. */
  async step(cache: Cache, id: number): Promise<{ logits: Float32Array; cache: Cache }> {
    if (!this.#usesCache) return this.prefill([...cache.ids, id]);
    const length = cache.length + 1;
    const feeds = this.#feeds(
      [1, 1],
      [id],
      new Uint8Array(length).fill(1),
      [cache.length],
      cache.length,
      cache.tensors,
    );
    const outputs = await this.#session.run(feeds, this.#stepOutputs());
    return { logits: this.#lastRow(outputs), cache: this.#nextCache(outputs, [...cache.ids, id]) };
  }

  #feeds(
    shape: readonly [number, number],
    ids: ArrayLike<number>,
    mask: ArrayLike<number>,
    positions: ArrayLike<number>,
    pastLength: number,
    past: Readonly<Record<string, Tensor>>,
  ): Feeds {
    const [batch, tokens] = shape;
    const { signature } = this;
    const feeds: Feeds = { ...past };
    const put = (input: TensorInfo | null, values: ArrayLike<number>, dims: readonly number[]): void => {
      if (input) feeds[input.name] = numberTensor(input.type, values, dims);
    };
    put(signature.inputIds, ids, shape);
    put(signature.attentionMask, mask, [batch, mask.length / batch]);
    put(signature.positionIds, positions, shape);
    put(signature.tokenTypeIds, new Uint8Array(batch * tokens), shape);
    put(
      signature.cachePosition,
      Array.from({ length: tokens }, (_, index) => pastLength + index),
      [tokens],
    );
    put(signature.useCacheBranch, [pastLength > 0 ? 1 : 0], [1]);
    put(signature.logitsToKeep, [0], signature.logitsToKeep?.dims.length === 1 ? [1] : []);
    return feeds;
  }

  #withLogitsToKeep(feeds: Feeds, count: number): Feeds {
    const input = this.signature.logitsToKeep;
    if (input) feeds[input.name] = numberTensor(input.type, [count], input.dims.length === 1 ? [1] : []);
    return feeds;
  }

  #stepOutputs(): string[] {
    return [this.signature.logits.name, ...this.#present];
  }

  #lastRow(outputs: Readonly<Record<string, Tensor>>): Float32Array {
    const logits = new Logits(outputs[this.signature.logits.name]!);
    return logits.row(0, logits.positions - 1);
  }

  #nextCache(outputs: Readonly<Record<string, Tensor>>, ids: TokenIds): Cache {
    const tensors = Object.fromEntries(
      this.signature.cache.map((entry: CacheEntry) => [entry.past.name, outputs[entry.present]!]),
    );
    return { length: ids.length, tensors, ids };
  }
}
