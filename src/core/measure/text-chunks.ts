import { LabError } from "#shared/errors.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import type { TextJob } from "#core/runs/protocol.ts";

/** What a token stands for at first guess; where it stands for less, more text is taken. */
const CHARACTERS_PER_TOKEN = 8;
/** Tokens of a cut text that might be others if it went on. */
const LOOSE_TOKENS = 64;

/** Tokens of a chunk: the spec's, or what the model takes at most. */
export function chunkTokensOf({ chunkTokens }: TextJob, positionLimit: number | null): number {
  return Math.min(chunkTokens, positionLimit ?? chunkTokens);
}

/**
 * The text's tokens in pieces of equal length, from its beginning; what is left over at the end is not used. Special tokens
 * that the tokenizer puts in front of a text take the place of each chunk's first ids, so that every chunk begins as a text does.
 * @throws LabError QUESTIONS_INVALID when there are fewer tokens than one chunk takes
 */
export function cutIntoChunks({ text, chunks }: TextJob, chunkTokens: number, tokenizer: Tokenizer): TokenIds[] {
  const before = tokenizer.beforeIds;
  const ids = firstTokens(text, chunks * chunkTokens, before.length, tokenizer);
  const whole = Math.min(chunks, Math.floor(ids.length / chunkTokens));
  if (whole === 0) {
    throw new LabError(
      "QUESTIONS_INVALID",
      `The text has ${ids.length} tokens, fewer than one chunk of ${chunkTokens}. Name a longer text in passes.tokens.texts, or set chunkTokens lower.`,
      { tokens: ids.length, chunkTokens },
    );
  }
  return Array.from({ length: whole }, (_, chunk) => {
    const piece = ids.slice(chunk * chunkTokens, (chunk + 1) * chunkTokens);
    return [...before, ...piece.slice(before.length)];
  });
}

/** At least `count` tokens of the text where it has them, special ones left out. No more of a long text is read than needed. */
function firstTokens(text: string, count: number, before: number, tokenizer: Tokenizer): TokenIds {
  for (let characters = count * CHARACTERS_PER_TOKEN; ; characters *= 2) {
    const all = tokenizer.encode(text.slice(0, characters));
    const ids = all.slice(before, all.length - tokenizer.afterIds.length);
    if (characters >= text.length || ids.length >= count + LOOSE_TOKENS) return ids;
  }
}
