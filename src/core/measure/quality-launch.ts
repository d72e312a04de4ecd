import { arithmeticLimit } from "#core/engine/arithmetic.ts";
import { endTokenIds } from "#core/engine/generation-config.ts";
import { NO_SPINNING } from "#core/engine/open-sessions.ts";
import { loadDecoder, type LoadedDecoder, type LoadOptions } from "#core/engine/session.ts";
import { openStepper } from "#core/engine/stepping/open-stepper.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import type { CellJob } from "#core/runs/protocol.ts";
import { questionBatchOf, readsAlike, testBatching } from "./batch-self-tests.ts";
import { generateText } from "./generate-pass.ts";
import { type Launch, sendLoaded, sendUnits } from "./launch.ts";
import { loadOptions } from "./load-exported.ts";
import { collectGarbage, GARBAGE_BYTES, openGarbageWatch } from "./memory.ts";
import type { QualityContext, ScoringContext } from "./quality-context.ts";
import { askQuestions, scoreQuestions, sharesPrompts } from "./question-pass.ts";
import type { Sampler } from "./sampler.ts";
import { measureTexts } from "./text-pass.ts";
import { templateOf } from "./template-of.ts";
import { needsWholeSequences } from "./whole-sequences.ts";

/**
 * What the model says. The exported graph comes first and alone: running text, and what a variant that must be asked in whole
 * sequences is asked by it. Then it goes, and the engine's own way of stepping does the rest: of two sessions the idle one
 * would take the cores from the one that is timed.
 */
export async function measureQuality(launch: Launch): Promise<void> {
  const { job, variant, positionLimit, sampler, send } = launch;
  const chatTemplate = templateOf(job);
  send({ type: "progress", pass: "load", done: 0, total: 1 });
  const exported = await openExported(launch);
  const { facts, signature } = variant;
  const limit = arithmeticLimit(signature, facts, job.provider);
  const { batch } = signature;
  const tokenizer = await withinLogits(launch, exported.forward);
  const { vocabularySize } = tokenizer;
  const { tests, alone } = await testBatching({ ...launch, vocabularySize, forward: exported.forward, limit, batch });
  const { lastOnly } = alone;
  const scoring: ScoringContext = {
    forward: exported.forward,
    tokenizer,
    chatTemplate,
    endIds: endTokenIds(job.modelDir, tokenizer),
    seed: job.seed,
    positionLimit,
    lastOnly,
    questionBatch: questionBatchOf(job.provider, tests.padding.passed, facts.dynamicQuantization),
    referenceRows: job.referenceRows,
    afterUnit: () => {
      collectGarbage();
      sampler.tick();
    },
    afterQuestion: openGarbageWatch(GARBAGE_BYTES),
  };
  const wholeSequences = needsWholeSequences(facts, signature);
  const questions = job.questionJobs;
  // Where only the last position has logits, a text of n tokens would take n passes.
  if (job.texts && !lastOnly) await measureTexts(job.texts, scoring, send);
  const scored = new Set(wholeSequences ? questions.filter((asked) => !sharesPrompts(asked)) : []);
  if (scored.size > 0) await scoreQuestions(questions, scoring, send, scored);
  await exported.release();

  const { stepper } = await openStepper({ ...loadOptions(launch), graph: job.graph });
  const { method, graph, proof } = stepper;
  const { maxLogprobDifference } = proof;
  const stepping = {
    method,
    graph,
    maxLogprobDifference,
    refused: [...proof.refused],
    // Others are asked by the stepper whatever the last bits are.
    ...(wholeSequences && { readsAlike: await readsAlike(stepper, alone) }),
  };
  send({ type: "selfTests", result: { ...tests, stepping, questionBatch: scoring.questionBatch } });
  const context: QualityContext = { ...scoring, stepper: counted(stepper, sampler), wholeSequences };
  if (wholeSequences && !stepping.readsAlike) {
    await scoreQuestions(questions, context, send, new Set(questions.filter(sharesPrompts)), scored);
    for (const asked of questions) scored.add(asked);
  }
  if (questions.length > 0) await askQuestions(questions, context, send, scored);
  if (job.generate) await generateAll(job.generate, context, launch);
}

/** The tokenizer, of no more tokens than there are logits: where the graph does not say how many, one run does. */
async function withinLogits(
  { tokenizer, variant }: Launch,
  forward: QualityContext["forward"],
): Promise<Launch["tokenizer"]> {
  const width = variant.signature.vocabularySize ?? (await forward([[0]])).vocabulary;
  return { ...tokenizer, vocabularySize: Math.min(tokenizer.vocabularySize, width) };
}

async function generateAll(
  { spec, prompts }: NonNullable<CellJob["generate"]>,
  context: QualityContext,
  launch: Launch,
): Promise<void> {
  const texts = async function* () {
    for (const prompt of prompts) yield await generateText(prompt, spec, context);
  };
  await sendUnits(launch, "generate", prompts.length, texts(), (result) => ({ type: "generation", result }));
}

/**
 * The exported graph, which comes back when it is asked for again after its release: choices of several tokens that cost less in
 * one pass, and batches. It stands beside the stepper then, and its idle threads do not spin.
 */
async function openExported(launch: Launch): Promise<{
  readonly forward: QualityContext["forward"];
  readonly release: () => Promise<void>;
}> {
  const load = async (
    sessionConfig?: LoadOptions["sessionConfig"],
  ): Promise<LoadedDecoder & { nodes: Record<string, number> }> => {
    const opened = await loadDecoder({ ...loadOptions(launch), ...(sessionConfig && { sessionConfig }) });
    return { ...opened, nodes: await opened.placement() };
  };
  let loaded: Awaited<ReturnType<typeof load>> | null = await load();
  // Of the launch's sessions this one is the model as it stands, but it is not alone: no memory is told.
  sendLoaded(launch, { loadMs: loaded.loadMs, memory: null, placement: loaded.nodes, cacheSelfTest: null });
  return {
    forward: async (batch) => {
      loaded ??= await load(NO_SPINNING);
      const logits = await loaded.decoder.forward(batch);
      launch.sampler.add(batch.reduce((sum, ids) => sum + ids.length, 0));
      return logits;
    },
    release: async () => {
      await loaded?.release();
      loaded = null;
      collectGarbage();
      // What is left of it is no part of the peak of what follows.
      launch.memory.reset();
    },
  };
}

/** The same stepper, its tokens counted. */
function counted(stepper: Stepper, sampler: Pick<Sampler, "add">): Stepper {
  return {
    method: stepper.method,
    graph: stepper.graph,
    proof: stepper.proof,
    get length() {
      return stepper.length;
    },
    prefill: (batch) => {
      sampler.add(batch.reduce((sum, ids) => sum + ids.length, 0));
      return stepper.prefill(batch);
    },
    step: (ids) => {
      sampler.add(ids.length);
      return stepper.step(ids);
    },
    rewind: (length) => {
      stepper.rewind(length);
    },
  };
}
