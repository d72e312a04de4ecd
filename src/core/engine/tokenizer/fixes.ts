/**
 * Mends @huggingface/tokenizers 0.2.0 where it differs from the reference, Hugging Face's Rust `tokenizers`: a model
 * has been trained on what the reference gives, so a difference would be measured as if it were the model's.
 * Each fix replaces one method of one component that tokenizer.json names, and can be deleted when the library is
 * mended; test/core/engine/tokenizer-fixes.test.ts has the smallest tokenizer that shows each defect.
 */
import type { Tokenizer } from "@huggingface/tokenizers";
import { fixAddedTokens } from "./added-tokens.ts";
import type { ComponentConfig } from "./component-config.ts";
import { fixDecoder } from "./decoders.ts";
import { fixModel } from "./models.ts";
import { fixNormalizer } from "./normalizers.ts";
import { fixPreTokenizer } from "./pre-tokenizers.ts";

/**
 * tokenizer.json as the library takes it: parts that it does not know are stood in for by others, which `fixTokenizer`
 * gives their methods; ids of added tokens are those that the reference gives them.
 */
export function libraryJson(json: ComponentConfig): Record<string, unknown> {
  return {
    ...json,
    normalizer: standIn(json.normalizer, "normalizers", { Nmt: "Lowercase", ByteLevel: "Lowercase" }),
    pre_tokenizer: standIn(json.pre_tokenizer, "pretokenizers", { CharDelimiterSplit: "WhitespaceSplit" }),
    added_tokens: renumbered(json),
  };
}

function standIn(config: unknown, members: string, types: Readonly<Record<string, string>>): unknown {
  if (typeof config !== "object" || config === null) return config;
  const part = config as ComponentConfig;
  const list = part[members];
  if (part.type === "Sequence" && Array.isArray(list)) {
    return { ...part, [members]: list.map((each) => standIn(each, members, types)) };
  }
  const type = types[String(part.type)];
  return type === undefined ? part : { type };
}

/** Reference: a token that the model knows has the model's id, the others follow its vocabulary in the file's order. */
function renumbered({ added_tokens: tokens, model }: ComponentConfig): unknown {
  if (!Array.isArray(tokens)) return [];
  const { vocab } = (model ?? {}) as { vocab?: unknown };
  const ids = new Map<string, number>(
    Array.isArray(vocab)
      ? (vocab as [string][]).map(([token], id) => [token, id])
      : Object.entries((vocab ?? {}) as Record<string, number>),
  );
  let next = ids.size;
  return (tokens as { content: string; id: number }[]).map((token) => {
    const known = ids.get(token.content);
    const id = known ?? next;
    if (known === undefined) ids.set(token.content, next++);
    return { ...token, id };
  });
}

export function fixTokenizer(tokenizer: Tokenizer, json: ComponentConfig): void {
  eachPart(tokenizer.normalizer, json.normalizer, ["normalizers", "normalizers"], fixNormalizer);
  eachPart(tokenizer.pre_tokenizer, json.pre_tokenizer, ["tokenizers", "pretokenizers"], fixPreTokenizer);
  eachPart(tokenizer.decoder, json.decoder, ["decoders", "decoders"], fixDecoder);
  eachPart(tokenizer.model, json.model, null, fixModel);
  fixAddedTokens(tokenizer);
  const { type, processors } = (json.post_processor ?? {}) as { type?: unknown; processors?: ComponentConfig[] };
  const adding = type === "Sequence" ? (processors ?? []).filter((each) => each.type !== "ByteLevel") : [];
  if (adding.length > 1) throw new Error("several post-processors that add tokens are not supported");
}

/** Calls `fix` with the component and its config; for a Sequence, with each of its members as well. */
function eachPart<T>(
  component: T | null,
  config: unknown,
  members: readonly [ofComponent: string, ofConfig: string] | null,
  fix: (component: T, config: ComponentConfig) => void,
): void {
  if (component === null || typeof config !== "object" || config === null) return;
  const parts = config as ComponentConfig;
  fix(component, parts);
  if (members === null || parts.type !== "Sequence") return;
  const list = (component as Record<string, unknown>)[members[0]] as readonly T[];
  const configs = (parts[members[1]] ?? []) as readonly unknown[];
  for (const [index, member] of list.entries()) eachPart(member, configs[index], members, fix);
}
