import { createRandom, hashSeed } from "#shared/random.ts";
import type { Answer, TokenRow } from "#shared/results.ts";
import { parseLetter } from "#core/benchmarks/prompt-template.ts";
import { bestChoice, perCharacter, scoreChoices } from "#core/benchmarks/score-choices.ts";
import { generateFrom } from "#core/engine/generate.ts";
import { refuseSpinningNeighbours } from "#core/engine/open-sessions.ts";
import type { QuestionJob } from "#core/runs/protocol.ts";
import type { PlannedQuestion } from "./planned-question.ts";
import type { QualityContext, ScoringContext } from "./quality-context.ts";
import type { RowFile } from "./reference-rows.ts";
import { tokensAt } from "./token-row.ts";

/** The prompt's own pass: the logits after it, and how long they took. */
interface PromptPass {
  readonly logits: Float32Array;
  readonly elapsedMs: number;
}

/** The prompt into the stepper's cache. */
export async function steppedPass({ ids }: PlannedQuestion, { stepper }: QualityContext): Promise<PromptPass> {
  const start = performance.now();
  const [row] = await stepper.prefill([ids]);
  const elapsedMs = performance.now() - start;
  // The stepper writes over its row, and three measurements read it.
  return { logits: row!.slice(), elapsedMs };
}

/** The prompt through the exported graph. */
export async function wholePass({ ids }: PlannedQuestion, { forward }: ScoringContext): Promise<PromptPass> {
  const start = performance.now();
  const logits = (await forward([ids])).row(0, ids.length - 1);
  return { logits, elapsedMs: performance.now() - start };
}

export function wantsLikelihood({ benchmark }: QuestionJob): boolean {
  return benchmark?.modes.includes("loglikelihood") === true;
}

export function wantsGeneration({ benchmark }: QuestionJob): boolean {
  return benchmark?.modes.includes("generate") === true;
}

/** The next tokens after the prompt; null where the job does not want them. */
export function tokenRow(
  { job, question, index, ids }: PlannedQuestion,
  logits: Float32Array,
  { tokenizer }: ScoringContext,
  rows: RowFile,
): TokenRow | null {
  if (!job.tokens) return null;
  const comparison = tokensAt({ index, ids }, logits, tokenizer.vocabularySize, rows);
  return { questionId: question.id, promptTokens: ids.length, ...comparison };
}

/**
 * The choice of the largest log-likelihood, and of the largest by character; null where the job does not want it.
 * @param context without a stepper choices are whole sequences
 */
export async function likelihoodAnswer(
  asked: PlannedQuestion,
  prompt: PromptPass,
  {
    stepper,
    forward,
    lastOnly,
    questionBatch,
    tokenizer,
  }: ScoringContext & { readonly stepper: QualityContext["stepper"] | null },
): Promise<Answer | null> {
  if (!wantsLikelihood(asked.job)) return null;
  const { vocabularySize } = tokenizer;
  const start = performance.now();
  const ways = { stepper, forward, lastOnly, batch: questionBatch, vocabularySize };
  const choiceLogprobs = await scoreChoices(ways, asked.plan, prompt.logits);
  const elapsedMs = prompt.elapsedMs + performance.now() - start;
  const { characters, question } = asked;
  const normalizedScores = characters && perCharacter(choiceLogprobs, characters);
  const predicted = bestChoice(choiceLogprobs);
  const normalized = normalizedScores && bestChoice(normalizedScores);
  return {
    ...answer(asked, predicted, elapsedMs),
    choiceLogprobs,
    normalized: normalizedScores && { predicted: normalized, correct: normalized === question.answer },
  };
}

/**
 * The choice that the generated text names; null where the job does not want it.
 * @param prompt its pass, whose cache the stepper holds; null where it has yet to be fed
 */
export async function generatedAnswer(
  asked: PlannedQuestion,
  prompt: PromptPass | null,
  context: QualityContext,
): Promise<Answer | null> {
  const { question, job, ids } = asked;
  const { stepper, tokenizer, endIds, seed, positionLimit } = context;
  if (!job.benchmark || !wantsGeneration(job)) return null;
  refuseSpinningNeighbours();
  const { temperature, topP, maxNewTokens } = job.benchmark;
  const room = (positionLimit ?? Infinity) - ids.length + 1;
  const first = prompt ?? (await steppedPass(asked, context));
  const generated = await generateFrom(async (id) => (await stepper.step([id]))[0]!, first, {
    temperature,
    topP,
    maxNewTokens: Math.max(1, Math.min(maxNewTokens, room)),
    endIds,
    random: createRandom(hashSeed("benchmark", seed, question.id)),
    vocabularySize: tokenizer.vocabularySize,
  });
  const text = tokenizer.decode(generated.ids);
  const predicted = parseLetter(text, question.choices.length);
  return {
    ...answer(asked, predicted, generated.elapsedMs),
    formatFailure: predicted === null && !generated.broken,
    text,
    generatedTokens: generated.ids.length,
    tokenIds: generated.ids,
  };
}

function answer({ question, plan }: PlannedQuestion, predicted: number | null, elapsedMs: number): Answer {
  return {
    questionId: question.id,
    predicted,
    correct: predicted === question.answer,
    formatFailure: false,
    choiceLogprobs: [],
    text: null,
    generatedTokens: 0,
    tokenIds: null,
    elapsedMs,
    normalized: null,
    cutTokens: plan.cutTokens,
    sharedSeam: plan.sharedSeam,
  };
}
