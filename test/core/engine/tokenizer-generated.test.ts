import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadTokenizer, type Tokenizer } from "#core/engine/tokenizer.ts";

/** What Hugging Face's Rust tokenizers give: test/fixtures/make/rust_tokenizers.py. Null: they refuse it, or fail on it. */
interface Case {
  readonly parts: { readonly model: unknown };
  readonly texts: readonly string[];
  readonly rows: readonly (readonly [ids: number[], plain: number[], decoded: string] | null)[] | null;
}
type Part = Readonly<Record<string, unknown>>;
interface Generated {
  readonly texts: readonly string[];
  readonly normalizers: readonly (readonly [Part, readonly string[][] | null])[];
  readonly preTokenizers: readonly (readonly [Part, readonly string[][] | null])[];
  readonly models: readonly Case[];
  readonly added: readonly Case[];
  readonly nested: readonly Case[];
  readonly postProcessors: readonly Case[];
  readonly byteLevel: unknown;
  readonly tokens: readonly string[][];
  readonly decoders: readonly (readonly [Part | null, readonly (string | null)[]])[];
}

const generated = JSON.parse(readFileSync("test/fixtures/tokenizers/generated.json", "utf8")) as Generated;

/** What this version says that it cannot do, rather than doing it otherwise. */
const REFUSED =
  /Unknown PreTokenizer type: UnicodeScripts|\\[XR]\/gu: Invalid escape|continuing_subword_prefix of a BPE model is not supported|the CTC decoder is not supported|several post-processors that add tokens are not supported/;

const folder = mkdtempSync(join(tmpdir(), "quantscope-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Null where the tokenizer is refused by name. */
function load(parts: Part): Tokenizer | null {
  const rest = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  const model = parts.model === "byteLevel" ? generated.byteLevel : parts.model;
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ ...rest, ...parts, model }));
  try {
    return loadTokenizer(folder);
  } catch (error) {
    if (REFUSED.test((error as Error).message)) return null;
    throw error;
  }
}

/** A model that has every piece as a token. */
function wordLevel(pieces: readonly string[]): Part & { readonly vocab: Readonly<Record<string, number>> } {
  const vocab = Object.fromEntries([...new Set(["<unk>", ...pieces])].map((piece, id) => [piece, id]));
  return { type: "WordLevel", vocab, unk_token: "<unk>" };
}

function piecesOf(kind: "normalizer" | "pre_tokenizer", part: Part, expected: readonly string[][]): unknown {
  const model = wordLevel(expected.flat());
  const names = new Map(Object.entries(model.vocab).map(([piece, id]) => [id, piece]));
  const tokenizer = load({ [kind]: part, model });
  if (!tokenizer) return expected;
  return generated.texts.map((text) => tokenizer.encodeRendered(text).map((id) => names.get(id)));
}

function rowsOf({ parts, texts, rows }: Case): unknown {
  const tokenizer = load(parts);
  if (!tokenizer) return rows;
  return rows!.map((row, at) => {
    if (row === null) return null;
    return [tokenizer.encode(texts[at]!), tokenizer.encodeRendered(texts[at]!), tokenizer.decode(row[0])];
  });
}

describe("loadTokenizer", () => {
  it.each([
    ["normalizer", generated.normalizers],
    ["pre_tokenizer", generated.preTokenizers],
  ] as const)("cuts texts as the reference does: every %s", (kind, parts) => {
    for (const [part, expected] of parts) {
      if (expected) expect(piecesOf(kind, part, expected), JSON.stringify(part)).toEqual(expected);
    }
  });

  it.each(["models", "added", "nested", "postProcessors"] as const)(
    "gives the reference's ids, with special tokens and without, and its text: %s",
    (kind) => {
      for (const each of generated[kind]) {
        if (each.rows) expect(rowsOf(each), JSON.stringify(each.parts)).toEqual(each.rows);
      }
    },
  );

  it("gives the reference's text: every decoder", () => {
    const model = wordLevel(generated.tokens.flat());
    for (const [decoder, texts] of generated.decoders) {
      const tokenizer = load({ decoder, model });
      if (!tokenizer) continue;
      for (const [at, text] of texts.entries()) {
        const ids = generated.tokens[at]!.map((token) => model.vocab[token]!);
        if (text !== null) expect(tokenizer.decode(ids), JSON.stringify([decoder, at])).toBe(text);
      }
    }
  });
});
