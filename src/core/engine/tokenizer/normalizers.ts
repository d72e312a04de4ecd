import type { Normalizer } from "@huggingface/tokenizers";
import { readCharsmap } from "./charsmap.ts";
import type { ComponentConfig } from "./fixes.ts";

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
