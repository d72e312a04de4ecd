import { join } from "node:path";
import { readJson } from "#core/models/json-file.ts";

const STANDARD = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/**
 * The special tokens that chat templates know by name, as transformers 5 reads them: those of tokenizer_config.json, any
 * `*_token` of its own and `extra_special_tokens` with names; from a config without `added_tokens_decoder`, which older
 * versions wrote, also what special_tokens_map.json says, which goes before.
 */
export function specialTokens(dir: string): Record<string, string> {
  const config = readJson(join(dir, "tokenizer_config.json"), "TOKENIZER_INVALID") ?? {};
  const tokens = new Map<string, string>();
  const add = (name: string, value: unknown): void => {
    const text = tokenText(value);
    if (text !== "" || value === "") tokens.set(name, text);
  };
  const addNamed = (named: unknown): void => {
    if (typeof named !== "object" || named === null || Array.isArray(named)) return;
    for (const [name, value] of Object.entries(named)) add(name, value);
  };
  for (const [name, value] of Object.entries(config)) {
    if (STANDARD.includes(name) || name.endsWith("_token")) add(name, value);
  }
  addNamed(config.extra_special_tokens);
  addNamed(config.model_specific_special_tokens);
  if ("added_tokens_decoder" in config) return Object.fromEntries(tokens);
  const map = readJson(join(dir, "special_tokens_map.json"), "TOKENIZER_INVALID") ?? {};
  for (const [name, value] of Object.entries(map)) {
    if (name === "extra_special_tokens") addNamed(value);
    else if (value === null) tokens.delete(name);
    else add(name, value);
  }
  return Object.fromEntries(tokens);
}

/** Tokens are written as text or as an AddedToken object. */
export function tokenText(value: unknown): string {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : "";
}
