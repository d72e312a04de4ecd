import { LabError } from "#shared/errors.ts";
import { countWords, wordsPerMinute } from "#shared/metrics/words-per-minute.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { Generation } from "#shared/results.ts";
import type { GeneratePassSpec } from "#shared/spec.ts";
import type { Prompt } from "#core/benchmarks/prompts.ts";
import { generateFrom } from "#core/engine/generate.ts";
import { refuseSpinningNeighbours } from "#core/engine/open-sessions.ts";
import type { QualityContext } from "./quality-context.ts";

export type GenerateContext = Pick<
  QualityContext,
  "stepper" | "tokenizer" | "chatTemplate" | "endIds" | "seed" | "positionLimit"
>;

/**
 * Continues one prompt, seeded by its id: the same text for the same file, whatever else runs. A text ends where the model
 * has no more positions.
 * @throws LabError SPEC_INVALID for a prompt that leaves no position for a new token
 */
export async function generateText(
  prompt: Prompt,
  spec: GeneratePassSpec,
  context: GenerateContext,
): Promise<Generation> {
  const { stepper, tokenizer, endIds } = context;
  const { ids, rendered } = generatePrompt(prompt, spec, context);
  const maxNewTokens = Math.min(spec.maxNewTokens, roomFor(prompt, ids.length, context.positionLimit));

  refuseSpinningNeighbours();
  const start = performance.now();
  const [logits] = await stepper.prefill([ids]);
  const first = { logits: logits!, elapsedMs: performance.now() - start };
  const result = await generateFrom(async (id) => (await stepper.step([id]))[0]!, first, {
    temperature: spec.temperature,
    topP: spec.topP,
    maxNewTokens,
    endIds,
    random: createRandom(hashSeed("generate", context.seed, prompt.id)),
    vocabularySize: tokenizer.vocabularySize,
    margins: true,
  });
  const text = tokenizer.decode(result.ids);
  return {
    promptId: prompt.id,
    prompt: prompt.text,
    chatTemplate: rendered,
    promptTokens: ids.length,
    text,
    tokenIds: result.ids,
    tokenMs: result.tokenMs,
    margins: result.margins,
    wordsPerMinute: wordsPerMinute(countWords(text), result.elapsedMs),
  };
}

/** The prompt's tokens, and whether the chat template made them. */
export function generatePrompt(
  { text }: Prompt,
  spec: Pick<GeneratePassSpec, "chatTemplate">,
  { tokenizer, chatTemplate }: Pick<QualityContext, "tokenizer" | "chatTemplate">,
): { readonly ids: number[]; readonly rendered: boolean } {
  const template = spec.chatTemplate === false ? null : chatTemplate;
  if (template) return { ids: tokenizer.encodeRendered(template(text)), rendered: true };
  return { ids: tokenizer.encode(text), rendered: false };
}

/** New tokens that the model has positions for; the last one chosen is not fed. */
function roomFor(prompt: Prompt, promptTokens: number, positionLimit: number | null): number {
  if (positionLimit === null) return Infinity;
  if (promptTokens <= positionLimit) return positionLimit - promptTokens + 1;
  throw new LabError(
    "SPEC_INVALID",
    `The prompt ${prompt.id} has ${promptTokens} tokens, and the model takes ${positionLimit}. Shorten it (passes.generate.prompts).`,
    { prompt: prompt.id, promptTokens, positionLimit },
  );
}
