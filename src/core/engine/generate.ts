import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { probabilityMargin } from "#shared/metrics/margin.ts";
import { topK } from "#shared/metrics/top-k.ts";
import type { Random } from "#shared/random.ts";
import { sample, type SamplingOptions } from "./sampling.ts";

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  readonly endIds: ReadonlySet<number>;
  readonly random: Random;
  readonly vocabularySize: number;
  /** Whether to say how sure each choice was; not part of the times. */
  readonly margins?: boolean;
}

interface GeneratedTokens {
  /** Ids without the one that ended the text. */
  readonly ids: number[];
  /** When each id was chosen, in ms from the start of the prompt's forward pass. */
  readonly tokenMs: number[];
  /** Of each id, where they were asked for: probability of the most likely token less that of the second. */
  readonly margins: (number | null)[];
  /** Ms until the end was known: the last token, or the end token that is not part of the text. */
  readonly elapsedMs: number;
  /** Whether the logits held a NaN or infinity: the text ends there. */
  readonly broken: boolean;
}

/** Feeds the token that was chosen. Returns the logits after it, which are valid until the next call. */
type NextLogits = (id: number) => Promise<Float32Array>;

/**
 * Goes on from a prompt one token at a time, at batch 1, until an end token or the limit.
 * @param first the prompt's own forward pass, and how long it took: it may have served other measurements too
 */
export async function generateFrom(
  next: NextLogits,
  first: { readonly logits: Float32Array; readonly elapsedMs: number },
  options: GenerateOptions,
): Promise<GeneratedTokens> {
  const ids: number[] = [];
  const tokenMs: number[] = [];
  const margins: (number | null)[] = [];
  let { logits, elapsedMs } = first;
  for (;;) {
    const start = performance.now();
    const id = sample(logits, options, options.random, options.vocabularySize);
    elapsedMs += performance.now() - start;
    const broken = id === null;
    if (broken || options.endIds.has(id)) return { ids, tokenMs, margins, elapsedMs, broken };
    ids.push(id);
    tokenMs.push(elapsedMs);
    if (options.margins) margins.push(marginOf(logits, options.vocabularySize));
    if (ids.length === options.maxNewTokens) return { ids, tokenMs, margins, elapsedMs, broken };
    const stepStart = performance.now();
    logits = await next(id);
    elapsedMs += performance.now() - stepStart;
  }
}

/** Probability of the most likely token less that of the second; null where there is no second. */
function marginOf(logits: Float32Array, vocabularySize: number): number | null {
  const logprobs = logSoftmaxAt(logits, topK(logits, 2, vocabularySize) ?? []);
  return logprobs && probabilityMargin(logprobs);
}
