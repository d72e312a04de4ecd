import { topK } from "#shared/metrics/top-k.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { Answer, TokenRow } from "#shared/results.ts";
import { STORED_TOP_TOKENS } from "#shared/spec.ts";
import { planChoices } from "#core/benchmarks/choice-plan.ts";
import { mmluContinuation, mmluPrompt, parseLetter, subjectOf } from "#core/benchmarks/prompt-template.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import { bestChoice, scoreChoices } from "#core/benchmarks/score-choices.ts";
import type { ChatTemplate } from "#core/engine/chat-template.ts";
import type { Decoder } from "#core/engine/decoder.ts";
import { generate, timedPrefill } from "#core/engine/generate.ts";
import type { Tokenizer } from "#core/engine/tokenizer.ts";
import type { QuestionJob, QuestionResult } from "#core/runs/protocol.ts";

export interface QuestionPassInput {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate | null;
  readonly endIds: ReadonlySet<number>;
  readonly seed: number;
}

/**
 * Asks one question at batch 1. The prompt is fed once, and its last row of logits gives the top tokens, the letters'
 * log-likelihoods and the first token of the generated answer, which then goes on from the same cache. At batch 1 no padding
 * and no neighbour can change a result (docs/measurement.md), and the time of an answer is what a user would wait.
 */
export async function askQuestion(
  question: Question,
  job: QuestionJob,
  input: QuestionPassInput,
): Promise<QuestionResult> {
  const { decoder, tokenizer } = input;
  const text = mmluPrompt(question, subjectOf(question, job.setName, job.subject));
  const prompt = input.chatTemplate ? input.chatTemplate(text) : text;
  const continuations = question.choices.map((_, index) => mmluContinuation(index));
  const plan = planChoices(tokenizer, prompt, continuations, input.chatTemplate !== null);

  const first = await timedPrefill(decoder, plan.promptIds);
  const tokens = job.tokens ? tokenRow(question, plan.promptIds.length, first.logits, tokenizer.vocabularySize) : null;
  const modes = job.benchmark?.modes ?? [];

  let loglikelihood: Answer | null = null;
  if (modes.includes("loglikelihood")) {
    const start = performance.now();
    const scores = await scoreChoices(decoder, plan, first.logits);
    const predicted = bestChoice(scores);
    loglikelihood = {
      questionId: question.id,
      predicted,
      correct: predicted === question.answer,
      formatFailure: false,
      choiceLogprobs: scores,
      text: null,
      generatedTokens: 0,
      elapsedMs: first.elapsedMs + performance.now() - start,
    };
  }

  let generated: Answer | null = null;
  if (job.benchmark && modes.includes("generate")) {
    const { temperature, topP, maxNewTokens } = job.benchmark;
    const random = createRandom(hashSeed("benchmark", input.seed, question.id));
    const { vocabularySize } = tokenizer;
    const answer = await generate(decoder, first, {
      temperature,
      topP,
      maxNewTokens,
      endIds: input.endIds,
      random,
      vocabularySize,
    });
    const answerText = tokenizer.decode(answer.ids);
    const predicted = parseLetter(answerText, question.choices.length);
    generated = {
      questionId: question.id,
      predicted,
      correct: predicted === question.answer,
      formatFailure: predicted === null && !answer.broken,
      choiceLogprobs: [],
      text: answerText,
      generatedTokens: answer.ids.length,
      elapsedMs: answer.elapsedMs,
    };
  }
  return { tokens, loglikelihood, generate: generated };
}

/**
 * The most likely next tokens. Ids beyond the tokenizer's are padding of the logits and not ranked; probabilities are over
 * the full row, as every other tool has them. A broken row (NaN) is stored empty and counted as invalid.
 */
function tokenRow(question: Question, promptTokens: number, logits: Float32Array, vocabularySize: number): TokenRow {
  const topIds = topK(logits, STORED_TOP_TOKENS, vocabularySize) ?? [];
  return {
    questionId: question.id,
    promptTokens,
    topIds,
    topLogprobs: logSoftmaxAt(logits, topIds) ?? [],
  };
}
