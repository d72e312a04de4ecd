import { countWords, wordsPerMinute } from "#shared/metrics/words-per-minute.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { Generation } from "#shared/results.ts";
import type { GeneratePassSpec } from "#shared/spec.ts";
import type { Prompt } from "#core/benchmarks/prompts.ts";
import { generate, timedPrefill } from "#core/engine/generate.ts";
import type { QuestionPassInput } from "./question-pass.ts";

/** Continues one prompt, seeded by its id: the same text for the same file, whatever else runs. */
export async function generateText(
  prompt: Prompt,
  spec: GeneratePassSpec,
  input: QuestionPassInput,
): Promise<Generation> {
  const { decoder, tokenizer, chatTemplate, endIds } = input;
  const ids = chatTemplate ? tokenizer.encodeRendered(chatTemplate(prompt.text)) : tokenizer.encode(prompt.text);
  const first = await timedPrefill(decoder, ids);
  const result = await generate(decoder, first, {
    temperature: spec.temperature,
    topP: spec.topP,
    maxNewTokens: spec.maxNewTokens,
    endIds,
    random: createRandom(hashSeed("generate", input.seed, prompt.id)),
    vocabularySize: tokenizer.vocabularySize,
  });
  const text = tokenizer.decode(result.ids);
  return {
    promptId: prompt.id,
    prompt: prompt.text,
    chatTemplate: chatTemplate !== null,
    promptTokens: ids.length,
    text,
    tokenIds: result.ids,
    tokenMs: result.tokenMs,
    wordsPerMinute: wordsPerMinute(countWords(text), result.elapsedMs),
  };
}
