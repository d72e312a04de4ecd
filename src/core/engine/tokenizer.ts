import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { readJson } from "#core/models/json-file.ts";
import { tokenText } from "./special-tokens.ts";
import { fixTokenizer, libraryJson } from "./tokenizer/fixes.ts";

/** Text to token ids and back, by the model's own tokenizer.json. */
export interface Tokenizer {
  /** Token ids of a text with the special tokens that the tokenizer's post-processor puts around it, no others. */
  encode(text: string): number[];
  /** Token ids of a text that already holds its special tokens (a rendered chat template). */
  encodeRendered(text: string): number[];
  /** Text of token ids; special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** The special tokens that `encode` adds. */
  readonly specialTokens: { readonly before: string[]; readonly after: string[] };
  readonly beforeIds: readonly number[];
  readonly afterIds: readonly number[];
  /** The token that begins a text (`bos_token`): a chat template may write it itself. Null where the model has none. */
  readonly bosId: number | null;
  /** Highest token id + 1: logits beyond it are padding. */
  readonly vocabularySize: number;
  /** Id of a token by its text, for config files that name tokens; undefined when there is none. */
  tokenId(token: string): number | undefined;
}

/**
 * Loads `tokenizer.json` (with `tokenizer_config.json` when there).
 * @throws LabError TOKENIZER_INVALID naming the file and the remedy
 */
export function loadTokenizer(dir: string): Tokenizer {
  const file = join(dir, "tokenizer.json");
  const json = readJson(file, "TOKENIZER_INVALID");
  if (!json) {
    const remedy = existsSync(join(dir, "tokenizer.model"))
      ? "The folder has a SentencePiece tokenizer.model only: load it with transformers' AutoTokenizer and save it, which writes tokenizer.json."
      : "Copy tokenizer.json from the model's source.";
    throw new LabError("TOKENIZER_INVALID", `${file} is missing. ${remedy}`, { file });
  }
  const config = readJson(join(dir, "tokenizer_config.json"), "TOKENIZER_INVALID") ?? {};
  let tokenizer: HuggingFaceTokenizer;
  let vocabularySize = 0;
  try {
    tokenizer = new HuggingFaceTokenizer(libraryJson(json), usedConfig(config));
    fixTokenizer(tokenizer, json);
    for (const id of tokenizer.get_vocab().values()) vocabularySize = Math.max(vocabularySize, id + 1);
    tokenizer.encode("a");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError(
      "TOKENIZER_INVALID",
      `${file} cannot be used: ${why}. Download it again; if that is no help, it uses a part that this version does not know.`,
      { file },
      { cause: error },
    );
  }
  const encode = (text: string, add_special_tokens: boolean): number[] =>
    tokenizer.encode(text, { add_special_tokens }).ids;
  const added = addedTokens(encode("a", true), encode("a", false));
  const names = (ids: readonly number[]): string[] => ids.map((id) => tokenizer.id_to_token(id) ?? String(id));
  return {
    encode: (text) => encode(text, true),
    encodeRendered: (text) => encode(text, false),
    decode: (ids) => {
      const known = ids.filter((id) => tokenizer.id_to_token(id) !== undefined);
      return known.length > 0 ? tokenizer.decode(known, { skip_special_tokens: true }) : "";
    },
    specialTokens: { before: names(added.before), after: names(added.after) },
    beforeIds: added.before,
    afterIds: added.after,
    bosId: tokenizer.token_to_id(tokenText(config.bos_token)) ?? null,
    vocabularySize,
    tokenId: (token) => tokenizer.token_to_id(token),
  };
}

/**
 * What of tokenizer_config.json is meant for a tokenizer.json: `remove_space` and `do_lowercase_and_remove_accent`
 * steer Python's slow tokenizers only, and text is tidied after decoding where the file says so, not by default.
 */
function usedConfig(config: Record<string, unknown>): Record<string, unknown> {
  return {
    ...config,
    remove_space: false,
    do_lowercase_and_remove_accent: false,
    clean_up_tokenization_spaces: config.clean_up_tokenization_spaces ?? false,
  };
}

/** What stands before and after `plain` inside `full`. */
function addedTokens(full: readonly number[], plain: readonly number[]): { before: number[]; after: number[] } {
  for (let start = 0; start + plain.length <= full.length; start++) {
    if (plain.every((id, index) => full[start + index] === id)) {
      return { before: full.slice(0, start), after: full.slice(start + plain.length) };
    }
  }
  return { before: [], after: [] };
}
