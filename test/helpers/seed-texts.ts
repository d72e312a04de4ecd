/** Texts of seeded runs, as they were written and as they are written again. */
import type { Generation, ReplayLaunch } from "#shared/results.ts";

export const PROMPTS = ["Explain in two sentences why the sky is blue.", "Write a haiku about a quantized model."];
export const TEXT =
  "The sky is blue because molecules of air scatter the short waves of sunlight far more than the long ones. What reaches the eye from all directions is therefore mostly blue, and the sun itself looks a little more yellow than it is.";
export const OTHER =
  " light bends differently in warm air than it does in cold air, and that is what makes the colour of the day.";

/** Texts, and answers of two tokens, as they are written again. */
export function replaysOf(cell: number, launch: number, speed: number, questions: number): ReplayLaunch[] {
  const texts = PROMPTS.map((prompt, at) => generationOf(at, prompt, cell, speed));
  const common = { launch, method: "in-place", graph: "exported", foreignLoadCores: 0.02, repeats: 0 } as const;
  const items = texts.map(({ promptId: id, promptTokens, tokenIds, text }) => ({
    id,
    promptTokens,
    tokens: tokenIds.length,
    words: text.split(" ").length,
    promptMs: [60 * speed],
    stepMs: tokenIds.slice(1).map(() => 11 * speed),
  }));
  const answers = Array.from({ length: Math.min(64, questions) }, (_, index) => ({
    ...{ id: `q${index + 1}`, promptTokens: 90, tokens: 2, words: 1 },
    promptMs: [80 * speed],
    stepMs: [11 * speed],
  }));
  return [
    { ...common, of: "texts", items },
    ...(answers.length > 0 ? [{ ...common, of: "answers" as const, items: answers }] : []),
  ];
}

export function generationOf(at: number, prompt: string, cell: number, time: number): Generation {
  const same = cell === 0 || (cell === 1 && at === 1);
  const words = TEXT.split(" ");
  const keep = same ? words.length : 9 + 4 * cell + at;
  const text = same ? TEXT : words.slice(0, keep).join(" ") + OTHER;
  const tokens = text.split(" ").map((word, index) => (index < keep ? index : 900 + word.length + index));
  return {
    promptId: `p${at + 1}`,
    prompt,
    chatTemplate: true,
    promptTokens: 24,
    text,
    tokenIds: tokens,
    tokenMs: tokens.map((_, index) => 60 + 11 * time * index),
    margins: tokens.map((_, index) => (index % 7 === 0 ? 0.04 : 0.6)),
    wordsPerMinute: 4200 / time,
  };
}
