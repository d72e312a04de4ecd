import { type ChoicePlan, planChoices } from "#core/benchmarks/choice-plan.ts";
import { choiceCharacters, continuations, subjectOf, writePrompt } from "#core/benchmarks/prompt-template.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { QuestionJob } from "#core/runs/protocol.ts";
import type { ScoringContext } from "./quality-context.ts";

/** A question in the words and tokens in which it is asked. */
export interface PlannedQuestion {
  readonly job: QuestionJob;
  /** Place in the job's questions. */
  readonly index: number;
  readonly question: Question;
  readonly plan: ChoicePlan;
  /** The prompt's tokens. */
  readonly ids: TokenIds;
  /** Characters of each choice, for acc_norm; null where choices are letters. */
  readonly characters: readonly number[] | null;
}

/** Writes the prompt, as one message of the user where the job wants the chat template, and cuts it into tokens. */
export function planQuestion(
  index: number,
  job: QuestionJob,
  context: Pick<ScoringContext, "tokenizer" | "chatTemplate" | "positionLimit">,
): PlannedQuestion {
  const { promptTemplate, benchmark } = job;
  const question = job.questions[index]!;
  const subject = subjectOf(question, job.setName, job.subject);
  const text = writePrompt(promptTemplate, question, job.shots[index] ?? [], subject);
  const chat = job.chatTemplate ? context.chatTemplate : null;
  const plan = planChoices(context.tokenizer, {
    prompt: chat ? chat(text) : text,
    continuations: continuations(promptTemplate, question),
    rendered: chat !== null,
    positionLimit: context.positionLimit,
    newTokens: benchmark?.modes.includes("generate") ? benchmark.maxNewTokens : 0,
  });
  return { job, index, question, plan, ids: plan.promptIds, characters: choiceCharacters(promptTemplate, question) };
}
