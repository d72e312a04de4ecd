import type { TokenIds } from "#core/engine/decoder.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";

/** What must be fed and read to score a question's choices. */
export interface ChoicePlan {
  /** The prompt as it is fed for the next-token distribution and for generation. */
  readonly promptIds: TokenIds;
  /** Prompt and choice together, one sequence a choice; all are the same in front of `scoredFrom`. */
  readonly sequences: readonly TokenIds[];
  /** Where a choice's own tokens begin; a sequence that ends there has none, and its choice no score. */
  readonly scoredFrom: number;
  /** Prompt and continuation merged at the seam, so that scoring starts where all choices still agree. */
  readonly sharedSeam: boolean;
  /** Tokens left out of the prompt's left, after those that begin a text, because the model takes no more. */
  readonly cutTokens: number;
}

export interface ChoicesToPlan {
  readonly prompt: string;
  readonly continuations: readonly string[];
  /** The prompt comes from a chat template and holds its special tokens already. */
  readonly rendered?: boolean;
  /** Most tokens of a sequence; null for no limit. */
  readonly positionLimit?: number | null;
  /** Tokens that will be fed after the prompt to generate an answer. */
  readonly newTokens?: number;
}

/**
 * Tokenizes prompt and continuation together, never a letter alone (lm-evaluation-harness' rule): white space at the prompt's
 * end belongs to the continuation, and a choice's tokens are those after the prompt's. Where the seam merges, all choices are
 * scored from the end of their longest common prefix on (llama.cpp's rule), which leaves each one token at least. Tokens that
 * the tokenizer puts after a text are not part of a continuation.
 */
export function planChoices(tokenizer: Tokenizer, asked: ChoicesToPlan): ChoicePlan {
  const { prompt, continuations, rendered = false } = asked;
  const encode = (text: string): number[] => (rendered ? tokenizer.encodeRendered(text) : tokenizer.encode(text));
  const after = rendered ? 0 : tokenizer.afterIds.length;
  const open = (ids: number[]): number[] => (after > 0 ? ids.slice(0, -after) : ids);

  const promptIds = encode(prompt);
  const context = open(encode(prompt.trimEnd()));
  const wholes = continuations.map((continuation) => open(encode(prompt + continuation)));
  const sharedSeam = commonPrefix([context, ...wholes]) < context.length;
  const shortest = Math.min(...wholes.map((ids) => ids.length));
  const seam = sharedSeam ? Math.min(commonPrefix(wholes), shortest - 1) : context.length;
  // Never from 0: the first token of a sequence has nothing to be predicted from.
  const scoredFrom = Math.max(1, seam);

  const beginning = beginningOf(promptIds, tokenizer);
  const most = Math.max(0, Math.min(scoredFrom, promptIds.length) - Math.max(1, beginning));
  const cutTokens = Math.min(excess(promptIds, wholes, asked), most);
  const cut = (ids: TokenIds, end?: number): TokenIds => [
    ...ids.slice(0, beginning),
    ...ids.slice(beginning + cutTokens, end),
  ];
  const longest = 1 + (asked.positionLimit ?? Infinity);
  return {
    promptIds: cut(promptIds),
    // A choice that is too long without any prompt loses its tokens, and with them its score.
    sequences: wholes.map((ids) => cut(ids, ids.length - cutTokens > longest ? scoredFrom : undefined)),
    scoredFrom: scoredFrom - cutTokens,
    sharedSeam,
    cutTokens,
  };
}

/**
 * How many tokens mark the beginning of a text: what the tokenizer puts in front, or what a chat template wrote there. Models
 * were trained with them in front of everything, and many answer at random without.
 */
function beginningOf(ids: TokenIds, { beforeIds, bosId }: Tokenizer): number {
  if (beforeIds.length > 0 && beforeIds.every((id, index) => ids[index] === id)) return beforeIds.length;
  return bosId !== null && ids[0] === bosId ? 1 : 0;
}

/**
 * How many tokens too long the longest thing to be fed is. The last token of a choice is never fed. One cut for the whole
 * question, so that all choices stand after the same prompt; an answer to be generated gets at most half the room.
 */
function excess(promptIds: TokenIds, wholes: readonly TokenIds[], asked: ChoicesToPlan): number {
  const { positionLimit, newTokens = 0 } = asked;
  if (positionLimit === null || positionLimit === undefined) return 0;
  const longestChoice = Math.max(...wholes.map((ids) => ids.length - 1));
  const generating = promptIds.length + Math.min(Math.max(0, newTokens - 1), Math.floor(positionLimit / 2));
  return Math.max(0, longestChoice - positionLimit, generating - positionLimit);
}

function commonPrefix(sequences: readonly TokenIds[]): number {
  const [first = [], ...rest] = sequences;
  let length = 0;
  while (length < first.length && rest.every((other) => length < other.length && other[length] === first[length]))
    length++;
  return length;
}
