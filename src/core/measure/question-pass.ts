import { batchesOf } from "#core/benchmarks/batches.ts";
import { choicesAreLetters } from "#core/benchmarks/prompt-template.ts";
import { isOneRow } from "#core/benchmarks/score-choices.ts";
import type { QuestionJob, QuestionResult } from "#core/runs/protocol.ts";
import {
  generatedAnswer,
  likelihoodAnswer,
  steppedPass,
  tokenRow,
  wantsGeneration,
  wantsLikelihood,
  wholePass,
} from "./answers.ts";
import { type PlannedQuestion, planQuestion } from "./planned-question.ts";
import type { QualityContext, ScoringContext, Send } from "./quality-context.ts";
import { openRowFile, type RowFile } from "./reference-rows.ts";

/** Questions a message to the parent holds: a crash loses at most these. */
const QUESTIONS_PER_MESSAGE = 16;
/** Questions that are sorted by length to make batches of one length; a crash loses at most these. */
const QUESTIONS_PER_WINDOW = 128;

/** Questions whose scores are sent already, or are to be sent apart from their answers. */
export type ScoredJobs = ReadonlySet<QuestionJob>;

/**
 * Asks every question of every job and sends the results in the questions' order. A prompt is fed once: its last row of
 * logits gives the next tokens, the letters' log-likelihoods and the first token of a generated answer. Of jobs in `scored`
 * only the generated answers are left.
 */
export async function askQuestions(
  jobs: readonly QuestionJob[],
  context: QualityContext,
  send: Send,
  scored: ScoredJobs = new Set(),
): Promise<void> {
  await goThrough(jobs, context, send, {
    shareOf: (job) => (scored.has(job) ? 1 - scoredShare(job) : 1),
    before: shareDone(scored),
    asks: (job) => !(scored.has(job) && isScored(job)),
    ask: async (planned, rows, isBatched) =>
      isBatched
        ? askTogether(planned, context, rows, (asked) => askAlone(asked, context, rows))
        : askEach(planned, context, (asked) =>
            scored.has(asked.job) ? answerAlone(asked, context) : askAlone(asked, context, rows),
          ),
  });
}

/**
 * Scores the questions of `wanted` by the exported graph, in whole sequences: next tokens and log-likelihoods, sent without
 * generated answers.
 * @param scored whose scores were sent before
 */
export async function scoreQuestions(
  jobs: readonly QuestionJob[],
  context: ScoringContext,
  send: Send,
  wanted: ScoredJobs = new Set(jobs),
  scored: ScoredJobs = new Set(),
): Promise<void> {
  const alone =
    (rows: RowFile) =>
    async (asked: PlannedQuestion): Promise<QuestionResult> => {
      const prompt = await wholePass(asked, context);
      const tokens = tokenRow(asked, prompt.logits, context, rows);
      return {
        tokens,
        generate: null,
        loglikelihood: await likelihoodAnswer(asked, prompt, { ...context, stepper: null }),
      };
    };
  await goThrough(jobs, context, send, {
    shareOf: (job) => (wanted.has(job) ? scoredShare(job) : 0),
    before: shareDone(scored),
    asks: () => true,
    ask: async (planned, rows, isBatched) =>
      isBatched ? askTogether(planned, context, rows, alone(rows)) : askEach(planned, context, alone(rows)),
  });
}

/**
 * Whether one pass over a prompt serves everything that the job wants of it, where choices must be whole sequences: letters are
 * read from the prompt's own row, and an answer goes on from its cache. Without an answer to write nothing is fed twice.
 */
export function sharesPrompts(job: QuestionJob): boolean {
  return wantsGeneration(job) && (!wantsLikelihood(job) || choicesAreLetters(job.promptTemplate));
}

function isScored(job: QuestionJob): boolean {
  return job.tokens || wantsLikelihood(job);
}

/** Scoring and writing count as one half each where a job wants both. */
function scoredShare(job: QuestionJob): number {
  if (!isScored(job)) return 0;
  return wantsGeneration(job) ? 0.5 : 1;
}

function shareDone(scored: ScoredJobs): number {
  return [...scored].reduce((sum, job) => sum + scoredShare(job) * job.questions.length, 0);
}

interface Round {
  /** How much of a question of the job this round does; a job of which it does nothing is left out. */
  readonly shareOf: (job: QuestionJob) => number;
  /** Questions that were done before. */
  readonly before: number;
  /** Whether this is the first that is told of the job's questions. */
  readonly asks: (job: QuestionJob) => boolean;
  readonly ask: (planned: readonly PlannedQuestion[], rows: RowFile, isBatched: boolean) => Promise<QuestionResult[]>;
}

async function goThrough(
  jobs: readonly QuestionJob[],
  context: ScoringContext,
  send: Send,
  { shareOf, before, asks, ask }: Round,
): Promise<void> {
  const total = jobs.reduce((sum, { questions }) => sum + questions.length, 0);
  let done = before;
  send({ type: "progress", pass: "questions", done: Math.floor(done), total });
  for (const job of jobs) {
    const share = shareOf(job);
    if (share === 0) continue;
    const set = { name: `questions-${job.setIndex}`, positions: job.questions.length };
    using rows = openRowFile(job.tokens ? context.referenceRows : null, set);
    const isBatched = context.questionBatch > 1 && !wantsGeneration(job);
    const window = isBatched ? QUESTIONS_PER_WINDOW : QUESTIONS_PER_MESSAGE;
    for (let start = 0; start < job.questions.length; start += window) {
      const count = Math.min(window, job.questions.length - start);
      const planned = Array.from({ length: count }, (_, index) => planQuestion(start + index, job, context));
      const results = await ask(planned, rows, isBatched);
      for (let from = 0; from < count; from += QUESTIONS_PER_MESSAGE) {
        const part = results.slice(from, from + QUESTIONS_PER_MESSAGE);
        send({ type: "questions", setIndex: job.setIndex, asked: asks(job) ? part.length : 0, results: part });
        done += share * part.length;
        send({ type: "progress", pass: "questions", done: Math.floor(done), total });
      }
      context.afterUnit();
    }
  }
}

type AskOne = (asked: PlannedQuestion) => Promise<QuestionResult>;

async function askEach(
  planned: readonly PlannedQuestion[],
  context: ScoringContext,
  askOne: AskOne,
): Promise<QuestionResult[]> {
  const results: QuestionResult[] = [];
  for (const asked of planned) {
    results.push(await askOne(asked));
    // Whole sequences leave logits of every position behind.
    context.afterQuestion();
  }
  return results;
}

async function askAlone(asked: PlannedQuestion, context: QualityContext, rows: RowFile): Promise<QuestionResult> {
  const prompt = await steppedPass(asked, context);
  const tokens = tokenRow(asked, prompt.logits, context, rows);
  // Generation first: it goes on from the prompt's cache, which scoring may replace.
  const generate = await generatedAnswer(asked, prompt, context);
  const ways = context.wholeSequences ? { ...context, stepper: null } : context;
  return { tokens, generate, loglikelihood: await likelihoodAnswer(asked, prompt, ways) };
}

async function answerAlone(asked: PlannedQuestion, context: QualityContext): Promise<QuestionResult> {
  return { tokens: null, loglikelihood: null, generate: await generatedAnswer(asked, null, context) };
}

/** Questions that one row answers go in right-padded batches; the others are asked alone. */
async function askTogether(
  planned: readonly PlannedQuestion[],
  context: ScoringContext,
  rows: RowFile,
  askOne: AskOne,
): Promise<QuestionResult[]> {
  const isBatched = (asked: PlannedQuestion): boolean => !wantsLikelihood(asked.job) || isOneRow(asked.plan);
  const batches = batchesOf(planned.filter(isBatched), context.questionBatch, context.tokenizer.vocabularySize);
  const results = new Map<PlannedQuestion, QuestionResult>();
  for (const batch of batches) {
    for (const [index, result] of (await askBatch(batch, context, rows)).entries()) results.set(batch[index]!, result);
    context.afterUnit();
  }
  const alone = planned.filter((asked) => !isBatched(asked));
  for (const [index, result] of (await askEach(alone, context, askOne)).entries()) results.set(alone[index]!, result);
  return planned.map((asked) => results.get(asked)!);
}

async function askBatch(
  batch: readonly PlannedQuestion[],
  context: ScoringContext,
  rows: RowFile,
): Promise<QuestionResult[]> {
  const start = performance.now();
  const logits = await context.forward(batch.map(({ ids }) => ids));
  const elapsedMs = (performance.now() - start) / batch.length;
  const results: QuestionResult[] = [];
  for (const [sequence, asked] of batch.entries()) {
    const prompt = { logits: logits.row(sequence, asked.ids.length - 1), elapsedMs };
    const tokens = tokenRow(asked, prompt.logits, context, rows);
    // One row answers them all: no step is needed.
    results.push({
      tokens,
      generate: null,
      loglikelihood: await likelihoodAnswer(asked, prompt, { ...context, stepper: null }),
    });
  }
  return results;
}
