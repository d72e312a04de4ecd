import type { Tokenizer } from "@huggingface/tokenizers";

/** The library's own fields, which its types keep to themselves. */
interface TokenizerFields {
  readonly added_tokens: readonly AddedToken[];
  readonly added_tokens_map: Map<string, AddedToken>;
  readonly splitter_unnormalized: Splitter;
  readonly model: ((pieces: readonly string[]) => string[]) & { readonly vocab: string[] };
  readonly normalizer: ((text: string) => string) | null;
  readonly pre_tokenizer: ((text: string, options: { readonly section_index: number }) => string[]) | null;
  encode_text(text: string | null): string[] | null;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

interface Splitter {
  readonly constructor: new (words: readonly string[]) => Splitter;
  /** The text cut at the words, leftmost and longest first, words and the rest in order. */
  split(text: string): string[];
}

/** Text between added tokens, or an added token. */
type Section = { readonly text: string; readonly atStart: boolean } | { readonly token: AddedToken };

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const WORD_CHARACTER = new RegExp(`^${WORD}$`, "u");
const SPACE = /\p{White_Space}/u;

/**
 * Reference: `single_word` is heeded; tokens that are not `normalized` are found first, in the text as it is, the others in
 * what is left, normalized, by what the normalizer makes of them, which is also what they are decoded to.
 * Library: `single_word` is not read, both kinds are found at once where there is no normalizer, and a normalized token's
 * form takes over the id of a token of the model that is written alike.
 */
export function fixAddedTokens(tokenizer: Tokenizer): void {
  const fields = tokenizer as unknown as TokenizerFields;
  const [plain, normalized] = [new Map<string, AddedToken>(), new Map<string, AddedToken>()];
  for (const token of fields.added_tokens) {
    if (token.content === "") continue;
    if (!token.normalized) {
      plain.set(token.content, token);
      continue;
    }
    const content = fields.normalizer ? fields.normalizer(token.content) : token.content;
    if (content !== token.content) fields.model.vocab[token.id] = content;
    if (content !== "") normalized.set(content, token);
  }
  const contents = new Set(fields.added_tokens.map(({ content }) => content));
  for (const form of fields.added_tokens_map.keys()) if (!contents.has(form)) fields.added_tokens_map.delete(form);

  const Dictionary = fields.splitter_unnormalized.constructor;
  const cutPlain = cutter(plain, new Dictionary([...plain.keys()]));
  const cutNormalized = cutter(normalized, new Dictionary([...normalized.keys()]));

  const ofText = (text: string, atStart: boolean): string[] => {
    const normal = fields.normalizer ? fields.normalizer(text) : text;
    return cutNormalized(normal, atStart).flatMap((section) => {
      if ("token" in section) return [section.token.content];
      const options = { section_index: section.atStart ? 0 : 1 };
      return fields.model(fields.pre_tokenizer ? fields.pre_tokenizer(section.text, options) : [section.text]);
    });
  };
  fields.encode_text = (text) =>
    text === null
      ? null
      : cutPlain(text, true).flatMap((section) =>
          "token" in section ? [section.token.content] : ofText(section.text, section.atStart),
        );
}

function cutter(
  tokens: ReadonlyMap<string, AddedToken>,
  splitter: Splitter,
): (text: string, atStart: boolean) => Section[] {
  return (text, atStart) => {
    const sections: Section[] = [];
    let done = 0;
    const addText = (end: number): void => {
      if (end > done) sections.push({ text: text.slice(done, end), atStart: atStart && done === 0 });
    };
    let position = 0;
    for (const piece of tokens.size === 0 ? [] : splitter.split(text)) {
      const [start, stop] = [position, position + piece.length];
      position = stop;
      const token = tokens.get(piece);
      // Spaces after a token that takes them may have been tokens themselves.
      if (!token || start < done) continue;
      if (token.single_word && isInWord(text, start, stop)) continue;
      let [textEnd, tokenEnd] = [start, stop];
      while (token.lstrip && textEnd > done && SPACE.test(text[textEnd - 1]!)) textEnd--;
      while (token.rstrip && tokenEnd < text.length && SPACE.test(text[tokenEnd]!)) tokenEnd++;
      addText(textEnd);
      sections.push({ token });
      done = tokenEnd;
    }
    addText(text.length);
    return sections;
  };
}

function isInWord(text: string, start: number, stop: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1);
  const after = text.codePointAt(stop);
  return (
    (before !== undefined && WORD_CHARACTER.test(before)) ||
    (after !== undefined && WORD_CHARACTER.test(String.fromCodePoint(after)))
  );
}
