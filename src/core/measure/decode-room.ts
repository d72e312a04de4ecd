import { mebibytes } from "#shared/format-numbers.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import {
  logitsBytes,
  type MeasuredPeak,
  MEMORY_SHARE,
  ONE_SEQUENCE,
  predictPeak,
  tooManyLogits,
} from "./forward-memory-check.ts";

/** What decoding at one batch size and depth would need, and what there is. */
export interface DecodeRoomQuestion {
  readonly signature: DecoderSignature;
  readonly way: "user" | "compute";
  readonly batchSize: number;
  /** Tokens a sequence that are fed at once. */
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly vocabularySize: number;
  /** Most tokens of a sequence that the model takes; null where its config does not say. */
  readonly positionLimit: number | null;
  /** Peak memory above the idle process of what was measured before, by tokens of all sequences. */
  readonly measured: readonly MeasuredPeak[];
  /** What the process holds above the idle one. */
  readonly heldBytes: number;
  readonly availableBytes: number;
  /** The spec's limit of memory above the idle process. */
  readonly limitBytes: number;
}

/** Fed, made by the run, and copied out of it: all three live at once. In place there is one. */
const CACHE_COPIES = { user: 3, compute: 1 };

/** Why decoding cannot be measured so deep; null when it can, as far as is known before it is tried. */
export function tooDeep(question: DecodeRoomQuestion): string | null {
  const { signature, way, batchSize, promptTokens, newTokens, positionLimit } = question;
  const tokens = promptTokens + newTokens;
  if (positionLimit !== null && tokens > positionLimit) {
    return `not run: ${promptTokens} tokens and ${newTokens} new ones are more than the ${positionLimit} positions of the model`;
  }
  if (batchSize > 1 && signature.batch === 1) return ONE_SEQUENCE;
  // The user gets the logits of the whole prompt, unless the graph lets him ask for the last only.
  const rows = way === "user" && signature.logitsToKeep === null && !signature.lastOnly ? promptTokens : 1;
  const values = batchSize * rows * (signature.vocabularySize ?? question.vocabularySize);
  const uncountable = tooManyLogits(values);
  if (uncountable !== null) return uncountable;
  const cache = batchSize * tokens * cacheBytesPerToken(signature) * CACHE_COPIES[way];
  const needed = question.heldBytes + logitsBytes(values) + cache;
  // What is computed in between is not known from the graph, but from shallower depths.
  const predicted = predictPeak(batchSize * tokens, question.measured)?.bytes ?? 0;
  const allowed = Math.min(question.heldBytes + question.availableBytes * MEMORY_SHARE, question.limitBytes);
  if (Math.max(needed, predicted) <= allowed) return null;
  return `not run: it would need about ${mebibytes(Math.max(needed, predicted))} MiB, ${mebibytes(allowed)} MiB may be used`;
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = Object.freeze({ float32: 4, float16: 2, bfloat16: 2, int8: 1 });

/** Bytes of cache that one token of one sequence takes, by the graph's shapes; states of fixed size take none. */
export function cacheBytesPerToken({ cache }: DecoderSignature): number {
  return cache.reduce((sum, { past, sequenceAxis, batchAxis, rowsPerSequence }) => {
    if (sequenceAxis === null) return sum;
    const fixed = past.dims.reduce<number>(
      (product, dim, axis) =>
        axis === sequenceAxis || axis === batchAxis || typeof dim === "string" ? product : product * dim,
      rowsPerSequence,
    );
    return sum + fixed * (ELEMENT_BYTES[past.type] ?? 4);
  }, 0);
}
