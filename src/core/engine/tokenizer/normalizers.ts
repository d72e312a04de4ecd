import type { Normalizer } from "@huggingface/tokenizers";
import { byteCharacters } from "./byte-characters.ts";
import { readCharsmap } from "./charsmap.ts";
import type { ComponentConfig } from "#core/engine/tokenizer/component-config.ts";
import { fixAnchors, replaceMatches } from "./split.ts";

export function fixNormalizer(component: Normalizer, config: ComponentConfig): void {
  switch (config.type) {
    case "Precompiled":
      fixPrecompiled(component, config);
      break;
    case "Lowercase":
      component.normalize = lowercase;
      break;
    case "BertNormalizer":
      fixBert(component, config);
      break;
    case "Replace":
      fixReplace(component, config);
      break;
    // The library knows neither of these (fixes.ts has the stand-ins).
    case "Nmt":
      component.normalize = normalizeNmt;
      break;
    case "ByteLevel":
      component.normalize = byteCharacters;
      break;
  }
}

/** Reference: looks each grapheme up in the map that the file holds. Library: NFKC and a list of its own. */
function fixPrecompiled(component: Normalizer, config: ComponentConfig): void {
  const charsmap = config.precompiled_charsmap;
  if (typeof charsmap === "string" && charsmap !== "") component.normalize = readCharsmap(charsmap);
}

/** Reference: each character by itself, so that a sigma at a word's end is σ. Library: the text, which makes it ς. */
function lowercase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join("");
}

/** The ideographs that BERT sets apart, those beyond U+FFFF included. */
const IDEOGRAPHS =
  /[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Reference: sets spaces around all ideographs; lowercase as above. Library: misses the ideographs beyond U+FFFF. */
function fixBert(component: Normalizer, config: ComponentConfig): void {
  const bert = component as Normalizer & { tokenize_chinese_chars(text: string): string };
  bert.tokenize_chinese_chars = (text) => text.replaceAll(IDEOGRAPHS, " $& ");
  const normalize = component.normalize.bind(component);
  if (config.lowercase === true) component.normalize = (text) => normalize(lowercase(text));
}

/** Reference: the content as it is written. Library: JavaScript's "$1" and "$&" in it are filled in. */
function fixReplace(component: Normalizer, config: ComponentConfig): void {
  const { pattern } = component as Normalizer & { pattern: RegExp | null };
  const content = config.content as string;
  if (!pattern) return;
  const fixed = fixAnchors(pattern);
  component.normalize = (text) => replaceMatches(text, fixed, content);
}

/** Control characters go, and what else stands for a space becomes one. */
function normalizeNmt(text: string): string {
  return text

    .replaceAll(/[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g, "")
    .replaceAll(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, " ");
}
