import type { BatchCache, BatchStep, Decoder, TokenIds } from "../decoder.ts";
import { cutTokens } from "./cache-buffers.ts";
import { requireEqualLengths, requireRewind } from "./check-arguments.ts";
import type { Stepper } from "./stepper.ts";

/** The plain way: at each step the whole cache comes out of the session as new tensors and is fed back. Works with any decoder. */
export class PlainStepper implements Stepper {
  readonly method = "plain";
  readonly graph = "exported";
  readonly proof: Stepper["proof"];
  readonly #decoder: Decoder;
  #cache: BatchCache | null = null;
  /** After the prompt, for caches that cannot be cut because some of their tensors have no axis of tokens. */
  #prompt: BatchCache | null = null;

  constructor(decoder: Decoder, refused: readonly string[]) {
    this.#decoder = decoder;
    this.proof = { maxLogprobDifference: null, refused };
  }

  get length(): number {
    return this.#cache?.length ?? 0;
  }

  async prefill(batch: readonly TokenIds[]): Promise<readonly Float32Array[]> {
    requireEqualLengths(batch);
    this.#cache = null;
    const rows = this.#keep(await this.#decoder.prefillBatch(batch));
    this.#prompt = this.#hasStates() ? this.#cache : null;
    return rows;
  }

  async step(ids: TokenIds): Promise<readonly Float32Array[]> {
    if (!this.#cache) throw new Error("a step needs a prompt before it");
    return this.#keep(await this.#decoder.stepBatch(this.#cache, ids));
  }

  rewind(length: number): void {
    requireRewind(length, this.length);
    if (!this.#cache || length === this.length) return;
    if (length === this.#prompt?.length) {
      this.#cache = this.#prompt;
      return;
    }
    if (this.#hasStates()) {
      throw new RangeError("this model keeps states that only its prompt can be rewound to");
    }
    const { tensors, sequences } = this.#cache;
    const cut = this.#decoder.signature.cache.map(({ past, sequenceAxis }) => [
      past.name,
      cutTokens(tensors[past.name]!, sequenceAxis!, length),
    ]);
    this.#cache = {
      length,
      sequences: sequences.map((ids) => ids.slice(0, length)),
      tensors: Object.fromEntries(cut) as BatchCache["tensors"],
    };
  }

  #hasStates(): boolean {
    return this.#decoder.signature.cache.some(({ sequenceAxis }) => sequenceAxis === null);
  }

  #keep({ rows, cache }: BatchStep): BatchStep["rows"] {
    this.#cache = cache;
    return rows;
  }
}
