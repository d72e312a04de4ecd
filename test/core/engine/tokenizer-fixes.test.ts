import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadTokenizerOf } from "./tokenizer-folder.ts";

/** What Hugging Face's Rust tokenizers give for the smallest tokenizers that show how the library differs from them. */
interface Defect {
  readonly fact: string;
  readonly tokenizer: object;
  readonly encode: readonly (readonly [text: string, ids: number[]])[];
  readonly decode: readonly (readonly [ids: number[], text: string])[];
}

const { defects } = JSON.parse(readFileSync("test/fixtures/tokenizers/defects.json", "utf8")) as {
  defects: readonly Defect[];
};

describe("fixTokenizer", () => {
  for (const { fact, tokenizer, encode, decode } of defects) {
    it(fact, () => {
      const fixed = loadTokenizerOf(tokenizer);
      expect(encode.map(([text]) => [text, fixed.encodeRendered(text)])).toEqual(encode);
      expect(decode.map(([ids]) => [ids, fixed.decode(ids)])).toEqual(decode);
    });
  }

  it("reads the older add_prefix_space false of Metaspace as: nothing is prepended", () => {
    const metaspace = { type: "Metaspace", replacement: "▁", add_prefix_space: false };
    const model = { type: "WordLevel", vocab: { "<unk>": 0, a: 1, "▁a": 2 }, unk_token: "<unk>" };
    const tokenizer = loadTokenizerOf({ model, pre_tokenizer: metaspace, decoder: metaspace });
    expect(tokenizer.encode("a a")).toEqual([1, 2]);
    expect(tokenizer.decode([2, 1])).toBe(" aa");
  });

  it("refuses a cut charsmap", () => {
    const normalizer = { type: "Precompiled", precompiled_charsmap: "/wAAAA==" };
    const model = { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" };
    expect(() => loadTokenizerOf({ model, normalizer })).toThrow("the precompiled charsmap is cut");
  });
});
