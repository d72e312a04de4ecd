import type { GraphChoice } from "#shared/spec.ts";
import type { SteppingMethod } from "#shared/results.ts";
import type { TokenIds } from "../decoder.ts";

/** A model that is fed prompts and then one token after the other, its cache inside. */
export interface Stepper {
  readonly method: SteppingMethod;
  readonly graph: GraphChoice;
  /** How far the fast way is from the plain one on a few tokens, and why faster ways were not taken, in words. */
  readonly proof: { readonly maxLogprobDifference: number | null; readonly refused: readonly string[] };
  /** Tokens a sequence that the cache holds. */
  readonly length: number;
  /**
   * Empties the cache and feeds prompts of equal length, no padding. Returns the logits after the last token of each;
   * they are valid until the next call only, which may write over them.
   */
  prefill(batch: readonly TokenIds[]): Promise<readonly Float32Array[]>;
  /** Feeds one more token to each sequence. */
  step(ids: TokenIds): Promise<readonly Float32Array[]>;
  /** Forgets the tokens after the first `length`, so that several continuations can go on from one prompt. */
  rewind(length: number): void;
}
