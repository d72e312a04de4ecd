import { describe, expect, it } from "vitest";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import { chunkTokensOf, cutIntoChunks } from "#core/measure/text-chunks.ts";
import type { TextJob } from "#core/runs/protocol.ts";
import { characters } from "./fake-context.ts";

const job = (text: string, chunks: number, chunkTokens = 16): TextJob => ({
  text,
  chunks,
  chunkTokens,
  positionsPerChunk: 4,
});
const TEXT = "abcdefghijklmnopqrstuvwxyz";

/** Puts 1 in front and 2 behind, as BERT and some Llama tokenizers do. */
const marking: Tokenizer = {
  ...characters,
  encode: (text) => [1, ...characters.encode(text), 2],
  specialTokens: { before: ["<s>"], after: ["</s>"] },
  beforeIds: [1],
  afterIds: [2],
};

describe("cutIntoChunks", () => {
  const texts = (chunks: readonly (readonly number[])[]): string[] => chunks.map((ids) => characters.decode(ids));

  it("cuts the text's beginning into equal pieces and leaves the rest", () => {
    expect(texts(cutIntoChunks(job(TEXT, 2), 5, characters))).toEqual(["abcde", "fghij"]);
    expect(texts(cutIntoChunks(job(TEXT, 9), 10, characters))).toEqual(["abcdefghij", "klmnopqrst"]);
  });

  it("begins each chunk with the tokenizer's own mark in place of its first token", () => {
    expect(cutIntoChunks(job("abcdefgh", 2), 3, marking)).toEqual([
      [1, 98, 99],
      [1, 101, 102],
    ]);
  });

  it("takes no more of a long text than it needs, and as much as it needs", () => {
    const lengths: number[] = [];
    const everyEighth: Tokenizer = {
      ...characters,
      encode: (text) => {
        lengths.push(text.length);
        return Array.from({ length: Math.floor(text.length / 8) }, (_, index) => index);
      },
    };
    const chunks = cutIntoChunks(job("x".repeat(100_000), 2), 16, everyEighth);
    expect(chunks.map((ids) => ids[0])).toEqual([0, 16]);
    expect(lengths).toEqual([256, 512, 1024]);
  });

  it("refuses a text of less than one chunk, naming both lengths", () => {
    const cut = (): unknown => cutIntoChunks(job("abc", 2), 16, marking);
    expect(cut).toThrow(/3 tokens, fewer than one chunk of 16/);
    expect(cut).toThrow(expect.objectContaining({ code: "QUESTIONS_INVALID" }) as Error);
  });
});

describe("chunkTokensOf", () => {
  it("is what the spec says, and no more than the model takes", () => {
    expect(chunkTokensOf(job("", 1, 512), null)).toBe(512);
    expect(chunkTokensOf(job("", 1, 512), 1024)).toBe(512);
    expect(chunkTokensOf(job("", 1, 512), 256)).toBe(256);
  });
});
