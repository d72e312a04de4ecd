import type { Random } from "#shared/random.ts";
import type { Cache, Decoder, TokenIds } from "./decoder.ts";
import { sample, type SamplingOptions } from "./sampling.ts";

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  readonly endIds: ReadonlySet<number>;
  readonly random: Random;
  readonly vocabularySize: number;
}

export interface GeneratedTokens {
  /** Ids without the one that ended the text. */
  readonly ids: number[];
  /** When each id was chosen, in ms from the start of the prompt's forward pass. */
  readonly tokenMs: number[];
  /** Ms until the end was known: the last token, or the end token that is not part of the text. */
  readonly elapsedMs: number;
  /** Whether the logits held a NaN or infinity: the text ends there. */
  readonly broken: boolean;
}

/**
 * Goes on from a prompt one token at a time, at batch 1, until an end token or the limit.
 * @param first the prompt's own forward pass, and how long it took: it may have served other measurements too
 */
export async function generate(
  decoder: Decoder,
  first: { logits: Float32Array; cache: Cache; elapsedMs: number },
  options: GenerateOptions,
): Promise<GeneratedTokens> {
  const ids: number[] = [];
  const tokenMs: number[] = [];
  let { logits, cache } = first;
  let elapsedMs = first.elapsedMs;
  for (;;) {
    const start = performance.now();
    const id = sample(logits, options, options.random, options.vocabularySize);
    elapsedMs += performance.now() - start;
    if (id === null) return { ids, tokenMs, elapsedMs, broken: true };
    if (options.endIds.has(id)) return { ids, tokenMs, elapsedMs, broken: false };
    ids.push(id);
    tokenMs.push(elapsedMs);
    if (ids.length === options.maxNewTokens) return { ids, tokenMs, elapsedMs, broken: false };
    const stepStart = performance.now();
    ({ logits, cache } = await decoder.step(cache, id));
    elapsedMs += performance.now() - stepStart;
  }
}

/** Feeds a prompt and takes the time. */
export async function timedPrefill(
  decoder: Decoder,
  ids: TokenIds,
): Promise<{ logits: Float32Array; cache: Cache; elapsedMs: number }> {
  const start = performance.now();
  const { logits, cache } = await decoder.prefill(ids);
  return { logits, cache, elapsedMs: performance.now() - start };
}
