import { mebibytes } from "#shared/report/quantities.ts";
import type { MemoryResult } from "#shared/results.ts";
import { type ChatTemplate, loadChatTemplate } from "#core/engine/chat-template.ts";
import { endTokenIds } from "#core/engine/generation-config.ts";
import { loadDecoder } from "#core/engine/session.ts";
import { loadTokenizer } from "#core/engine/tokenizer.ts";
import { openVariant } from "#core/models/model-folder.ts";
import { readJson } from "#core/models/json-file.ts";
import type { CellJob, QuestionJob, QuestionResult, WorkerMessage } from "#core/runs/protocol.ts";
import { join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { testCache } from "./cache-self-test.ts";
import { forwardPass } from "./forward-pass.ts";
import { generateText } from "./generate-pass.ts";
import { collectGarbage, openPeakMemory, type PeakMemory } from "./memory.ts";
import { askQuestion, type QuestionPassInput } from "./question-pass.ts";

type Send = (message: WorkerMessage) => void;

/** Questions a message to the parent holds: a crash loses at most these. */
const QUESTIONS_PER_MESSAGE = 16;

/**
 * Measures one cell, pass by pass, and sends each finished unit at once. Runs alone in a fresh process, so that memory is
 * this model's and a crash is this cell's.
 */
export async function measureCell(job: CellJob, send: Send): Promise<void> {
  try {
    await measurePasses(job, send);
  } catch (error) {
    throw memoryError(error) ?? error;
  }
}

async function measurePasses(job: CellJob, sendNow: Send): Promise<void> {
  const config = readJson(join(job.modelDir, "config.json"), "MODEL_CORRUPT") ?? {};
  const variant = openVariant(job.file, config);
  const tokenizer = loadTokenizer(job.modelDir);
  const endIds = endTokenIds(job.modelDir, tokenizer);
  const template = loadTemplateIfUsed(job);

  sendNow({ type: "progress", pass: "load", done: 0, total: 1 });
  const memory = openPeakMemory();
  collectGarbage();
  const baseBytes = memory.residentBytes();
  memory.reset();
  const { providerOptions, memoryLimitBytes } = job;
  // Between units, since nothing can be heard while the model runs: what went over the limit is stored, nothing follows.
  const send: Send = (message) => {
    sendNow(message);
    if (message.type !== "progress") refuseOver(memoryLimitBytes, memory.peakBytes() - baseBytes);
  };
  const loaded = await loadDecoder({
    file: job.file,
    signature: variant.signature,
    provider: job.provider,
    threads: job.threads,
    ...(providerOptions && { providerOptions }),
  });
  const loadPeakBytes = Math.max(0, memory.peakBytes() - baseBytes);
  const placement = await loaded.placement();
  const { decoder } = loaded;
  const vocabularySize = Math.min(tokenizer.vocabularySize, variant.signature.vocabularySize ?? Infinity);
  const cacheSelfTest = await testCache(decoder, variant.facts, vocabularySize);
  send({
    type: "loaded",
    result: {
      loadMs: loaded.loadMs,
      memory: { ...steadyMemory(memory, baseBytes), loadPeakBytes },
      placement,
      cacheSelfTest,
      specialTokens: tokenizer.specialTokens,
    },
  });
  send({ type: "progress", pass: "load", done: 1, total: 1 });

  if (job.forward) {
    const total = job.forward.batchSizes.length;
    let done = 0;
    send({ type: "progress", pass: "forward", done, total });
    const measured = { decoder, memory, baseBytes, loadPeakBytes, memoryLimitBytes };
    const input = { ...measured, spec: job.forward, vocabularySize, seed: job.seed };
    for await (const result of forwardPass(input)) {
      send({ type: "forward", result });
      send({ type: "progress", pass: "forward", done: ++done, total });
    }
  }

  const input = { decoder, tokenizer, endIds, seed: job.seed };
  await askAll(job.questionJobs, input, template, send);

  if (job.generate) {
    const { spec, prompts } = job.generate;
    const total = prompts.length;
    const chatTemplate = spec.chatTemplate === false ? null : template;
    send({ type: "progress", pass: "generate", done: 0, total });
    for (const [index, prompt] of prompts.entries()) {
      send({ type: "generation", result: await generateText(prompt, spec, { ...input, chatTemplate }) });
      send({ type: "progress", pass: "generate", done: index + 1, total });
    }
  }
}

async function askAll(
  jobs: readonly QuestionJob[],
  input: Omit<QuestionPassInput, "chatTemplate">,
  template: ChatTemplate | null,
  send: Send,
): Promise<void> {
  const total = jobs.reduce((sum, { questions }) => sum + questions.length, 0);
  let done = 0;
  if (total > 0) send({ type: "progress", pass: "questions", done, total });
  for (const job of jobs) {
    const chatTemplate = job.chatTemplate ? template : null;
    for (let start = 0; start < job.questions.length; start += QUESTIONS_PER_MESSAGE) {
      const results: QuestionResult[] = [];
      for (const question of job.questions.slice(start, start + QUESTIONS_PER_MESSAGE)) {
        results.push(await askQuestion(question, job, { ...input, chatTemplate }));
      }
      collectGarbage();
      send({ type: "questions", setIndex: job.setIndex, results });
      done += results.length;
      send({ type: "progress", pass: "questions", done, total });
    }
  }
}

function refuseOver(limitBytes: number | undefined, peakBytes: number): void {
  if (limitBytes === undefined || peakBytes <= limitBytes) return;
  throw new LabError(
    "OUT_OF_MEMORY",
    `The cell needed ${mebibytes(peakBytes)} MiB of memory, more than its limit of ${mebibytes(limitBytes)} MiB (limits.memoryBytes).`,
    { peakBytes, limitBytes },
  );
}

/** A failed allocation inside a pass, in our words; null for any other failure. */
function memoryError(error: unknown): LabError | null {
  if (error instanceof LabError || !(error instanceof Error)) return null;
  if (!/bad_alloc|out of memory|failed to allocate|array buffer allocation failed/i.test(error.message)) return null;
  const remedy = "Use fewer or smaller batch sizes, or a smaller format.";
  return new LabError("OUT_OF_MEMORY", `Memory ran out: ${error.message}. ${remedy}`, {}, { cause: error });
}

/** Steady memory is read after a forward pass: external weights are mapped and only count once they were touched. */
function steadyMemory(memory: PeakMemory, baseBytes: number): Omit<MemoryResult, "loadPeakBytes"> {
  collectGarbage();
  return { baseBytes, steadyBytes: Math.max(0, memory.residentBytes() - baseBytes), source: memory.source };
}

/** The chat template where a pass wants it; a spec that asks for one that the model lacks is an error. */
function loadTemplateIfUsed({ modelDir, questionJobs, generate }: CellJob): ChatTemplate | null {
  const demanded = questionJobs.some(({ chatTemplate }) => chatTemplate) || generate?.spec.chatTemplate === true;
  const wanted = demanded || (generate !== null && generate.spec.chatTemplate !== false);
  const template = wanted ? loadChatTemplate(modelDir) : null;
  if (demanded && !template) {
    throw new LabError(
      "SPEC_INVALID",
      `The spec asks for a chat template, and ${modelDir} has none. Set chatTemplate to false.`,
    );
  }
  return template;
}
