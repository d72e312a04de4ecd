/** What a model's tokenizer and chat template are, and what a user should know of them. */
import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import type { Reading } from "#core/files/reading.ts";
import { readJson } from "#core/models/json-file.ts";
import { findChatTemplate, loadChatTemplate } from "./chat-template.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface TokenizerFacts {
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

export interface TemplateFacts extends TokenizerFacts {
  /** Also where it cannot be used. */
  readonly hasChatTemplate: boolean;
}

export async function describeTemplate(dir: string, reading: Reading): Promise<TemplateFacts> {
  await reading(join(dir, "tokenizer_config.json"));
  try {
    const found = findChatTemplate(dir);
    if (found === null) return { hasChatTemplate: false, warnings: [] };
    await reading(found.file);
    loadChatTemplate(dir);
    return { hasChatTemplate: true, warnings: [] };
  } catch (error) {
    return { hasChatTemplate: true, warnings: [reasonOf(error)] };
  }
}

export async function describeTokenizer(dir: string, reading: Reading): Promise<TokenizerFacts> {
  await reading(join(dir, "tokenizer.json"));
  try {
    const tokenizer = loadTokenizer(dir);
    const config = readJson(join(dir, "tokenizer_config.json"), "TOKENIZER_INVALID") ?? {};
    return { warnings: disagreements(tokenizer, config) };
  } catch (error) {
    return { warnings: [reasonOf(error)] };
  }
}

/**
 * Where tokenizer_config.json says otherwise than what tokenizer.json does. transformers 4 heeded the former for some
 * models; tokenizers, and transformers 5 with it, the latter, as we do.
 */
function disagreements(tokenizer: Tokenizer, config: Readonly<Record<string, unknown>>): string[] {
  const ends = [
    { key: "add_bos_token", token: "bos_token", place: "before", adds: tokenizer.specialTokens.before.length > 0 },
    { key: "add_eos_token", token: "eos_token", place: "after", adds: tokenizer.specialTokens.after.length > 0 },
  ] as const;
  return ends.flatMap(({ key, token, place, adds }) => {
    const says = config[key];
    if (typeof says !== "boolean" || says === adds) return [];
    const does = adds ? `puts ${tokenizer.specialTokens[place].join(" ")}` : `puts no ${token}`;
    return [
      `tokenizer_config.json says ${key}: ${says}, but tokenizer.json ${does} ${place} a text. Prompts follow tokenizer.json, as in transformers 5; transformers 4 followed ${key} for some models.`,
    ];
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof LabError) return error.message;
  throw error;
}
