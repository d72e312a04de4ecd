import { aboveIdle, peakMemory } from "#shared/metrics/peak-memory.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { ForwardLaunch } from "#shared/results.ts";
import type { ForwardPassSpec } from "#shared/spec.ts";
import { median } from "#shared/stats/quantile.ts";
import type { Decoder } from "#core/engine/decoder.ts";
import { refuseSpinningNeighbours } from "#core/engine/open-sessions.ts";
import type { watchBackgroundCpu } from "./background-cpu.ts";
import { type MeasuredPeak, ONE_SEQUENCE, refusedBatch, skipReason } from "./forward-memory-check.ts";
import { loopLength, type Runs, timed, timedBlock, warmUp } from "./forward-runs.ts";
import { collectGarbage, type PeakMemory, residentParts } from "./memory.ts";
import type { Sampler } from "./sampler.ts";

export interface ForwardPassInput {
  readonly decoder: Decoder;
  readonly spec: ForwardPassSpec;
  readonly launch: number;
  /** `memory`: a few runs for the peak alone, no times. */
  readonly kind: ForwardLaunch["kind"];
  readonly memory: PeakMemory;
  /** Resident bytes of the idle process with ONNX Runtime loaded. */
  readonly baseBytes: number;
  readonly loadPeakBytes: number;
  /** The spec's limit of memory; undefined for none. */
  readonly memoryLimitBytes?: number | undefined;
  readonly vocabularySize: number;
  readonly seed: number;
  readonly sampler: Pick<Sampler, "add" | "tick">;
  /** Bytes that this process uses on the device now; null where nobody can tell. Asked after a batch size's runs. */
  readonly deviceMemory?: (() => number | null | Promise<number | null>) | undefined;
  /** Another one is for tests. */
  readonly watch?: typeof watchBackgroundCpu;
}

/** Runs after which a peak no longer grows. */
const MEMORY_RUNS = 3;

/**
 * Latency and peak memory of one forward pass (empty past) at each batch size, ascending: the runtime's memory arena keeps
 * its high mark, so that a descending order would show the largest batch's memory everywhere.
 */
export async function* forwardPass(input: ForwardPassInput): AsyncGenerator<ForwardLaunch> {
  const measured: MeasuredPeak[] = [];
  for (const batchSize of input.spec.batchSizes) {
    const skipped = whyNot(batchSize, measured, input);
    const result = skipped ? skippedLaunch(batchSize, input, skipped) : await tryBatch(batchSize, input);
    if (result.runPeakBytes !== null) measured.push({ size: batchSize, peakBytes: result.runPeakBytes });
    yield result;
  }
}

/** Why a batch size is not run; null where it is. */
function whyNot(batchSize: number, measured: readonly MeasuredPeak[], input: ForwardPassInput): string | null {
  const { signature } = input.decoder;
  if (batchSize > 1 && signature.batch === 1) return ONE_SEQUENCE;
  return skipReason({
    batchSize,
    sequenceLength: signature.lastOnly ? 1 : input.spec.sequenceLength,
    vocabularySize: signature.vocabularySize ?? input.vocabularySize,
    measured,
    heldBytes: aboveIdle(input.memory.residentBytes(), input.baseBytes),
    availableBytes: process.availableMemory(),
    limitBytes: input.memoryLimitBytes ?? Infinity,
  });
}

/** A larger batch that the graph does not take, for all that its inputs promise, costs itself and not the cell. */
async function tryBatch(batchSize: number, input: ForwardPassInput): Promise<ForwardLaunch> {
  try {
    return await measureBatch(batchSize, input);
  } catch (error) {
    return skippedLaunch(batchSize, input, refusedBatch(error, batchSize));
  }
}

async function measureBatch(batchSize: number, input: ForwardPassInput): Promise<ForwardLaunch> {
  const { decoder, spec, memory, sampler } = input;
  refuseSpinningNeighbours();
  const feeds = decoder.batchFeeds(randomBatch(batchSize, input));
  collectGarbage();
  memory.reset();
  const runs: Runs = {
    user: () => decoder.run(feeds),
    compute: decoder.signature.cache.length > 0 ? () => decoder.compute(feeds) : null,
    afterRuns: (count) => {
      sampler.add(count * batchSize * spec.sequenceLength);
      sampler.tick();
    },
  };
  const times = input.kind === "memory" ? await runForMemory(runs, memory) : await runForTime(runs, input);
  const { peakBytes, ...series } = times;
  const runPeakBytes = aboveIdle(peakBytes, input.baseBytes);
  const { loadPeakBytes } = input;
  const { headlineBytes } = peakMemory({ loadPeakBytes, runPeakBytes, markReset: memory.source === "VmHWM" });
  return {
    ...whatWasAsked(batchSize, input),
    ...series,
    peakMemoryBytes: headlineBytes,
    runPeakBytes,
    ...residentParts(),
    deviceMemoryBytes: (await input.deviceMemory?.()) ?? null,
    skipped: null,
  };
}

type Series = Pick<ForwardLaunch, "latencyMs" | "computeMs" | "warmupMs" | "foreignLoadCores" | "repeats">;
const NO_TIMES: Series = Object.freeze({
  latencyMs: [],
  computeMs: [],
  warmupMs: [],
  foreignLoadCores: null,
  repeats: 0,
});

async function runForMemory(runs: Runs, memory: PeakMemory): Promise<Series & { peakBytes: number }> {
  for (let run = 0; run < MEMORY_RUNS; run++) await timed(runs.user, 1, runs);
  return { ...NO_TIMES, peakBytes: memory.peakBytes() };
}

async function runForTime(runs: Runs, input: ForwardPassInput): Promise<Series & { peakBytes: number }> {
  const { spec, memory, watch } = input;
  const warmupMs = await warmUp(spec, runs);
  const loops = {
    user: loopLength(median(warmupMs.slice(-3))),
    compute: runs.compute && warmupMs.length > 0 ? loopLength(await timed(runs.compute, 1, runs)) : 1,
  };
  // The outputs of a loop of runs pile up until its end: a peak that nobody has who drops each output before the next run.
  const looped = Math.max(loops.user, loops.compute) > 1;
  const warmPeakBytes = memory.peakBytes();
  const block = await timedBlock(spec, runs, loops, watch);
  return { ...block, warmupMs, peakBytes: looped ? warmPeakBytes : memory.peakBytes() };
}

/** The same ids for every variant, other ids in every row: no row's work can be shared, and cells stay comparable. */
function randomBatch(batchSize: number, { spec, vocabularySize, seed }: ForwardPassInput): number[][] {
  const random = createRandom(hashSeed("forward", seed));
  return Array.from({ length: batchSize }, () =>
    Array.from({ length: spec.sequenceLength }, () => random.nextInt(vocabularySize)),
  );
}

function whatWasAsked(
  batchSize: number,
  { launch, kind, spec }: ForwardPassInput,
): Pick<ForwardLaunch, "launch" | "kind" | "batchSize" | "sequenceLength"> {
  return { launch, kind, batchSize, sequenceLength: spec.sequenceLength };
}

function skippedLaunch(batchSize: number, input: ForwardPassInput, skipped: string): ForwardLaunch {
  return {
    ...whatWasAsked(batchSize, input),
    ...NO_TIMES,
    peakMemoryBytes: null,
    runPeakBytes: null,
    anonymousBytes: null,
    fileBytes: null,
    deviceMemoryBytes: null,
    swapped: false,
    skipped,
  };
}
