import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer, type Tokenizer } from "#core/engine/tokenizer.ts";

/** Calls `use` with a folder that holds the given files, and removes it. */
export function withFolder<T>(files: Readonly<Record<string, string>>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "quantscope-test-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loads a tokenizer from parts of a tokenizer.json; what is not given is null. */
export function loadTokenizerOf(tokenizer: object, config: object = {}): Tokenizer {
  const rest = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  const files = {
    "tokenizer.json": JSON.stringify({ ...rest, ...tokenizer }),
    "tokenizer_config.json": JSON.stringify(config),
  };
  return withFolder(files, loadTokenizer);
}
