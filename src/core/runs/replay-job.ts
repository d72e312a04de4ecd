/**
 * Replays: how fast a cell writes. What it generated once is stored, and in every round of launches some of it is fed again,
 * token by token, so that the work of a cell is the same each time and cells take turns (docs/measurement.md).
 */
import type { Spec } from "#shared/spec.ts";
import type { Prompt } from "#core/benchmarks/prompts.ts";
import { sampleQuestions } from "#core/benchmarks/sample.ts";
import type { Db } from "#core/store/database.ts";
import { readWritten } from "#core/store/read-written.ts";
import type { CellJob, QuestionJob, ReplayJob } from "./protocol.ts";

/** Most answers and texts that a launch replays: enough that one slow moment is little of it. */
const MOST_ANSWERS = 64;
const MOST_TEXTS = 32;
/** A forward pass that is timed for less than this is a first look, which is not repeated (measure/forward-runs.ts). */
const FIRST_LOOK_SECONDS = 1;

/** Whether cells generate anything that can be replayed. */
export function writesSomething({ generate, benchmark }: Spec["passes"]): boolean {
  return generate !== undefined || benchmark?.modes.includes("generate") === true;
}

/** @param questionJobs of the run; answers come from the first of them that generates */
export function replayJob(
  { seed, depth, passes }: Spec,
  questionJobs: readonly QuestionJob[],
  prompts: readonly Prompt[],
): ReplayJob {
  const asked = questionJobs.find(({ benchmark }) => benchmark?.modes.includes("generate"));
  return {
    questions: asked ? someQuestions(asked, seed) : null,
    generate: passes.generate ? { spec: passes.generate, prompts: prompts.slice(0, MOST_TEXTS) } : null,
    written: { answers: {}, texts: {} },
    repeatDisturbed: depth !== "preview" && (passes.forward?.minSeconds ?? Infinity) >= FIRST_LOOK_SECONDS,
  };
}

/** A seeded sample, each question with the solved ones that stand before it. */
function someQuestions(job: QuestionJob, seed: number): QuestionJob {
  const questions = sampleQuestions(job.questions, { limit: MOST_ANSWERS, seed });
  const placeOf = new Map(job.questions.map((question, index) => [question, index]));
  return { ...job, questions, shots: questions.map((question) => job.shots[placeOf.get(question)!] ?? []) };
}

/** The job with what the cell has written by now; one that replays nothing stays as it is. */
export function withWritten(db: Db, cellId: string, job: CellJob): CellJob {
  if (!job.replay) return job;
  const { questions, generate } = job.replay;
  const written = readWritten(db, cellId, {
    questions: questions?.questions.map(({ id }) => id) ?? [],
    prompts: generate?.prompts.map(({ id }) => id) ?? [],
  });
  return { ...job, replay: { ...job.replay, written } };
}
