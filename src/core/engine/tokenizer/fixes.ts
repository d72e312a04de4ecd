/**
 * Mends @huggingface/tokenizers 0.2.0 where it differs from the reference, Hugging Face's Rust `tokenizers`: a model
 * has been trained on what the reference gives, so a difference would be measured as if it were the model's.
 * Each fix replaces one method of one component that tokenizer.json names, and can be deleted when the library is
 * mended; test/core/engine/tokenizer-fixes.test.ts has the smallest tokenizer that shows each defect.
 */
import type { Tokenizer } from "@huggingface/tokenizers";
import { fixDecoder } from "./decoders.ts";
import { fixModel } from "./models.ts";
import { fixNormalizer } from "./normalizers.ts";
import { fixPreTokenizer } from "./pre-tokenizers.ts";

/** One component's part of tokenizer.json. */
export type ComponentConfig = Readonly<Record<string, unknown>>;

export function fixTokenizer(tokenizer: Tokenizer, json: ComponentConfig): void {
  eachPart(tokenizer.normalizer, json.normalizer, ["normalizers", "normalizers"], fixNormalizer);
  eachPart(tokenizer.pre_tokenizer, json.pre_tokenizer, ["tokenizers", "pretokenizers"], fixPreTokenizer);
  eachPart(tokenizer.decoder, json.decoder, ["decoders", "decoders"], fixDecoder);
  eachPart(tokenizer.model, json.model, null, fixModel);
}

/** Calls `fix` with the component and its config; for a Sequence, with each of its members instead. */
function eachPart<T>(
  component: T | null,
  config: unknown,
  members: readonly [ofComponent: string, ofConfig: string] | null,
  fix: (component: T, config: ComponentConfig) => void,
): void {
  if (component === null || typeof config !== "object" || config === null) return;
  const parts = config as ComponentConfig;
  if (members === null || parts.type !== "Sequence") {
    fix(component, parts);
    return;
  }
  const list = (component as Record<string, unknown>)[members[0]] as readonly T[];
  const configs = (parts[members[1]] ?? []) as readonly unknown[];
  for (const [index, member] of list.entries()) eachPart(member, configs[index], members, fix);
}
