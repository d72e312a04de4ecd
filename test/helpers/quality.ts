import { PlainStepper } from "#core/engine/stepping/plain-stepper.ts";
import { endTokenIds } from "#core/engine/generation-config.ts";
import { askQuestions, scoreQuestions } from "#core/measure/question-pass.ts";
import type { QualityContext } from "#core/measure/quality-context.ts";
import { measureTexts } from "#core/measure/text-pass.ts";
import { positionLimit } from "#core/models/position-limit.ts";
import type { QuestionJob, QuestionResult, TextJob, WorkerMessage } from "#core/runs/protocol.ts";
import type { TextChunk } from "#shared/results.ts";
import { openModel } from "./reference.ts";

/** A loaded model as a quality launch asks it, stepping the plain way. */
export async function qualityContext(dir: string, extra: Partial<QualityContext> = {}): Promise<QualityContext> {
  const { decoder, tokenizer } = await openModel(dir);
  return {
    stepper: new PlainStepper(decoder, []),
    wholeSequences: false,
    forward: (batch) => decoder.forward(batch),
    tokenizer,
    chatTemplate: null,
    endIds: endTokenIds(dir, tokenizer),
    seed: 0,
    positionLimit: positionLimit(dir),
    lastOnly: false,
    questionBatch: 1,
    referenceRows: null,
    afterUnit: () => undefined,
    afterQuestion: () => undefined,
    ...extra,
  };
}

/** All that `askQuestions` sends, joined. */
export async function askAll(jobs: readonly QuestionJob[], context: QualityContext): Promise<QuestionResult[]> {
  const messages: WorkerMessage[] = [];
  await askQuestions(jobs, context, (message) => messages.push(message));
  return messages.flatMap((message) => (message.type === "questions" ? message.results : []));
}

/** The same where scores and answers come apart: scores in whole sequences, then generated answers, put together. */
export async function askWhole(jobs: readonly QuestionJob[], context: QualityContext): Promise<QuestionResult[]> {
  const sent: WorkerMessage[] = [];
  const send = (message: WorkerMessage): unknown => sent.push(message);
  await scoreQuestions(jobs, context, send);
  await askQuestions(jobs, context, send, new Set(jobs));
  const results = sent.flatMap((message) => (message.type === "questions" ? message.results : []));
  const idOf = ({ tokens, loglikelihood, generate }: QuestionResult): string =>
    (tokens ?? loglikelihood ?? generate)!.questionId;
  return [...Map.groupBy(results, idOf).values()].map(([first, second]) => ({
    tokens: first!.tokens,
    loglikelihood: first!.loglikelihood,
    generate: second?.generate ?? first!.generate,
  }));
}

/** All chunks that `measureTexts` sends. */
export async function measureAll(job: TextJob, context: QualityContext): Promise<TextChunk[]> {
  const messages: WorkerMessage[] = [];
  await measureTexts(job, context, (message) => messages.push(message));
  return messages.flatMap((message) => (message.type === "texts" ? message.results : []));
}
