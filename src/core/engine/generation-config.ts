import { join } from "node:path";
import { readJson } from "#core/models/json-file.ts";
import type { Tokenizer } from "./tokenizer.ts";

const GENAI = "genai_config.json";

/**
 * Ids that end a generation: generation_config.json, else config.json, else genai_config.json (one id or a list), and the tokenizer's eos_token,
 * which chat models often set to their end-of-turn token without naming it in the other files.
 */
export function endTokenIds(dir: string, tokenizer: Tokenizer): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const name of ["generation_config.json", "config.json", GENAI]) {
    const json = readJson(join(dir, name), "MODEL_CORRUPT");
    const value = (name === GENAI ? (json?.model as Record<string, unknown> | undefined) : json)?.eos_token_id;
    for (const id of Array.isArray(value) ? (value as unknown[]) : [value]) if (typeof id === "number") ids.add(id);
    if (ids.size > 0) break;
  }
  const config = readJson(join(dir, "tokenizer_config.json"), "TOKENIZER_INVALID") ?? {};
  const eos = config.eos_token as string | { content?: string } | null | undefined;
  const text = typeof eos === "string" ? eos : eos?.content;
  const id = text === undefined ? undefined : tokenizer.tokenId(text);
  if (id !== undefined) ids.add(id);
  return ids;
}
