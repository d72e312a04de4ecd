import { countWords } from "#shared/metrics/words-per-minute.ts";
import type { Replayed } from "#shared/results.ts";
import type { ReplayJob } from "#core/runs/protocol.ts";
import { generatePrompt } from "./generate-pass.ts";
import { planQuestion } from "./planned-question.ts";
import type { ScoringContext } from "./quality-context.ts";
import type { WrittenText } from "./replay-pass.ts";

type PromptContext = Pick<ScoringContext, "tokenizer" | "chatTemplate" | "positionLimit">;

/** What a cell wrote, with the prompts after which it did; those of which no ids were kept are left out. */
export function writtenTexts(
  { questions, generate, written }: ReplayJob,
  context: PromptContext,
): Readonly<Record<Replayed, readonly WrittenText[]>> {
  const textOf = (id: string, promptIds: readonly number[], ids: readonly number[] | undefined): WrittenText[] =>
    ids ? [{ id, promptIds, ids, words: countWords(context.tokenizer.decode(ids)) }] : [];
  return {
    texts: (generate?.prompts ?? []).flatMap((prompt) =>
      textOf(prompt.id, generatePrompt(prompt, generate!.spec, context).ids, written.texts[prompt.id]),
    ),
    answers: (questions?.questions ?? []).flatMap(({ id }, index) =>
      textOf(id, planQuestion(index, questions!, context).ids, written.answers[id]),
    ),
  };
}
