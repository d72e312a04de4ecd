import type { Tokenizer } from "#core/engine/tokenizer.ts";

/** What must be fed and read to score a question's choices. */
export interface ChoicePlan {
  /** The prompt as it is fed for the next-token distribution and for generation. */
  readonly promptIds: number[];
  /** Per choice: the whole sequence, and where its scored tokens begin. */
  readonly sequences: readonly { readonly ids: number[]; readonly scoredFrom: number }[];
  /** Whether prompt and continuation merged at the seam, so that scoring starts inside the prompt. */
  readonly seamMerged: boolean;
}

/**
 * Tokenizes prompt and continuation together, never a letter alone (lm-evaluation-harness' rule): a choice's tokens are those
 * behind the prompt's. Where the seam merges, all choices are scored from their longest common prefix on (llama.cpp's rule).
 * Tokens that the tokenizer puts behind a text are not part of a continuation.
 */
export function planChoices(
  tokenizer: Tokenizer,
  prompt: string,
  continuations: readonly string[],
  rendered = false,
): ChoicePlan {
  const encode = (text: string): number[] => (rendered ? tokenizer.encodeRendered(text) : tokenizer.encode(text));
  const after = rendered ? 0 : tokenizer.afterIds.length;
  const open = (ids: number[]): number[] => (after > 0 ? ids.slice(0, -after) : ids);

  const promptIds = encode(prompt);
  const context = open(promptIds);
  const wholes = continuations.map((continuation) => open(encode(prompt + continuation)));
  const seamMerged = wholes.some((whole) => commonPrefix([context, whole]) < context.length);
  // Never from 0: the first token of a sequence has nothing to be predicted from.
  const scoredFrom = Math.max(1, seamMerged ? commonPrefix(wholes) : context.length);
  return { promptIds, sequences: wholes.map((ids) => ({ ids, scoredFrom })), seamMerged };
}

function commonPrefix(sequences: readonly (readonly number[])[]): number {
  const [first = [], ...rest] = sequences;
  let length = 0;
  while (length < first.length && rest.every((other) => length < other.length && other[length] === first[length]))
    length++;
  return length;
}
