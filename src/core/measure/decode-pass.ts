import { aboveIdle } from "#shared/metrics/peak-memory.ts";
import { createRandom, hashSeed } from "#shared/random.ts";
import type { DecodeLaunch } from "#shared/results.ts";
import type { DecodePassSpec } from "#shared/spec.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import { refuseSpinningNeighbours } from "#core/engine/open-sessions.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import { tooDeep } from "./decode-room.ts";
import { type MeasuredPeak, refusedBatch } from "./forward-memory-check.ts";
import { watchBackgroundCpu } from "./background-cpu.ts";
import { collectGarbage, GARBAGE_BYTES, openGarbageWatch, type PeakMemory } from "./memory.ts";
import type { Sampler } from "./sampler.ts";

export interface DecodePassInput {
  readonly stepper: Pick<Stepper, "method" | "graph" | "prefill" | "step">;
  readonly way: DecodeLaunch["way"];
  readonly spec: DecodePassSpec;
  readonly launch: number;
  /** Of the exported graph: what a cache and logits take is read from it. */
  readonly signature: DecoderSignature;
  readonly vocabularySize: number;
  readonly positionLimit: number | null;
  readonly memory: PeakMemory;
  readonly baseBytes: number;
  readonly memoryLimitBytes?: number | undefined;
  readonly seed: number;
  readonly sampler: Pick<Sampler, "add" | "tick">;
}

const REPEATS = 2;
/** A generation that takes longer is measured once, and warming up for it ends here. */
const LONG_GENERATION_MS = 10_000;
/** A generation ends here with the tokens it has. */
const LONGEST_GENERATION_MS = 60_000;

/**
 * Decoding token by token at each batch size and depth. What is fed is seeded and the same for every cell, so that work does
 * not depend on what a model would say; choosing each token is timed all the same, since nobody decodes without.
 */
export async function* decodePass(input: DecodePassInput): AsyncGenerator<DecodeLaunch> {
  const measured: MeasuredPeak[] = [];
  for (const batchSize of input.spec.batchSizes) {
    for (const depth of input.spec.depths) {
      input.memory.reset();
      const result = await measureDepth(batchSize, depth, measured, input);
      if (result.skipped === null) {
        const tokens = result.promptTokens + input.spec.newTokens;
        measured.push({ size: batchSize * tokens, peakBytes: aboveIdle(input.memory.peakBytes(), input.baseBytes) });
      }
      yield result;
    }
  }
}

async function measureDepth(
  batchSize: number,
  depth: number,
  measured: readonly MeasuredPeak[],
  input: DecodePassInput,
): Promise<DecodeLaunch> {
  const { spec, stepper, way, launch, memory, baseBytes, memoryLimitBytes = Infinity } = input;
  const promptTokens = depth + spec.promptTokens;
  const result: DecodeLaunch = {
    launch,
    way,
    method: stepper.method,
    graph: stepper.graph,
    batchSize,
    depth,
    promptTokens,
    timeToFirstTokenMs: [],
    interTokenMs: [],
    foreignLoadCores: null,
    skipped: null,
  };
  const { signature, vocabularySize, positionLimit } = input;
  const skipped = tooDeep({
    signature,
    way,
    batchSize,
    promptTokens,
    newTokens: spec.newTokens,
    vocabularySize,
    positionLimit,
    measured,
    heldBytes: aboveIdle(memory.residentBytes(), baseBytes),
    availableBytes: process.availableMemory(),
    limitBytes: memoryLimitBytes,
  });
  if (skipped !== null) return { ...result, skipped };

  refuseSpinningNeighbours();
  const fed = fedTokens(batchSize, promptTokens, input);
  let warmupMs: number;
  try {
    warmupMs = total(await generateForced(fed, LONG_GENERATION_MS, input));
  } catch (error) {
    return { ...result, skipped: refusedBatch(error, batchSize) };
  }
  const foreignLoad = watchBackgroundCpu();
  for (let repeat = 0; repeat < (warmupMs > LONG_GENERATION_MS ? 1 : REPEATS); repeat++) {
    const { firstMs, furtherMs } = await generateForced(fed, LONGEST_GENERATION_MS, input);
    result.timeToFirstTokenMs.push(firstMs);
    result.interTokenMs.push(...furtherMs);
  }
  return { ...result, foreignLoadCores: foreignLoad() };
}

interface Fed {
  readonly prompts: readonly TokenIds[];
  /** Of each step after the first token: one id a sequence. */
  readonly steps: readonly TokenIds[];
}

interface GenerationTimes {
  readonly firstMs: number;
  readonly furtherMs: readonly number[];
}

/** Feeds the prompts and then the given tokens, whatever the model would choose; ends early after `mostMs`. */
async function generateForced(
  { prompts, steps }: Fed,
  mostMs: number,
  { stepper, sampler }: DecodePassInput,
): Promise<GenerationTimes> {
  collectGarbage();
  const start = performance.now();
  choose(await stepper.prefill(prompts));
  const firstMs = performance.now() - start;
  sampler.add(prompts.length * prompts[0]!.length);

  collectGarbage();
  const collectIfMuch = openGarbageWatch(GARBAGE_BYTES);
  const furtherMs: number[] = [];
  let elapsedMs = firstMs;
  for (const ids of steps) {
    if (elapsedMs > mostMs) break;
    collectIfMuch();
    sampler.tick();
    const stepStart = performance.now();
    choose(await stepper.step(ids));
    const stepMs = performance.now() - stepStart;
    furtherMs.push(stepMs);
    elapsedMs += stepMs;
    sampler.add(ids.length);
  }
  return { firstMs, furtherMs };
}

/** The most likely token of each sequence. */
export function choose(rows: readonly Float32Array[]): number[] {
  return rows.map((row) => {
    let best = 0;
    for (let id = 1; id < row.length; id++) if (row[id]! > row[best]!) best = id;
    return best;
  });
}

function total({ firstMs, furtherMs }: GenerationTimes): number {
  return furtherMs.reduce((sum, ms) => sum + ms, firstMs);
}

/** Every sequence has a stream of its own, so that its ids do not depend on the batch; deeper prompts begin as shorter ones. */
function fedTokens(batchSize: number, promptTokens: number, { spec, vocabularySize, seed }: DecodePassInput): Fed {
  const ids = (purpose: string, row: number, count: number): number[] => {
    const random = createRandom(hashSeed("decode", purpose, seed, row));
    return Array.from({ length: count }, () => random.nextInt(vocabularySize));
  };
  const rows = Array.from({ length: batchSize }, (_, row) => row);
  const forced = rows.map((row) => ids("new", row, spec.newTokens - 1));
  return {
    prompts: rows.map((row) => ids("prompt", row, promptTokens)),
    steps: Array.from({ length: spec.newTokens - 1 }, (_, step) => forced.map((sequence) => sequence[step]!)),
  };
}
