import { describe, expect, it } from "vitest";
import { generatePassSchema } from "#shared/spec.ts";
import { replay, type ReplayInput, type WrittenText } from "#core/measure/replay-pass.ts";
import { writtenTexts } from "#core/measure/written-texts.ts";
import { questionJob } from "../runs/sample-job.ts";
import { characters, fakeContext } from "./fake-context.ts";

const flat = (): Float32Array => new Float32Array(128);
const texts: readonly WrittenText[] = [
  { id: "p1", promptIds: [1, 2], ids: [5, 6, 7], words: 2 },
  { id: "p2", promptIds: [3], ids: [8], words: 1 },
  { id: "p3", promptIds: [4], ids: [], words: 0 },
];

/** Every call takes the given ms of a clock of its own. */
function input(ms: number, extra: Partial<ReplayInput> = {}): ReplayInput & { readonly fed: string[]; tokens: number } {
  let now = 0;
  const { fed, stepper } = fakeContext(flat);
  const state = {
    fed,
    tokens: 0,
    stepper: {
      method: stepper.method,
      graph: stepper.graph,
      prefill: (batch: Parameters<typeof stepper.prefill>[0]) => {
        now += 10 * ms;
        return stepper.prefill(batch);
      },
      step: (ids: readonly number[]) => {
        now += ms;
        return stepper.step(ids);
      },
    },
    launch: 3,
    sampler: { add: (count: number) => void (state.tokens += count), tick: () => undefined },
    repeatDisturbed: true,
    watch: () => () => 0.05,
    nowMs: () => now,
    ...extra,
  };
  return state;
}

describe("replay", () => {
  it("feeds each prompt and then the ids that were written, but the last, which is only chosen", async () => {
    const asked = input(100);
    const result = await replay("texts", texts, asked);
    expect(result).toEqual({
      ...{ launch: 3, of: "texts", method: "plain", graph: "exported", foreignLoadCores: 0.05, repeats: 0 },
      items: [
        { id: "p1", promptTokens: 2, tokens: 3, words: 2, promptMs: [1000], stepMs: [100, 100] },
        { id: "p2", promptTokens: 1, tokens: 1, words: 1, promptMs: [1000], stepMs: [] },
        { id: "p3", promptTokens: 1, tokens: 0, words: 0, promptMs: [1000], stepMs: [] },
      ],
    });
    // The first of them warms up: it takes more than a quarter of a second.
    const whole = ["prefill 1,2", "step 5", "step 6"];
    expect(asked.fed).toEqual([...whole, ...whole, "prefill 3", "prefill 4"]);
    expect(asked.tokens).toBe(4 + 6);
  });

  it("repeats all texts until 0.6 s were measured, five times at most", async () => {
    const slow = await replay("texts", texts, input(10));
    expect(slow.items.map(({ promptMs, stepMs }) => [promptMs.length, stepMs.length])).toEqual([
      [2, 4],
      [2, 0],
      [2, 0],
    ]);
    const fast = await replay("texts", texts, input(0.01));
    expect(fast.items[0]!.promptMs).toHaveLength(5);
  });

  it("ends a first pass that takes too long with the texts it has", async () => {
    const result = await replay("texts", texts, input(1001));
    expect(result.items.map(({ id }) => id)).toEqual(["p1"]);
  });

  it("repeats all of it while other programs disturb it, twice, and keeps the last with its load", async () => {
    const loads = [0.4, 0.3, 0.2, 0.1];
    const watch = (): (() => number) => () => loads.shift()!;
    const result = await replay("answers", texts, input(100, { watch }));
    expect(result).toMatchObject({ foreignLoadCores: 0.2, repeats: 2 });
    expect(result.items[0]!.promptMs).toHaveLength(1);
    const look = await replay("answers", texts, input(100, { watch: () => () => 0.9, repeatDisturbed: false }));
    expect(look).toMatchObject({ foreignLoadCores: 0.9, repeats: 0 });
  });
});

describe("writtenTexts", () => {
  const written = { answers: { q1: [66], q3: [] }, texts: { p2: [97, 32, 98] } };
  const generate = {
    spec: generatePassSchema.parse({ prompts: ["x"] }),
    prompts: [
      { id: "p1", text: "one" },
      { id: "p2", text: "two" },
    ],
  };
  const job = {
    ...questionJob(3),
    benchmark: { modes: ["generate" as const], temperature: 0, topP: 1, maxNewTokens: 3 },
  };

  it("puts what was written behind the prompt that asked for it, and counts its words", () => {
    const found = writtenTexts({ questions: job, generate, written, repeatDisturbed: true }, fakeContext(flat));
    expect(found.texts).toEqual([{ id: "p2", promptIds: characters.encode("two"), ids: [97, 32, 98], words: 2 }]);
    expect(found.answers.map(({ id, ids, words }) => [id, ids, words])).toEqual([
      ["q1", [66], 1],
      ["q3", [], 0],
    ]);
    expect(characters.decode(found.answers[0]!.promptIds)).toMatch(/What\?\nA\. a\nB\. b\nAnswer:$/);
  });

  it("has nothing where nothing was written, or no ids were kept", () => {
    const none = { answers: {}, texts: {} };
    const found = writtenTexts({ questions: job, generate, written: none, repeatDisturbed: true }, fakeContext(flat));
    expect(found).toEqual({ texts: [], answers: [] });
    expect(
      writtenTexts({ questions: null, generate: null, written, repeatDisturbed: true }, fakeContext(flat)),
    ).toEqual({ texts: [], answers: [] });
  });
});
