import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadChatTemplate } from "#core/engine/chat-template.ts";
import { endTokenIds } from "#core/engine/generation-config.ts";
import { loadTokenizer } from "#core/engine/tokenizer.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import { expectOurs, FUZZ_TIMEOUT_MS, mutantBytes, mutantJson, seeds } from "../helpers/fuzz.ts";
import { copyModel } from "../helpers/lab.ts";

/** Everything that looking at a folder reads. */
function look(dir: string): void {
  openModelFolder(dir);
  const tokenizer = loadTokenizer(dir);
  tokenizer.decode(tokenizer.encode("How many legs has a spider? 8\n"));
  loadChatTemplate(dir)?.("How many?");
  endTokenIds(dir, tokenizer);
}

describe("a model folder", () => {
  it.each(["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"])(
    "whose %s is not what it should be is read, or refused with an error of ours",
    (name) => {
      const dir = copyModel("llama");
      const file = join(dir, name);
      const original = readFileSync(file);
      const value = JSON.parse(original.toString("utf8")) as unknown;
      let refused = 0;
      for (const seed of seeds(60)) {
        writeFileSync(file, seed % 3 === 0 ? mutantBytes(original, seed) : JSON.stringify(mutantJson(value, seed)));
        try {
          look(dir);
        } catch (error) {
          refused++;
          expectOurs(error, `seed ${seed}`);
        }
      }
      // The mutations must bite.
      expect(refused).toBeGreaterThan(0);
    },
    FUZZ_TIMEOUT_MS,
  );
});
