import type { ReplayItem, ReplayLaunch, Replayed } from "#shared/results.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import { refuseSpinningNeighbours } from "#core/engine/open-sessions.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import { choose } from "./decode-pass.ts";
import { watchBackgroundCpu } from "./background-cpu.ts";
import { DISTURBED_CORES, MOST_REPEATS } from "./forward-runs.ts";
import { collectGarbage, GARBAGE_BYTES, openGarbageWatch } from "./memory.ts";
import type { Sampler } from "./sampler.ts";

/** A text as the cell wrote it once. */
export interface WrittenText {
  /** Of the prompt or question. */
  readonly id: string;
  readonly promptIds: TokenIds;
  readonly ids: TokenIds;
  readonly words: number;
}

export interface ReplayInput {
  readonly stepper: Pick<Stepper, "method" | "graph" | "prefill" | "step">;
  readonly launch: number;
  readonly sampler: Pick<Sampler, "add" | "tick">;
  readonly repeatDisturbed: boolean;
  /** Others are for tests. */
  readonly watch?: typeof watchBackgroundCpu;
  readonly nowMs?: () => number;
}

/** Texts are written without being kept until so much time is spent, or all of them once. */
const WARMUP_MS = 250;
/** All texts are written again until so much time was measured: shorter blocks cannot tell other programs' load. */
const LEAST_MS = 600;
const MOST_PASSES = 5;
/** The first pass ends here with the texts it has. */
const MOST_MS = 10_000;

type Times = Pick<ReplayItem, "promptMs" | "stepMs"> & { readonly text: WrittenText };

/**
 * Feeds texts again as they were written, one after the other at batch 1: the prompt, then token by token. Choosing the most
 * likely token is part of every time, since nobody writes without; tokenizing is not, nor is collecting garbage. While other
 * programs disturb it, all of it is repeated, up to twice; the last stays, whatever its times are.
 * @param texts one at least
 */
export async function replay(of: Replayed, texts: readonly WrittenText[], input: ReplayInput): Promise<ReplayLaunch> {
  const { stepper, launch, repeatDisturbed, watch = watchBackgroundCpu } = input;
  refuseSpinningNeighbours();
  await warmUp(texts, input);
  for (let repeats = 0; ; repeats++) {
    const foreignLoad = watch();
    const times = await timedPasses(texts, input);
    const foreignLoadCores = foreignLoad();
    const disturbed = repeatDisturbed && (foreignLoadCores ?? 0) > DISTURBED_CORES;
    if (disturbed && repeats < MOST_REPEATS) continue;
    const { method, graph } = stepper;
    return { launch, of, method, graph, items: times.map(itemOf), foreignLoadCores, repeats };
  }
}

async function warmUp(texts: readonly WrittenText[], input: ReplayInput): Promise<void> {
  let elapsedMs = 0;
  for (const text of texts) {
    if (elapsedMs > WARMUP_MS) return;
    elapsedMs += await write({ text, promptMs: [], stepMs: [] }, input);
  }
}

async function timedPasses(texts: readonly WrittenText[], input: ReplayInput): Promise<Times[]> {
  const times: Times[] = [];
  let elapsedMs = 0;
  for (const text of texts) {
    if (elapsedMs > MOST_MS) break;
    const own: Times = { text, promptMs: [], stepMs: [] };
    elapsedMs += await write(own, input);
    times.push(own);
  }
  for (let pass = 1; pass < MOST_PASSES && elapsedMs < LEAST_MS; pass++) {
    for (const own of times) elapsedMs += await write(own, input);
  }
  return times;
}

/** Writes one text, and its times after those that are there. @returns ms of all of it */
async function write(
  { text, promptMs, stepMs }: Times,
  { stepper, sampler, nowMs = () => performance.now() }: ReplayInput,
): Promise<number> {
  collectGarbageIfMuch();
  sampler.tick();
  const start = nowMs();
  choose(await stepper.prefill([text.promptIds]));
  let elapsedMs = nowMs() - start;
  promptMs.push(elapsedMs);
  sampler.add(text.promptIds.length);
  // What the last choice gave is the end of the text: it is not fed.
  for (const id of text.ids.slice(0, -1)) {
    collectGarbageIfMuch();
    sampler.tick();
    const stepStart = nowMs();
    choose(await stepper.step([id]));
    const ms = nowMs() - stepStart;
    stepMs.push(ms);
    elapsedMs += ms;
    sampler.add(1);
  }
  return elapsedMs;
}

let watchGarbage: (() => void) | null = null;

function collectGarbageIfMuch(): void {
  if (!watchGarbage) {
    collectGarbage();
    watchGarbage = openGarbageWatch(GARBAGE_BYTES);
  }
  watchGarbage();
}

function itemOf({ text: { id, promptIds, ids, words }, promptMs, stepMs }: Times): ReplayItem {
  return { id, promptTokens: promptIds.length, tokens: ids.length, words, promptMs, stepMs };
}
