import type { PreTokenizer } from "@huggingface/tokenizers";
import type { ComponentConfig } from "#core/engine/tokenizer/component-config.ts";
import { fixAnchors, type SplitBehavior, splitText } from "./split.ts";

/**
 * The reference's \s is Unicode's White_Space and its \w and digits are Unicode's; JavaScript's \s has U+FEFF more and
 * U+0085 less, and its \w and \d are ASCII.
 */
const SPACE = String.raw`\p{White_Space}`;
const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const PUNCTUATION = String.raw`\p{P}\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e`;

const WHITESPACE_WORDS = new RegExp(`[${WORD}]+|[^${WORD}${SPACE}]+`, "gu");
const NOT_SPACES = new RegExp(`[^${SPACE}]+`, "gu");
const BERT_WORDS = new RegExp(`[^${SPACE}${PUNCTUATION}]+|[${PUNCTUATION}]`, "gu");
const PUNCTUATION_MARK = new RegExp(`[${PUNCTUATION}]`, "gu");
const NUMERIC = /\p{N}/gu;
const GPT2_WORDS = new RegExp(
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^${SPACE}\p{L}\p{N}]+|${SPACE}+(?![^${SPACE}])|${SPACE}+`,
  "gu",
);

export function fixPreTokenizer(component: PreTokenizer, config: ComponentConfig): void {
  switch (config.type) {
    case "Sequence":
      fixSequence(component, config);
      break;
    case "Metaspace":
      fixMetaspace(component, config);
      break;
    case "FixedLength":
      fixFixedLength(component, config);
      break;
    // The library does not know it (fixes.ts has the stand-in).
    case "CharDelimiterSplit": {
      const delimiter = config.delimiter as string;
      component.pre_tokenize_text = (text) => text.split(delimiter).filter((piece) => piece !== "");
      break;
    }
    case "Split":
      fixSplit(component, config);
      break;
    case "Punctuation":
      fixPunctuation(component, config);
      break;
    case "Digits":
      fixDigits(component, config);
      break;
    case "ByteLevel":
      (component as PreTokenizer & { pattern: RegExp }).pattern = GPT2_WORDS;
      break;
    case "Whitespace":
      component.pre_tokenize_text = (text) => text.match(WHITESPACE_WORDS) ?? [];
      break;
    case "WhitespaceSplit":
      component.pre_tokenize_text = (text) => text.match(NOT_SPACES) ?? [];
      break;
    case "BertPreTokenizer":
      component.pre_tokenize_text = (text) => text.match(BERT_WORDS) ?? [];
      break;
  }
}

/**
 * Reference: "first" sets the mark before what begins the text only, `split` (true unless stated) cuts before every
 * mark, and `add_prefix_space: false` of older files means "never".
 * Library: "first" marks every piece that an earlier pre-tokenizer cut, nothing is split, the old key is not read.
 */
function fixMetaspace(component: PreTokenizer, config: ComponentConfig): void {
  const mark = (config.replacement as string | undefined) ?? "▁";
  const scheme = config.add_prefix_space === false ? "never" : (config.prepend_scheme ?? "always");
  const marks = new RegExp(`\\u{${mark.codePointAt(0)!.toString(16)}}`, "gu");
  component.pre_tokenize = (text, options) => {
    const section = (options as { section_index?: number } | undefined)?.section_index;
    return [text].flat().flatMap((piece, index) => {
      const prepend = scheme === "always" || (scheme === "first" && index === 0 && section === 0);
      const marked = piece.replaceAll(" ", mark);
      const whole = prepend && !marked.startsWith(mark) ? mark + marked : marked;
      return config.split === false ? [whole] : splitText(whole, marks, "MergedWithNext");
    });
  };
}

/** Those that leave out what they cut at. */
const DROPPING = new Set([
  "WhitespaceSplit",
  "Whitespace",
  "BertPreTokenizer",
  "CharDelimiterSplit",
  "Split",
  "Punctuation",
]);

/**
 * Reference: a piece begins the text where it begins at the text's first character. Library: where it is the first piece,
 * whatever an earlier pre-tokenizer dropped in front of it.
 */
function fixSequence(component: PreTokenizer, config: ComponentConfig): void {
  const members = (component as PreTokenizer & { tokenizers: readonly PreTokenizer[] }).tokenizers;
  const types = (config.pretokenizers as readonly ComponentConfig[]).map(({ type }) => String(type));
  component.pre_tokenize_text = (text, options) => {
    let section = (options as { section_index?: number } | undefined)?.section_index ?? 0;
    return members.reduce<string[]>(
      (pieces, member, index) => {
        const cut = member.pre_tokenize(pieces, { ...(options as object), section_index: section });
        const [before = ""] = pieces;
        if (DROPPING.has(types[index]!) && !before.startsWith(cut[0] ?? "")) section = 1;
        return cut;
      },
      [text],
    );
  };
}

/** Reference: counts characters. Library: counts UTF-16 units, and cuts those beyond U+FFFF in two. */
function fixFixedLength(component: PreTokenizer, { length = 5 }: ComponentConfig): void {
  const size = length as number;
  component.pre_tokenize_text = (text) => {
    const all = Array.from(text);
    const pieces = Math.ceil(all.length / size);
    return Array.from({ length: pieces }, (_, piece) => all.slice(piece * size, (piece + 1) * size).join(""));
  };
}

/** Reference: five behaviours. Library: Removed, and Isolated for all others; with `invert` always Removed. */
function fixSplit(component: PreTokenizer, config: ComponentConfig): void {
  const { pattern } = component as PreTokenizer & { pattern: RegExp | null };
  if (pattern === null) return;
  const behavior = behaviorOf(config);
  const fixed = fixAnchors(pattern);
  component.pre_tokenize_text = (text) => splitText(text, fixed, behavior, config.invert === true);
}

/** Reference: five behaviours, Isolated (each mark by itself) unless stated. Library: Contiguous always. */
function fixPunctuation(component: PreTokenizer, config: ComponentConfig): void {
  const behavior = behaviorOf(config);
  component.pre_tokenize_text = (text) => splitText(text, PUNCTUATION_MARK, behavior);
}

/** Reference: every character that Unicode calls a number ("²", "½", "٣"). Library: 0 to 9. */
function fixDigits(component: PreTokenizer, config: ComponentConfig): void {
  const behavior = config.individual_digits === true ? "Isolated" : "Contiguous";
  component.pre_tokenize_text = (text) => splitText(text, NUMERIC, behavior);
}

function behaviorOf(config: ComponentConfig): SplitBehavior {
  return (config.behavior as SplitBehavior | undefined) ?? "Isolated";
}
