import { describe, expect, it } from "vitest";
import type { TokenIds } from "#core/engine/decoder.ts";
import { PlainStepper } from "#core/engine/stepping/plain-stepper.ts";
import { type GenerateContext, generateText } from "#core/measure/generate-pass.ts";
import { characters, type FakeDecoder, fakeDecoder } from "./fake-decoder.ts";

const SPACE = 32;
const B = 66;
const STOP = 46;
const spec = { prompts: "p", maxNewTokens: 5, temperature: 0, topP: 1 };

/** A space, then B, then a full stop, which ends the text. */
function speaker(ids: TokenIds): Float32Array {
  const row = new Float32Array(128).fill(-Infinity);
  const last = ids.at(-1);
  const [next, other] = last === SPACE ? [B, 67] : [last === B ? STOP : SPACE, 68];
  // Probabilities 3/4 and 1/4.
  row[next] = Math.log(3);
  row[other] = 0;
  return row;
}

const context = (fake: FakeDecoder, extra: Partial<GenerateContext> = {}): GenerateContext => ({
  stepper: new PlainStepper(fake.decoder, []),
  tokenizer: characters,
  chatTemplate: null,
  endIds: new Set([STOP]),
  seed: 0,
  positionLimit: null,
  ...extra,
});

describe("generateText", () => {
  it("goes on from a prompt to the end token, with a time for every token", async () => {
    const fake = fakeDecoder({ logits: speaker });
    const result = await generateText({ id: "p1", text: "Say" }, spec, context(fake));
    expect(result).toMatchObject({ promptId: "p1", prompt: "Say", promptTokens: 3, text: " B", tokenIds: [SPACE, B] });
    expect(result.chatTemplate).toBe(false);
    expect(result.tokenMs).toHaveLength(2);
    expect(result.tokenMs[1]).toBeGreaterThanOrEqual(result.tokenMs[0]!);
    expect(fake.batchPrefills).toEqual([[[83, 97, 121]]]);
    expect(fake.batchSteps).toEqual([[SPACE], [B]]);
  });

  it("says how sure each token was: the first probability less the second", async () => {
    const { margins } = await generateText({ id: "p1", text: "Say" }, spec, context(fakeDecoder({ logits: speaker })));
    expect(margins).toHaveLength(2);
    for (const margin of margins) expect(margin).toBeCloseTo(0.5, 6);
  });

  it("stops at the limit", async () => {
    const fake = fakeDecoder({ logits: () => new Float32Array(128).fill(9, 120, 121) });
    expect((await generateText({ id: "p1", text: "a" }, spec, context(fake))).text).toBe("xxxxx");
  });

  it("stops where the model has no more positions, and feeds none beyond", async () => {
    const fake = fakeDecoder({ logits: () => new Float32Array(128).fill(9, 120, 121) });
    const result = await generateText({ id: "p1", text: "abc" }, spec, context(fake, { positionLimit: 4 }));
    expect(result.text).toBe("xx");
    expect(fake.batchSteps).toHaveLength(1);
  });

  it("names the prompt that is longer than the model takes", async () => {
    const asked = generateText({ id: "p7", text: "abcde" }, spec, context(fakeDecoder(), { positionLimit: 4 }));
    await expect(asked).rejects.toMatchObject({
      code: "SPEC_INVALID",
      message: expect.stringContaining("p7") as string,
    });
  });

  it("puts the prompt into the chat template, unless the spec says not to", async () => {
    const fake = fakeDecoder({ logits: speaker });
    const chat = context(fake, { chatTemplate: (text) => `<${text}>` });
    expect(await generateText({ id: "p1", text: "a" }, spec, chat)).toMatchObject({
      chatTemplate: true,
      promptTokens: 3,
    });
    const plain = await generateText({ id: "p1", text: "a" }, { ...spec, chatTemplate: false }, chat);
    expect(plain).toMatchObject({ chatTemplate: false, promptTokens: 1 });
  });

  it("ends where the output is not a number", async () => {
    const fake = fakeDecoder({ logits: () => new Float32Array(128).fill(NaN) });
    const result = await generateText({ id: "p1", text: "a" }, spec, context(fake));
    expect(result).toMatchObject({ text: "", tokenIds: [], margins: [] });
  });
});
