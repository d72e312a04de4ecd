import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadTokenizer } from "#core/engine/tokenizer.ts";
import { loadTokenizerOf, withFolder } from "./tokenizer-folder.ts";

/** What Python's tokenizers give for the zoo's folders; `cut` is the text of all ids but the last. */
interface Group {
  readonly folders: readonly string[];
  readonly probes: readonly { text: string; ids: number[]; rendered: number[]; decoded: string; cut: string }[];
}

const { groups } = JSON.parse(readFileSync("test/fixtures/tokenizers/zoo-probes.json", "utf8")) as {
  groups: readonly Group[];
};

const words = { type: "WordLevel", vocab: { "<unk>": 0, a: 1, ".": 2, b: 3, "<s>": 4 }, unk_token: "<unk>" };
const beginning = { id: 4, content: "<s>", special: true };
const template = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [],
  special_tokens: { "<s>": { id: "<s>", ids: [4], tokens: ["<s>"] } },
};
const small = {
  model: words,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: template,
  added_tokens: [beginning],
};

describe("loadTokenizer", () => {
  for (const { folders, probes } of groups) {
    it.each(folders)("gives the ids and the text that Python gives for the zoo's %s", (folder) => {
      const tokenizer = loadTokenizer(`test/fixtures/zoo/${folder}`);
      const ours = probes.map(({ text, ids }) => ({
        text,
        ids: tokenizer.encode(text),
        rendered: tokenizer.encodeRendered(text),
        decoded: tokenizer.decode(ids),
        cut: tokenizer.decode(ids.length > 1 ? ids.slice(0, -1) : ids),
      }));
      expect(ours).toEqual(probes);
    });
  }

  it("names the special tokens that encode adds", () => {
    const { specialTokens, beforeIds, afterIds } = loadTokenizerOf(small);
    expect(specialTokens).toEqual({ before: ["<s>"], after: [] });
    expect(afterIds).toEqual([]);
    expect(beforeIds).toEqual([4]);
  });

  it("knows the token that begins a text, written as text or as an object", () => {
    expect(loadTokenizerOf(small).bosId).toBeNull();
    expect(loadTokenizerOf(small, { bos_token: "<s>" }).bosId).toBe(4);
    expect(loadTokenizerOf(small, { bos_token: { content: "<s>" } }).bosId).toBe(4);
    expect(loadTokenizerOf(small, { bos_token: "<none>" }).bosId).toBeNull();
  });

  it("counts the vocabulary with the added tokens and finds a token by its text", () => {
    const tokenizer = loadTokenizerOf(small);
    expect(tokenizer.vocabularySize).toBe(5);
    expect(tokenizer.tokenId("b")).toBe(3);
    expect(tokenizer.tokenId("c")).toBeUndefined();
  });

  it("decodes nothing to nothing, and leaves out ids that name no token", () => {
    const tokenizer = loadTokenizerOf(small);
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.decode([99])).toBe("");
    expect(tokenizer.decode([4, 1, 99, 3])).toBe("a b");
  });

  it("tidies spaces before punctuation only where tokenizer_config.json says so", () => {
    expect(loadTokenizerOf(small).decode([1, 2])).toBe("a .");
    expect(loadTokenizerOf(small, { clean_up_tokenization_spaces: true }).decode([1, 2])).toBe("a.");
  });

  it("leaves the settings of Python's slow tokenizers alone", () => {
    const spaces = { model: { ...words, vocab: { "<unk>": 0, "A  b": 1, "a b": 2 } } };
    const config = { remove_space: true, do_lowercase_and_remove_accent: true };
    expect(loadTokenizerOf(spaces, config).encode("A  b")).toEqual([1]);
  });

  it("says what to do where tokenizer.json is missing", () => {
    expect(() => withFolder({}, loadTokenizer)).toThrow("Copy tokenizer.json from the model's source.");
    expect(() => withFolder({ "tokenizer.model": "" }, loadTokenizer)).toThrow("SentencePiece tokenizer.model only");
  });
});
