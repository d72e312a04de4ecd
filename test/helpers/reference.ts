import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Decoder, type TokenIds } from "#core/engine/decoder.ts";
import { generateFrom, type GenerateOptions } from "#core/engine/generate.ts";
import { loadDecoder } from "#core/engine/session.ts";
import { loadTokenizer, type Tokenizer } from "#core/engine/tokenizer.ts";
import { openModelFolder, type Variant } from "#core/models/model-folder.ts";
import { createRandom } from "#shared/random.ts";

/** What another implementation (torch, transformers) says of one prompt. */
export interface ReferencePrompt {
  readonly prompt: string;
  readonly inputIds: number[];
  readonly topIds: number[];
  readonly topLogprobs: number[];
  readonly greedyIds: number[];
  readonly greedyText: string;
}

export const FIXTURES = join(import.meta.dirname, "..", "fixtures");

export function readReference(dir: string): ReferencePrompt[] {
  return JSON.parse(readFileSync(join(dir, "reference.json"), "utf8")) as ReferencePrompt[];
}

/** Opens a model folder's first variant on the CPU, as a cell does. */
export async function openModel(dir: string): Promise<{ variant: Variant; decoder: Decoder; tokenizer: Tokenizer }> {
  const variant = openModelFolder(dir).variants[0]!;
  const loaded = await loadDecoder({
    file: variant.file,
    signature: variant.signature,
    provider: "cpu",
    threads: 2,
  });
  await loaded.placement();
  return { variant, decoder: loaded.decoder, tokenizer: loadTokenizer(dir) };
}

/** Feeds all but the last `tail` tokens as a prompt and the rest one by one; the logits behind the last. */
export async function logitsStepByStep(decoder: Decoder, ids: TokenIds, tail: number): Promise<Float32Array> {
  let { logits, cache } = await decoder.prefill(ids.slice(0, -tail));
  for (const id of ids.slice(-tail)) ({ logits, cache } = await decoder.step(cache, id));
  return logits;
}

/** The most likely continuation of a prompt, decoded the plain way. */
export async function greedyIds(
  decoder: Decoder,
  inputIds: TokenIds,
  options: Pick<GenerateOptions, "maxNewTokens" | "endIds" | "vocabularySize">,
): Promise<number[]> {
  let { logits, cache } = await decoder.prefill(inputIds);
  const next = async (id: number): Promise<Float32Array> => {
    ({ logits, cache } = await decoder.step(cache, id));
    return logits;
  };
  const sampling = { temperature: 0, topP: 1, random: createRandom(0) };
  return (await generateFrom(next, { logits, elapsedMs: 0 }, { ...options, ...sampling })).ids;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < a.length; index++) largest = Math.max(largest, Math.abs(a[index]! - b[index]!));
  return largest;
}

/**
 * Models and data too large for the repository: the folder named by QUANTSCOPE_TEST_DATA, else `shared` beside the checkout.
 * Null, with the reason, where it is not.
 */
export function testData(path: string): { file: string } | { missing: string } {
  const root = process.env.QUANTSCOPE_TEST_DATA ?? join(import.meta.dirname, "..", "..", "..", "shared");
  const file = join(root, path);
  return existsSync(file)
    ? { file }
    : { missing: `${path} is not on this machine (QUANTSCOPE_TEST_DATA names its folder)` };
}
