import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BenchmarkMode } from "#shared/spec.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import { askQuestions, scoreQuestions, sharesPrompts } from "#core/measure/question-pass.ts";
import type { QualityContext } from "#core/measure/quality-context.ts";
import type { QuestionJob, QuestionResult, WorkerMessage } from "#core/runs/protocol.ts";
import { askAll, askWhole } from "../../helpers/quality.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { characters, fakeContext, type Speaker } from "./fake-context.ts";

const question = (id = "q1", text = "What falls?"): Question => ({
  id,
  subject: "physics",
  question: text,
  choices: ["a stone", "a feather"],
  answer: 1,
});

const job = (modes: BenchmarkMode[] | null, extra: Partial<QuestionJob> = {}): QuestionJob => ({
  setIndex: 0,
  setName: "set",
  questions: [question()],
  shots: [],
  promptTemplate: "mmlu",
  subject: undefined,
  chatTemplate: false,
  tokens: true,
  benchmark: modes && { modes, temperature: 0, topP: 1, maxNewTokens: 3 },
  ...extra,
});

const SPACE = 32;
const [A, B] = [65, 66];

/** After the prompt a space, after the space mostly B, then a full stop. */
const speaker: Speaker = (ids) => {
  const row = new Float32Array(128).fill(-5);
  const last = ids.at(-1);
  if (last === SPACE) row.set([2, 3], A);
  else row[last === B ? 46 : SPACE] = 4;
  return row;
};

async function ask(asked: QuestionJob, context: QualityContext = fakeContext(speaker)): Promise<QuestionResult> {
  const [result] = await askAll([asked], context);
  return result!;
}

const promptOf = (fed: readonly string[]): string =>
  characters.decode(fed[0]!.replace("prefill ", "").split(",").map(Number));

/** Each question of another length, as `prompt + letter` in one token: the letters are " A" and " B" as ids 1 and 2. */
const oneToken: QualityContext["tokenizer"] = {
  ...characters,
  encode: (text) =>
    characters.encode(text.replace(/ (?=[AB]$)/, "")).map((id, index, all) => {
      const isLetter = index === all.length - 1 && /[^.] [AB]$/.test(text);
      return isLetter ? id - A + 1 : id;
    }),
};
/** Logits that depend on the whole sequence. */
const sums: Speaker = (ids) => {
  const sum = ids.reduce((total, id) => total + id, 0);
  return Float32Array.from({ length: 128 }, (_, id) => Math.sin(sum + id));
};
const many = (count: number): Question[] =>
  Array.from({ length: count }, (_, index) => question(`q${index + 1}`, "x".repeat(1 + ((index * 7) % count))));

describe("askQuestions", () => {
  it("feeds the prompt once for tokens, log-likelihoods and generation", async () => {
    const context = fakeContext(speaker);
    const { tokens, loglikelihood, generate } = await ask(job(["loglikelihood", "generate"]), context);
    expect(context.fed.filter((line) => line.startsWith("prefill"))).toHaveLength(1);
    expect(promptOf(context.fed)).toMatch(/about physics\.\n\nWhat falls\?\nA\. a stone\nB\. a feather\nAnswer:$/);
    expect(tokens!.promptTokens).toBe(characters.encode(promptOf(context.fed)).length);
    expect(loglikelihood!.choiceLogprobs).toHaveLength(2);
    expect(generate!.text).toBe(" B");
  });

  it("feeds whole sequences where a cache changes results, and the cache for what is generated only", async () => {
    const asked = fakeContext(speaker);
    const [whole] = await askWhole([job(["loglikelihood", "generate"])], asked);
    const ways = asked.fed.map((line) => line.split(" ")[0]);
    // The prompt and the space that both letters share; then the prompt again, to generate two tokens behind it.
    expect(ways).toEqual(["forward", "forward", "prefill", "step", "step"]);
    const plain = await ask(job(["loglikelihood", "generate"]));
    expect(whole!.tokens).toEqual(plain.tokens);
    expect(whole!.loglikelihood!.choiceLogprobs).toEqual(plain.loglikelihood!.choiceLogprobs);
    expect(whole!.generate).toEqual({ ...plain.generate, elapsedMs: whole!.generate!.elapsedMs });
    const silent = fakeContext(speaker);
    await askWhole([job(null)], silent);
    expect(silent.fed.map((line) => line.split(" ")[0])).toEqual(["forward"]);
  });

  it("feeds a prompt once in whole sequences too, where letters are one token: its own row scores them", async () => {
    const asked = fakeContext(speaker, { tokenizer: oneToken, wholeSequences: true });
    const [once] = await askAll([job(["loglikelihood", "generate"])], asked);
    expect(asked.fed.map((line) => line.split(" ")[0])).toEqual(["prefill", "step", "step"]);
    const [apart] = await askWhole([job(["loglikelihood", "generate"])], fakeContext(speaker, { tokenizer: oneToken }));
    expect(once!.tokens).toEqual(apart!.tokens);
    expect(once!.loglikelihood!.choiceLogprobs).toEqual(apart!.loglikelihood!.choiceLogprobs);
    expect(once!.generate!.tokenIds).toEqual(apart!.generate!.tokenIds);
  });

  it("takes letters of several tokens as whole sequences behind the same prompt", async () => {
    const asked = fakeContext(speaker, { wholeSequences: true });
    await askAll([job(["loglikelihood", "generate"])], asked);
    // What is generated first, from the prompt's cache; then the space that both letters share, with the prompt before it.
    expect(asked.fed.map((line) => line.split(" ")[0])).toEqual(["prefill", "step", "step", "forward"]);
  });

  it("scores every question before it writes the first answer, so that one session is enough", async () => {
    const asked = fakeContext(speaker, { tokenizer: oneToken });
    await askWhole([job(["loglikelihood", "generate"], { questions: many(20) })], asked);
    const ways = asked.fed.map((line) => line.split(" ")[0]!);
    expect(ways.lastIndexOf("forward")).toBeLessThan(ways.indexOf("prefill"));
    expect(ways.filter((way) => way === "forward")).toHaveLength(20);
  });

  it("tells of every question once, and of how far it is, where scores and answers come apart", async () => {
    const messages: WorkerMessage[] = [];
    const send = (message: WorkerMessage): unknown => messages.push(message);
    const jobs = [
      job(["loglikelihood", "generate"], { questions: many(20) }),
      job(null, { setIndex: 1, questions: many(3) }),
      job(["generate"], { setIndex: 2, tokens: false, questions: many(2) }),
    ];
    await scoreQuestions(jobs, fakeContext(speaker), send);
    await askQuestions(jobs, fakeContext(speaker), send, new Set(jobs));
    const sent = messages.flatMap((message) => (message.type === "questions" ? [message] : []));
    expect(sent.map(({ setIndex, asked, results }) => [setIndex, asked, results.length])).toEqual([
      [0, 16, 16],
      [0, 4, 4],
      [1, 3, 3],
      [0, 0, 16],
      [0, 0, 4],
      [2, 2, 2],
    ]);
    const progress = messages.flatMap((message) => (message.type === "progress" ? [message] : []));
    expect(progress.map(({ done }) => done)).toEqual([0, 8, 10, 13, 13, 21, 23, 25]);
    expect(progress.every(({ total }) => total === 25)).toBe(true);
  });

  it("tells of every question once where some jobs were scored first and others are asked in one pass", async () => {
    const messages: WorkerMessage[] = [];
    const send = (message: WorkerMessage): unknown => messages.push(message);
    const jobs = [
      job(["loglikelihood", "generate"], { questions: many(20) }),
      job(["loglikelihood", "generate"], { setIndex: 1, questions: many(4), promptTemplate: "question-answer" }),
      job(["loglikelihood"], { setIndex: 2, questions: many(2) }),
    ];
    const first = new Set(jobs.filter((one) => !sharesPrompts(one)));
    await scoreQuestions(jobs, fakeContext(speaker), send, first);
    await askQuestions(jobs, fakeContext(speaker, { wholeSequences: true }), send, first);
    const sent = messages.flatMap((message) => (message.type === "questions" ? [message] : []));
    expect(sent.map(({ setIndex, asked, results }) => [setIndex, asked, results.length])).toEqual([
      [1, 4, 4],
      [2, 2, 2],
      [0, 16, 16],
      [0, 4, 4],
      [1, 0, 4],
    ]);
    const progress = messages.flatMap((message) => (message.type === "progress" ? [message] : []));
    expect(progress.map(({ done }) => done)).toEqual([0, 2, 4, 4, 20, 24, 26]);
  });

  it("collects what piled up by its size, not after every question", async () => {
    const calls = { question: 0, unit: 0 };
    const context = fakeContext(speaker, {
      afterQuestion: () => (calls.question += 1),
      afterUnit: () => (calls.unit += 1),
    });
    await scoreQuestions([job(["loglikelihood"], { questions: many(20) })], context, () => undefined);
    expect(calls).toEqual({ question: 20, unit: 2 });
  });

  it("puts solved questions in front", async () => {
    const context = fakeContext(speaker);
    await ask(job(null, { shots: [[question("q2", "What rises?")]] }), context);
    expect(promptOf(context.fed)).toMatch(/\n\nWhat rises\?\n.*\nAnswer: B\n\nWhat falls\?/s);
  });

  it("stores the 64 most likely next tokens, best first", async () => {
    const { tokens } = await ask(job(null));
    expect(tokens!.topIds).toHaveLength(64);
    expect(tokens!.topIds[0]).toBe(SPACE);
    expect(tokens!.topLogprobs).toEqual([...tokens!.topLogprobs].sort((a, b) => b - a));
  });

  it("scores letters behind a space and takes the more likely one", async () => {
    const { loglikelihood } = await ask(job(["loglikelihood"]));
    const [a, b] = loglikelihood!.choiceLogprobs as [number, number];
    expect(b - a).toBeCloseTo(1, 5);
    expect(loglikelihood).toMatchObject({
      predicted: 1,
      correct: true,
      formatFailure: false,
      text: null,
      normalized: null,
      cutTokens: 0,
      sharedSeam: false,
    });
  });

  it("scores the choices' own texts, and again by character", async () => {
    // Each character is as likely as any other: the shorter choice wins, and by character they tie and the first wins.
    const flat = fakeContext(() => new Float32Array(128));
    const choices = ["four", "of"];
    const asked = job(["loglikelihood"], {
      promptTemplate: "question-answer",
      questions: [{ ...question(), choices }],
    });
    const { loglikelihood } = await ask(asked, flat);
    const each = -Math.log(128);
    expect(loglikelihood!.choiceLogprobs).toEqual([expect.closeTo(5 * each, 6), expect.closeTo(3 * each, 6)]);
    expect(loglikelihood).toMatchObject({ predicted: 1, correct: true });
    // 5/4 of the space included against 3/2.
    expect(loglikelihood!.normalized).toEqual({ predicted: 0, correct: false });
  });

  it("reads the letter of the generated text and says when there is none", async () => {
    const right = await ask(job(["generate"]));
    expect(right.generate).toMatchObject({ predicted: 1, correct: true, generatedTokens: 2, text: " B" });
    const babble = fakeContext(() => new Float32Array(128).fill(0).fill(9, 120, 121));
    const wrong = await ask(job(["generate"]), babble);
    expect(wrong.generate).toMatchObject({ predicted: null, correct: false, formatFailure: true, text: "xxx" });
  });

  it("does only what is asked for", async () => {
    const context = fakeContext(speaker);
    expect(await ask(job(null), context)).toMatchObject({ loglikelihood: null, generate: null });
    expect(context.fed).toHaveLength(1);
    expect(await ask(job(["loglikelihood"], { tokens: false }))).toMatchObject({ tokens: null, generate: null });
  });

  it("draws by seed and question: the same again for the same, others for others", async () => {
    const even: Speaker = () => new Float32Array(128).fill(-50).fill(0, 97, 123);
    const draw = async (id: string, seed: number): Promise<string | null> => {
      const benchmark = { modes: ["generate" as const], temperature: 1, topP: 1, maxNewTokens: 12 };
      const asked = job(null, { benchmark, questions: [question(id)] });
      return (await ask(asked, fakeContext(even, { seed }))).generate!.text;
    };
    expect(await draw("q1", 0)).toBe(await draw("q1", 0));
    expect(new Set([await draw("q1", 0), await draw("q2", 0), await draw("q1", 1)]).size).toBe(3);
  });

  it("puts the whole prompt into the chat template where the job wants it", async () => {
    const chatTemplate = (text: string): string => `<user>${text}<assistant>`;
    const context = fakeContext(speaker, { chatTemplate });
    await ask(job(null, { chatTemplate: true, shots: [[question("q2")]] }), context);
    expect(promptOf(context.fed)).toMatch(/^<user>The following.*Answer: B.*Answer:<assistant>$/s);
    const plain = fakeContext(speaker, { chatTemplate });
    await ask(job(null), plain);
    expect(promptOf(plain.fed)).toMatch(/^The following/);
  });

  it("prefers the job's subject to the question's", async () => {
    const context = fakeContext(speaker);
    await ask(job(null, { subject: "falling_things" }), context);
    expect(promptOf(context.fed)).toContain("about falling things.");
  });

  it("cuts a prompt that is too long from its left, and says by how much", async () => {
    const context = fakeContext(speaker, { positionLimit: 20 });
    const { tokens, loglikelihood, generate } = await ask(job(["loglikelihood", "generate"]), context);
    // Three new tokens feed two.
    expect(tokens!.promptTokens).toBe(18);
    expect(promptOf(context.fed)).toMatch(/Answer:$/);
    expect(loglikelihood!.cutTokens).toBeGreaterThan(50);
    expect(generate!.cutTokens).toBe(loglikelihood!.cutTokens);
    expect(loglikelihood!.predicted).toBe(1);
  });

  it("generates no more than the model has positions for", async () => {
    const benchmark = { modes: ["generate" as const], temperature: 0, topP: 1, maxNewTokens: 500 };
    const context = fakeContext(() => new Float32Array(128).fill(9, 120, 121), { positionLimit: 20 });
    const { tokens, generate } = await ask(job(null, { benchmark }), context);
    expect(tokens!.promptTokens).toBe(10);
    expect(generate!.generatedTokens).toBe(11);
  });

  it("stores a broken row as no tokens and no answer, and does not call it a format failure", async () => {
    const broken = fakeContext(() => new Float32Array(128).fill(NaN));
    const result = await ask(job(["loglikelihood", "generate"]), broken);
    expect(result.tokens).toMatchObject({ topIds: [], topLogprobs: [], logSumExp: null });
    expect(result.loglikelihood).toMatchObject({ predicted: null, correct: false, choiceLogprobs: [null, null] });
    expect(result.generate).toMatchObject({ predicted: null, correct: false, formatFailure: false, text: "" });
  });

  it("sends 16 questions a message, in order, with how far it is", async () => {
    const messages: WorkerMessage[] = [];
    const jobs = [job(null, { questions: many(20) }), job(null, { setIndex: 1, questions: many(3) })];
    await askQuestions(jobs, fakeContext(speaker), (message) => messages.push(message));
    const sent = messages.flatMap((message) => (message.type === "questions" ? [message] : []));
    expect(sent.map(({ setIndex, results }) => [setIndex, results.length])).toEqual([
      [0, 16],
      [0, 4],
      [1, 3],
    ]);
    expect(sent[0]!.results.map(({ tokens }) => tokens!.questionId)).toEqual(many(16).map(({ id }) => id));
    const progress = messages.flatMap((message) => (message.type === "progress" ? [message.done] : []));
    expect(progress).toEqual([0, 16, 20, 23]);
  });

  describe("in batches", () => {
    const asked = (modes: BenchmarkMode[] | null): QuestionJob => job(modes, { questions: many(37) });
    const withoutTimes = (results: readonly QuestionResult[]): unknown =>
      results.map(({ tokens, loglikelihood }) => [tokens, { ...loglikelihood, elapsedMs: 0 }]);

    it("gives what each question gives alone, in the questions' order", async () => {
      const solo = await askAll([asked(["loglikelihood"])], fakeContext(sums, { tokenizer: oneToken }));
      const context = fakeContext(sums, { tokenizer: oneToken, questionBatch: 8 });
      const batched = await askAll([asked(["loglikelihood"])], context);
      expect(withoutTimes(batched)).toEqual(withoutTimes(solo));
      expect(context.fed.map((line) => line.split(" ").length - 1)).toEqual([8, 8, 8, 8, 5]);
    });

    it("sorts by length, the longest first", async () => {
      const context = fakeContext(sums, { tokenizer: oneToken, questionBatch: 8 });
      await askAll([asked(null)], context);
      const lengths = context.fed.flatMap((line) => line.split(" ").slice(1)).map((ids) => ids.split(",").length);
      expect(lengths).toHaveLength(37);
      expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    });

    it("asks alone where an answer is to be generated or choices take several tokens", async () => {
      const generating = fakeContext(speaker, { tokenizer: oneToken, questionBatch: 8 });
      await askAll([job(["generate"], { questions: many(3) })], generating);
      expect(generating.fed.filter((line) => line.startsWith("forward"))).toEqual([]);
      const long = fakeContext(speaker, { questionBatch: 8 });
      await askAll([job(["loglikelihood"], { questions: many(3) })], long);
      expect(long.fed.filter((line) => line.startsWith("prefill"))).toHaveLength(3);
    });
  });

  describe("with a reference", () => {
    const rowsOf = async (
      role: "write" | "read",
      dir: string,
      shift: number,
      questionBatch = 1,
    ): Promise<NonNullable<QuestionResult["tokens"]>[]> => {
      const shifted: Speaker = (ids) => sums(ids).map((logit, id) => logit + (id % 2) * shift);
      const extra = { referenceRows: { role, dir }, tokenizer: oneToken, questionBatch };
      const results = await askAll([job(null, { questions: many(20) })], fakeContext(shifted, extra));
      return results.map(({ tokens }) => tokens!);
    };

    it("compares every question with the reference's row, however each side was asked", async () => {
      const dir = join(temporaryFolder(), "reference");
      const reference = await rowsOf("write", dir, 0, 8);
      expect(reference.every(({ referenceLogprobs }) => referenceLogprobs === null)).toBe(true);
      const same = await rowsOf("read", dir, 0);
      expect(same.map(({ klDivergence }) => klDivergence)).toEqual(same.map(() => 0));
      expect(same.map(({ referenceLogprobs }) => referenceLogprobs)).toEqual(
        reference.map(({ topLogprobs }) => topLogprobs),
      );
      const other = await rowsOf("read", dir, 1, 4);
      expect(Math.min(...other.map(({ klDivergence }) => klDivergence!))).toBeGreaterThan(0.05);
    });

    it("has nothing to compare where the reference left nothing", async () => {
      const rows = await rowsOf("read", join(temporaryFolder(), "nowhere"), 0);
      expect(
        rows.every(({ referenceLogprobs, klDivergence }) => referenceLogprobs === null && klDivergence === null),
      ).toBe(true);
    });
  });
});
