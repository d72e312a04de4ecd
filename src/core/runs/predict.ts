/**
 * What a launch will take, from what cells like it took before on this machine, else from the size of the model. Good enough
 * to plan an evening by; what is measured replaces it as soon as there is something (estimator.ts).
 */
import type { CellJob, PassName, ReplayJob } from "./protocol.ts";

/** How fast one cell is, in ms. */
export interface CellSpeeds {
  readonly loadMs: number;
  /** A forward pass over `tokens` tokens in all. */
  readonly forwardMs: (tokens: number) => number;
  /** One more token a sequence, after `depth` tokens. */
  readonly stepMs: (depth: number) => number;
  /** `measured`: this very file, here. `scaled`: other models, here. `rough`: nothing was measured here yet. */
  readonly basis: "measured" | "scaled" | "rough";
}

/** Predicted ms of each unit of each pass of a launch, in order; units are what progress messages count. */
export type LaunchCosts = ReadonlyMap<PassName, readonly number[]>;

/** Starting Node, ONNX Runtime and the tokenizer. */
const START_MS = 400;
/** Repeats of a generation in one launch, the warm-up included (decode-pass.ts). */
const GENERATIONS = 3;
const CHARACTERS_PER_TOKEN = 4;
/** The head of a question's prompt, before its own words. */
const PROMPT_TOKENS = 24;

/** One replay of texts or answers in a launch: warm-up and timed passes over all of them (replay-pass.ts). */
const REPLAY_MS = { least: 850, most: 15_000 };

export function predictLaunch(job: CellJob, speeds: CellSpeeds): LaunchCosts {
  const { forward, decode, questionJobs, texts, generate, replay } = job;
  const costs = new Map<PassName, readonly number[]>([["load", [START_MS + speeds.loadMs]]]);
  if (forward) {
    const { batchSizes, sequenceLength } = forward;
    costs.set(
      "forward",
      batchSizes.map((batch) => forwardUnit(job, speeds.forwardMs(batch * sequenceLength))),
    );
  }
  if (decode) {
    const { depths, batchSizes, promptTokens, newTokens } = decode;
    costs.set(
      "decode",
      depths.flatMap((depth) =>
        batchSizes.map((batch) => {
          const prompt = depth + promptTokens;
          return GENERATIONS * (speeds.forwardMs(batch * prompt) + newTokens * speeds.stepMs(batch * prompt));
        }),
      ),
    );
  }
  if (questionJobs.length > 0) {
    costs.set(
      "questions",
      questionJobs.flatMap(({ questions, benchmark, shots }) =>
        questions.map(({ question, choices }, index) => {
          const lengths = [question, ...choices, ...(shots[index] ?? []).flatMap((shot) => [shot.question])];
          const characters = lengths.reduce((sum, text) => sum + text.length, 0);
          const tokens = PROMPT_TOKENS + characters / CHARACTERS_PER_TOKEN;
          const generated = benchmark?.modes.includes("generate") ? benchmark.maxNewTokens / 2 : 0;
          return speeds.forwardMs(tokens) + generated * speeds.stepMs(tokens);
        }),
      ),
    );
  }
  if (texts) {
    const { chunks, chunkTokens } = texts;
    costs.set("texts", Array<number>(chunks).fill(speeds.forwardMs(chunkTokens)));
  }
  if (generate) {
    const { maxNewTokens } = generate.spec;
    const each = speeds.forwardMs(PROMPT_TOKENS) + maxNewTokens * speeds.stepMs(PROMPT_TOKENS + maxNewTokens / 2);
    costs.set("generate", Array<number>(generate.prompts.length).fill(each));
  }
  if (replay) costs.set("replay", replayUnits(replay, speeds));
  return costs;
}

/** Texts, then answers; of each at least one pass to warm up and one timed. */
function replayUnits({ generate, questions }: ReplayJob, { forwardMs, stepMs }: CellSpeeds): number[] {
  const each = (count: number, steps: number): number => {
    const pass = count * (forwardMs(PROMPT_TOKENS) + steps * stepMs(PROMPT_TOKENS + steps / 2));
    return Math.min(REPLAY_MS.most, Math.max(REPLAY_MS.least, 2 * pass));
  };
  return [
    ...(generate ? [each(generate.prompts.length, generate.spec.maxNewTokens)] : []),
    ...(questions ? [each(questions.questions.length, (questions.benchmark?.maxNewTokens ?? 0) / 2)] : []),
  ];
}

/** Warm-up, then as many runs as the spec's rule asks for, once with and once without the logits fetched. */
function forwardUnit({ forward, kind }: CellJob, ms: number): number {
  const { warmup, minIterations, maxIterations, minSeconds, maxSeconds } = forward!;
  if (kind === "memory") return 3 * ms;
  const wanted = Math.max(minIterations * ms, Math.min(minSeconds * 1000, maxIterations * ms));
  return warmup * ms + 2 * Math.max(3 * ms, Math.min(wanted, maxSeconds * 1000));
}

export function totalMs(costs: LaunchCosts): number {
  return [...costs.values()].flat().reduce((sum, ms) => sum + ms, 0);
}
