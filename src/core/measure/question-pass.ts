import { batchesOf } from "#core/benchmarks/batches.ts";
import { isOneRow } from "#core/benchmarks/score-choices.ts";
import type { QuestionJob, QuestionResult } from "#core/runs/protocol.ts";
import { generatedAnswer, likelihoodAnswer, steppedPass, tokenRow, wantsLikelihood, wholePass } from "./answers.ts";
import { type PlannedQuestion, planQuestion } from "./planned-question.ts";
import type { QualityContext, Send } from "./quality-context.ts";
import { openRowFile, type RowFile } from "./reference-rows.ts";

/** Questions a message to the parent holds: a crash loses at most these. */
const QUESTIONS_PER_MESSAGE = 16;
/** Questions that are sorted by length to make batches of one length; a crash loses at most these. */
const QUESTIONS_PER_WINDOW = 128;

/**
 * Asks every question of every job and sends the results in the questions' order. A prompt is fed once: its last row of
 * logits gives the next tokens, the letters' log-likelihoods and the first token of a generated answer.
 */
export async function askQuestions(jobs: readonly QuestionJob[], context: QualityContext, send: Send): Promise<void> {
  const total = jobs.reduce((sum, { questions }) => sum + questions.length, 0);
  let done = 0;
  send({ type: "progress", pass: "questions", done, total });
  for (const job of jobs) {
    const set = { name: `questions-${job.setIndex}`, positions: job.questions.length };
    using rows = openRowFile(job.tokens ? context.referenceRows : null, set);
    const isBatched = context.questionBatch > 1 && job.benchmark?.modes.includes("generate") !== true;
    const window = isBatched ? QUESTIONS_PER_WINDOW : QUESTIONS_PER_MESSAGE;
    for (let start = 0; start < job.questions.length; start += window) {
      const count = Math.min(window, job.questions.length - start);
      const planned = Array.from({ length: count }, (_, index) => planQuestion(start + index, job, context));
      const results = isBatched ? await askTogether(planned, context, rows) : await askEach(planned, context, rows);
      for (let from = 0; from < count; from += QUESTIONS_PER_MESSAGE) {
        const part = results.slice(from, from + QUESTIONS_PER_MESSAGE);
        send({ type: "questions", setIndex: job.setIndex, results: part });
        done += part.length;
        send({ type: "progress", pass: "questions", done, total });
      }
      context.afterUnit();
    }
  }
}

async function askEach(
  planned: readonly PlannedQuestion[],
  context: QualityContext,
  rows: RowFile,
): Promise<QuestionResult[]> {
  const results: QuestionResult[] = [];
  for (const asked of planned) {
    results.push(await askAlone(asked, context, rows));
    // Whole sequences leave logits of every position behind.
    if (context.wholeSequences) context.afterUnit();
  }
  return results;
}

async function askAlone(asked: PlannedQuestion, context: QualityContext, rows: RowFile): Promise<QuestionResult> {
  const { wholeSequences } = context;
  const prompt = wholeSequences ? await wholePass(asked, context) : await steppedPass(asked, context);
  const tokens = tokenRow(asked, prompt.logits, context, rows);
  // Generation first: it goes on from the prompt's cache, which scoring may replace.
  const generate = await generatedAnswer(asked, wholeSequences ? null : prompt, context);
  return { tokens, generate, loglikelihood: await likelihoodAnswer(asked, prompt, context) };
}

/** Questions that one row answers go in right-padded batches; the others are asked alone. */
async function askTogether(
  planned: readonly PlannedQuestion[],
  context: QualityContext,
  rows: RowFile,
): Promise<QuestionResult[]> {
  const isBatched = (asked: PlannedQuestion): boolean => !wantsLikelihood(asked) || isOneRow(asked.plan);
  const batches = batchesOf(planned.filter(isBatched), context.questionBatch, context.tokenizer.vocabularySize);
  const results = new Map<PlannedQuestion, QuestionResult>();
  for (const batch of batches) {
    for (const [index, result] of (await askBatch(batch, context, rows)).entries()) results.set(batch[index]!, result);
    context.afterUnit();
  }
  const alone = planned.filter((asked) => !isBatched(asked));
  for (const [index, result] of (await askEach(alone, context, rows)).entries()) results.set(alone[index]!, result);
  return planned.map((asked) => results.get(asked)!);
}

async function askBatch(
  batch: readonly PlannedQuestion[],
  context: QualityContext,
  rows: RowFile,
): Promise<QuestionResult[]> {
  const start = performance.now();
  const logits = await context.forward(batch.map(({ ids }) => ids));
  const elapsedMs = (performance.now() - start) / batch.length;
  const results: QuestionResult[] = [];
  for (const [sequence, asked] of batch.entries()) {
    const prompt = { logits: logits.row(sequence, asked.ids.length - 1), elapsedMs };
    const tokens = tokenRow(asked, prompt.logits, context, rows);
    results.push({ tokens, generate: null, loglikelihood: await likelihoodAnswer(asked, prompt, context) });
  }
  return results;
}
