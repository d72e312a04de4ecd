import type { Decoder } from "@huggingface/tokenizers";
import type { ComponentConfig } from "#core/engine/tokenizer/component-config.ts";
import { fixAnchors, replaceMatches } from "./split.ts";

export function fixDecoder(component: Decoder, config: ComponentConfig): void {
  switch (config.type) {
    case "ByteFallback":
      component.decode_chain = decodeByteFallback;
      break;
    case "ByteLevel":
      fixByteLevel(component);
      break;
    case "Metaspace":
      fixMetaspace(component, config);
      break;
    case "Replace":
      fixReplace(component, config);
      break;
    case "CTC":
      // Of speech models: the library trims the text, the reference does not.
      throw new Error("the CTC decoder is not supported");
  }
}

const BYTE_TOKEN = /^<0x([0-9a-f]{2})>$/i;

/**
 * Reference: a run of byte tokens that is not UTF-8 as a whole becomes one U+FFFD per byte, and a byte order mark
 * stays. Library: what is valid within the run is kept, and a byte order mark is lost.
 */
function decodeByteFallback(tokens: readonly string[]): string[] {
  const texts: string[] = [];
  let run: number[] = [];
  const endRun = (): void => {
    if (run.length > 0) texts.push(decodeRun(run));
    run = [];
  };
  for (const token of tokens) {
    const digits = BYTE_TOKEN.exec(token)?.[1];
    if (digits === undefined) {
      endRun();
      texts.push(token);
    } else {
      run.push(parseInt(digits, 16));
    }
  }
  endRun();
  return texts;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeRun(bytes: readonly number[]): string {
  try {
    return strictUtf8.decode(Uint8Array.from(bytes));
  } catch {
    return "\ufffd".repeat(bytes.length);
  }
}

/**
 * Reference: a token with a character that stands for no byte is taken as it is written, and all bytes are decoded
 * together. Library: added tokens alone are taken as written; another such character becomes a zero byte.
 */
function fixByteLevel(component: Decoder): void {
  const { byte_decoder } = component as Decoder & { byte_decoder: Record<string, string | undefined> };
  component.decode_chain = (tokens) => {
    const bytes = tokens.flatMap((token) => {
      const own = Array.from(token, (character) => byte_decoder[character]);
      return own.includes(undefined) ? [...Buffer.from(token)] : own.map(Number);
    });
    return [lossyUtf8.decode(Uint8Array.from(bytes))];
  };
}

/**
 * Reference: the first token loses all of its marks, and none when nothing was prepended.
 * Library: it always loses the first one.
 */
function fixMetaspace(component: Decoder, config: ComponentConfig): void {
  const mark = (config.replacement as string | undefined) ?? "▁";
  const prepends = config.add_prefix_space !== false && config.prepend_scheme !== "never";
  component.decode_chain = (tokens) =>
    tokens.map((token, index) => token.replaceAll(mark, index === 0 && prepends ? "" : " "));
}

/** Reference: the content as it is written. Library: JavaScript's "$1" and "$&" in it are filled in. */
function fixReplace(component: Decoder, config: ComponentConfig): void {
  const { pattern } = component as Decoder & { pattern: RegExp | null };
  const content = config.content as string;
  if (!pattern) return;
  const fixed = fixAnchors(pattern);
  component.decode_chain = (tokens) => tokens.map((token) => replaceMatches(token, fixed, content));
}
