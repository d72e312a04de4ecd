import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Decoder } from "#core/engine/decoder.ts";
import { loadDecoder } from "#core/engine/session.ts";
import { testCache } from "#core/measure/cache-self-test.ts";
import { openModelFolder } from "#core/models/model-folder.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import { FIXTURES, largestDifference, logitsStepByStep, readReference } from "../helpers/reference.ts";

const VOCABULARY = 600;

async function selfTest(folder: string, change: (signature: DecoderSignature) => DecoderSignature = (same) => same) {
  const { file, signature, facts } = openModelFolder(join(FIXTURES, folder)).variants[0]!;
  const loaded = await loadDecoder({ file, signature: change(signature), provider: "cpu", threads: 1 });
  await loaded.placement();
  return { decoder: loaded.decoder, result: await testCache(loaded.decoder, facts, VOCABULARY, "cpu") };
}

/** Keys for values and values for keys: shapes fit, and every step reads nonsense. */
const swapped = (signature: DecoderSignature): DecoderSignature => ({
  ...signature,
  cache: signature.cache.map((entry, index, all) => ({
    ...entry,
    present: all[index % 2 === 0 ? index + 1 : index - 1]!.present,
  })),
});

describe("testCache", () => {
  it.each([
    "zoo/llama",
    "zoo/gpt2",
    "architectures/genai-llama",
    "architectures/llama-merged",
    "architectures/bloom-legacy",
  ])("finds that %s decodes with its cache what it computes without", async (folder) => {
    const { result } = await selfTest(folder);
    expect(result).toMatchObject({ limit: 1e-3, cacheUsed: true });
    expect(result!.maxLogprobDifference).toBeLessThan(1e-4);
  });

  it("allows a float16 cache what float16 rounds away", async () => {
    expect((await selfTest("architectures/llama-fp16")).result).toMatchObject({ limit: 2e-2, cacheUsed: true });
  });

  it("finds a cache that is fed wrongly, and decoding goes on without it, right", async () => {
    const { decoder, result } = await selfTest("zoo/llama", swapped);
    expect(result!.maxLogprobDifference).toBeGreaterThan(1e-2);
    expect(result!.cacheUsed).toBe(false);

    const { inputIds } = readReference(join(FIXTURES, "zoo", "llama"))[0]!;
    const stepped = await logitsStepByStep(decoder, inputIds, 4);
    const whole = (await decoder.forward([inputIds])).row(0, inputIds.length - 1);
    expect(largestDifference(stepped, whole)).toBeLessThan(1e-4);
  });

  it("has nothing to test where a graph has no cache", async () => {
    const { signature, facts } = openModelFolder(join(FIXTURES, "zoo", "opt")).variants[0]!;
    const sessionThatMustNotRun = {} as ConstructorParameters<typeof Decoder>[0];
    const decoder = new Decoder(sessionThatMustNotRun, { ...signature, cache: [] });
    expect(await testCache(decoder, facts, VOCABULARY, "cpu")).toBeNull();
  });
});
