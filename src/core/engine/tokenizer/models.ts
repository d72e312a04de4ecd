import type { Model } from "@huggingface/tokenizers";
import type { ComponentConfig } from "#core/engine/tokenizer/component-config.ts";

/** The library's own fields, which its types keep to themselves. */
interface ModelFields {
  _call(tokens: string[]): string[];
  readonly fuse_unk: boolean;
  readonly tokens_to_ids: ReadonlyMap<string, number>;
  unk_token: string | undefined;
  unk_token_id: number | undefined;
}

export function fixModel(component: Model, config: ComponentConfig): void {
  // The library splits words without it: every word of several characters would come out wrong.
  if (config.type === "BPE" && (config.continuing_subword_prefix ?? "") !== "") {
    throw new Error("continuing_subword_prefix of a BPE model is not supported");
  }
  const model = component as unknown as ModelFields;
  if (model.fuse_unk) fixFusing(model);
  if (Array.isArray(config.vocab) && config.byte_fallback === true) fixUnigramByteFallback(model);
  if (config.type === "WordLevel") fixWordLevelUnknown(model, config);
}

/** Reference: unknown tokens are fused within a piece of the pre-tokenizer. Library: across pieces too. */
function fixFusing(model: ModelFields): void {
  const tokenize = model._call.bind(model);
  model._call = (pieces) => pieces.flatMap((piece) => tokenize([piece]));
}

/** Reference: unknown text becomes its UTF-8 bytes when the vocabulary has them all as <0xNN>. Library: <unk>. */
function fixUnigramByteFallback(model: ModelFields): void {
  const tokenize = model._call.bind(model);
  model._call = (pieces) =>
    tokenize(pieces).flatMap((token) => {
      if (model.tokens_to_ids.has(token)) return [token];
      const bytes = Array.from(Buffer.from(token), byteToken);
      return bytes.every((byte) => model.tokens_to_ids.has(byte)) ? bytes : [token];
    });
}

function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

/** Reference: the unknown token is the model's. Library: the one that tokenizer_config.json names, if any. */
function fixWordLevelUnknown(model: ModelFields, config: ComponentConfig): void {
  if (typeof config.unk_token !== "string") return;
  model.unk_token = config.unk_token;
  model.unk_token_id = model.tokens_to_ids.get(model.unk_token);
}
