/**
 * The fast ways: the cache stays in buffers of ours that are larger than it, and a step takes only what is new out of the
 * session ("slim"), or nothing at all, since the attention operator writes into the buffers itself ("in-place").
 */
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { TokenIds } from "../decoder.ts";
import { tokenFeeds } from "../feeds.ts";
import { Logits } from "../logits.ts";
import { type Feeds, type InferenceSession, type Tensor } from "../ort.ts";
import { runSession } from "../run-session.ts";
import { maskTensor, numberTensor, zeroTensor } from "../tensors.ts";
import { CACHE_GROWTH_TOKENS, CacheBuffers } from "./cache-buffers.ts";
import { requireEqualLengths, requireRewind } from "./check-arguments.ts";
import type { StepGraph } from "./step-graph.ts";
import { runBound } from "./stop-output.ts";
import type { Stepper } from "./stepper.ts";

interface BufferedParts {
  readonly session: InferenceSession;
  readonly signature: DecoderSignature;
  readonly stepGraph: StepGraph;
  readonly graph: Stepper["graph"];
  /** Width of the logits, for the buffer that they are written into. */
  readonly vocabulary: number;
  /** Tokens by which the buffers grow; 1 keeps no free slots, which is the plain way's cache exactly. */
  readonly growth?: number;
}

export class BufferedStepper implements Stepper {
  readonly method: "in-place" | "slim";
  readonly graph: Stepper["graph"];
  proof: Stepper["proof"] = { maxLogprobDifference: null, refused: [] };
  readonly #parts: BufferedParts;
  #buffers: CacheBuffers | null = null;
  #rows = 0;
  #length = 0;
  #logits: Tensor | null = null;

  constructor(parts: BufferedParts) {
    this.#parts = parts;
    this.method = parts.stepGraph.method;
    this.graph = parts.graph;
  }

  get length(): number {
    return this.#length;
  }

  async prefill(batch: readonly TokenIds[]): Promise<readonly Float32Array[]> {
    requireEqualLengths(batch);
    const { signature, growth = CACHE_GROWTH_TOKENS } = this.#parts;
    // New arrays: those of a longer prompt would make every step of this one as slow as that one's.
    this.#buffers = new CacheBuffers(signature.cache, batch.length, growth);
    this.#rows = batch.length;
    this.#length = 0;
    return this.#run(batch.flat());
  }

  async step(ids: TokenIds): Promise<readonly Float32Array[]> {
    if (ids.length !== this.#rows) throw new RangeError(`${this.#rows} ids are needed, one a row, got ${ids.length}`);
    return this.#run(ids);
  }

  rewind(length: number): void {
    requireRewind(length, this.#length);
    this.#length = length;
  }

  async #run(ids: TokenIds): Promise<readonly Float32Array[]> {
    const { session, signature, stepGraph } = this.#parts;
    const buffers = this.#buffers!;
    const tokens = ids.length / this.#rows;
    let logits: Tensor;
    if (stepGraph.method === "in-place") {
      buffers.makeRoom(this.#length + tokens, this.#length);
      logits = this.#logitsBuffer(stepGraph.lastOnly || signature.lastOnly ? 1 : tokens);
      const presents = signature.cache.map(({ present }, index) => [present, buffers.tensors[index]!] as const);
      const bound = { [signature.logits.name]: logits, ...Object.fromEntries(presents) };
      await runBound(session, this.#feeds(ids, tokens), bound);
    } else {
      const outputs = await runSession(session, this.#feeds(ids, tokens), [signature.logits.name, ...stepGraph.news]);
      logits = outputs[signature.logits.name]!;
      buffers.append(
        stepGraph.news.map((name) => outputs[name]!),
        this.#length,
        tokens,
      );
    }
    this.#length += tokens;
    const rows = new Logits(logits);
    return Array.from({ length: this.#rows }, (_, row) => rows.row(row, rows.positions - 1));
  }

  #feeds(ids: TokenIds, tokens: number): Feeds {
    const { signature, stepGraph } = this.#parts;
    const buffers = this.#buffers!;
    const length = this.#length;
    const feeds = tokenFeeds(signature, {
      dims: [this.#rows, tokens],
      ids,
      positions: ids.map((_, index) => length + (index % tokens)),
      pastLength: length,
    });
    const { attentionMask, logitsToKeep } = signature;
    if (logitsToKeep) {
      feeds[logitsToKeep.name] = numberTensor(logitsToKeep.type, [1], logitsToKeep.dims.length === 1 ? [1] : []);
    }
    if (attentionMask) {
      const { capacity } = buffers;
      feeds[attentionMask.name] = stepGraph.masked
        ? maskTensor(attentionMask.type, this.#rows, capacity + tokens, [length, capacity])
        : maskTensor(attentionMask.type, this.#rows, length + tokens);
    }
    signature.cache.forEach(({ past }, index) => {
      feeds[past.name] = buffers.tensors[index]!;
    });
    return feeds;
  }

  /** [rows, positions, vocabulary], kept as long as it has that shape. */
  #logitsBuffer(positions: number): Tensor {
    const dims = [this.#rows, positions, this.#parts.vocabulary];
    if (this.#logits?.dims.join() !== dims.join()) {
      this.#logits = zeroTensor(this.#parts.signature.logits.type, dims);
    }
    return this.#logits;
  }
}
