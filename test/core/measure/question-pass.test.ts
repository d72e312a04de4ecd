import { describe, expect, it } from "vitest";
import type { BenchmarkMode } from "#shared/spec.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import { generateText } from "#core/measure/generate-pass.ts";
import { askQuestion } from "#core/measure/question-pass.ts";
import type { QuestionJob, QuestionResult } from "#core/runs/protocol.ts";
import { characters, type FakeDecoder, fakeDecoder } from "./fake-decoder.ts";

const question = (id = "q1"): Question => ({
  id,
  subject: "physics",
  question: "What falls?",
  choices: ["a stone", "a feather"],
  answer: 1,
});

const job = (modes: BenchmarkMode[] | null, extra: Partial<QuestionJob> = {}): QuestionJob => ({
  setIndex: 0,
  setName: "set",
  questions: [],
  subject: undefined,
  chatTemplate: false,
  tokens: true,
  benchmark: modes && { modes, temperature: 0, topP: 1, maxNewTokens: 3 },
  ...extra,
});

const SPACE = 32;
const [A, B] = [65, 66];

/** After the prompt a space, after the space mostly B, then a full stop. */
function speaker(ids: TokenIds): Float32Array {
  const row = new Float32Array(128).fill(-5);
  const last = ids.at(-1);
  if (last === SPACE) row.set([2, 3], A);
  else row[last === B ? 46 : SPACE] = 4;
  return row;
}

async function ask(
  asked: QuestionJob,
  fake: FakeDecoder,
  extra: { question?: Question; seed?: number; chatTemplate?: (text: string) => string } = {},
): Promise<QuestionResult> {
  return askQuestion(extra.question ?? question(), asked, {
    decoder: fake.decoder,
    tokenizer: characters,
    chatTemplate: extra.chatTemplate ?? null,
    endIds: new Set([46]),
    seed: extra.seed ?? 0,
  });
}

describe("askQuestion", () => {
  it("feeds the prompt once for tokens, log-likelihoods and generation", async () => {
    const fake = fakeDecoder({ logits: speaker });
    const { tokens, loglikelihood, generate } = await ask(job(["loglikelihood", "generate"]), fake);
    expect(fake.prefills).toHaveLength(1);
    expect(characters.decode(fake.prefills[0]!)).toMatch(
      /about physics\.\n\nWhat falls\?\nA\. a stone\nB\. a feather\nAnswer:$/,
    );
    expect(tokens!.promptTokens).toBe(fake.prefills[0]!.length);
    expect(loglikelihood!.choiceLogprobs).toHaveLength(2);
    expect(generate!.text).toBe(" B");
  });

  it("stores the 20 most likely next tokens, best first", async () => {
    const { tokens } = await ask(job(null), fakeDecoder({ logits: speaker }));
    expect(tokens!.topIds).toHaveLength(20);
    expect(tokens!.topIds[0]).toBe(SPACE);
    expect(tokens!.topLogprobs).toEqual([...tokens!.topLogprobs].sort((a, b) => b - a));
  });

  it("scores letters behind a space and takes the more likely one", async () => {
    const { loglikelihood } = await ask(job(["loglikelihood"]), fakeDecoder({ logits: speaker }));
    const [a, b] = loglikelihood!.choiceLogprobs as [number, number];
    expect(b - a).toBeCloseTo(1, 5);
    expect(loglikelihood).toMatchObject({ predicted: 1, correct: true, formatFailure: false, text: null });
  });

  it("reads the letter of the generated text and says when there is none", async () => {
    const right = await ask(job(["generate"]), fakeDecoder({ logits: speaker }));
    expect(right.generate).toMatchObject({ predicted: 1, correct: true, generatedTokens: 2, text: " B" });
    const babble = fakeDecoder({ logits: () => new Float32Array(128).fill(0).fill(9, 120, 121) });
    const wrong = await ask(job(["generate"]), babble);
    expect(wrong.generate).toMatchObject({ predicted: null, correct: false, formatFailure: true, text: "xxx" });
  });

  it("does only what is asked for", async () => {
    const fake = fakeDecoder({ logits: speaker });
    const only = await ask(job(["loglikelihood"], { tokens: false }), fake);
    expect(only).toMatchObject({ tokens: null, generate: null });
    expect(fake.steps).toEqual([]);
    expect(await ask(job(null), fake)).toMatchObject({ loglikelihood: null, generate: null });
  });

  it("draws by seed and question: the same again for the same, others for others", async () => {
    const even = (): Float32Array => {
      const row = new Float32Array(128).fill(-50);
      return row.fill(0, 97, 123);
    };
    const draw = async (id: string, seed: number): Promise<string | null> => {
      const asked = job(["generate"], {
        benchmark: { modes: ["generate"], temperature: 1, topP: 1, maxNewTokens: 12 },
      });
      const result = await ask(asked, fakeDecoder({ logits: even }), { question: question(id), seed });
      return result.generate!.text;
    };
    expect(await draw("q1", 0)).toBe(await draw("q1", 0));
    expect(new Set([await draw("q1", 0), await draw("q2", 0), await draw("q1", 1)]).size).toBe(3);
  });

  it("puts the prompt into the chat template where there is one", async () => {
    const fake = fakeDecoder({ logits: speaker });
    await ask(job(null), fake, { chatTemplate: (text) => `<user>${text}<assistant>` });
    expect(characters.decode(fake.prefills[0]!)).toMatch(/^<user>The following.*Answer:<assistant>$/s);
  });

  it("prefers the job's subject to the question's", async () => {
    const fake = fakeDecoder({ logits: speaker });
    await ask(job(null, { subject: "falling_things" }), fake);
    expect(characters.decode(fake.prefills[0]!)).toContain("about falling things.");
  });

  it("stores a broken row as no tokens and no answer, and does not call it a format failure", async () => {
    const broken = fakeDecoder({ logits: () => new Float32Array(128).fill(NaN) });
    const result = await ask(job(["loglikelihood", "generate"]), broken);
    expect(result.tokens).toMatchObject({ topIds: [], topLogprobs: [] });
    expect(result.loglikelihood).toMatchObject({ predicted: null, correct: false, choiceLogprobs: [null, null] });
    expect(result.generate).toMatchObject({ predicted: null, correct: false, formatFailure: false, text: "" });
  });
});

describe("generateText", () => {
  const spec = { prompts: "p", maxNewTokens: 5, temperature: 0, topP: 1 };
  const input = (fake: FakeDecoder) => ({
    decoder: fake.decoder,
    tokenizer: characters,
    chatTemplate: null,
    endIds: new Set([46]),
    seed: 0,
  });

  it("goes on from a prompt to the end token, with a time for every token", async () => {
    const fake = fakeDecoder({ logits: speaker });
    const result = await generateText({ id: "p1", text: "Say" }, spec, input(fake));
    expect(result).toMatchObject({ promptId: "p1", prompt: "Say", promptTokens: 3, text: " B", tokenIds: [SPACE, B] });
    expect(result.chatTemplate).toBe(false);
    expect(result.tokenMs).toHaveLength(2);
    expect(result.tokenMs[1]).toBeGreaterThanOrEqual(result.tokenMs[0]!);
  });

  it("stops at the limit", async () => {
    const fake = fakeDecoder({ logits: () => new Float32Array(128).fill(9, 120, 121) });
    expect((await generateText({ id: "p1", text: "a" }, spec, input(fake))).text).toBe("xxxxx");
  });

  it("ends where the output is not a number", async () => {
    const fake = fakeDecoder({ logits: () => new Float32Array(128).fill(NaN) });
    expect(await generateText({ id: "p1", text: "a" }, spec, input(fake))).toMatchObject({ text: "", tokenIds: [] });
  });
});
