import { createRandom, hashSeed } from "#shared/random.ts";
import type { ForwardResult } from "#shared/results.ts";
import type { ForwardPassSpec } from "#shared/spec.ts";
import type { Decoder } from "#core/engine/decoder.ts";
import { watchForeignLoad } from "./foreign-load.ts";
import { collectGarbage, type PeakMemory } from "./memory.ts";

export interface ForwardPassInput {
  readonly decoder: Decoder;
  readonly spec: ForwardPassSpec;
  readonly memory: PeakMemory;
  /** Resident bytes of the idle process with ONNX Runtime loaded. */
  readonly baseBytes: number;
  readonly loadPeakBytes: number;
  /** The spec's limit of memory; undefined for none. */
  readonly memoryLimitBytes?: number | undefined;
  readonly vocabularySize: number;
  readonly seed: number;
}

/** Share of the free memory that the logits of one run may take, in the runtime and once more in JavaScript. */
const LOGITS_MEMORY_SHARE = 0.8;
const LOGITS_COPIES = 2;
const FLOAT_BYTES = 4;
/** ONNX Runtime's kernels count the elements of a tensor in 32 bits. */
const MOST_LOGITS = 2 ** 31;

/**
 * Latency and peak memory of one forward pass (empty past, logits fetched) at each batch size, ascending: the runtime's
 * memory arena keeps its high mark, so that a descending order would show the largest batch's memory everywhere.
 */
export async function* forwardPass(input: ForwardPassInput): AsyncGenerator<ForwardResult> {
  for (const batchSize of input.spec.batchSizes) {
    const skipped = tooLarge(batchSize, input);
    yield skipped ? skippedResult(batchSize, input, skipped) : await measureBatch(batchSize, input);
  }
}

async function measureBatch(batchSize: number, input: ForwardPassInput): Promise<ForwardResult> {
  const { decoder, spec, memory } = input;
  const feeds = decoder.batchFeeds(randomBatch(batchSize, input));
  collectGarbage();
  memory.reset();

  const run = async (): Promise<number> => {
    const start = performance.now();
    await decoder.run(feeds);
    const elapsedMs = performance.now() - start;
    collectGarbage();
    return elapsedMs;
  };
  const warmupMs: number[] = [];
  for (let index = 0; index < spec.warmup; index++) warmupMs.push(await run());

  const latencyMs: number[] = [];
  const foreignLoad = watchForeignLoad();
  let totalMs = 0;
  while (latencyMs.length < spec.minIterations || totalMs < spec.minSeconds * 1000) {
    const elapsedMs = await run();
    latencyMs.push(elapsedMs);
    totalMs += elapsedMs;
    if (latencyMs.length >= Math.max(MAX_ITERATIONS, spec.minIterations)) break;
  }
  const runPeakBytes = Math.max(0, memory.peakBytes() - input.baseBytes);
  return {
    batchSize,
    sequenceLength: spec.sequenceLength,
    latencyMs,
    warmupMs,
    peakMemoryBytes: Math.max(input.loadPeakBytes, runPeakBytes),
    runPeakBytes,
    deviceMemoryBytes: null,
    foreignLoadCores: foreignLoad(),
    skipped: null,
  };
}

/** Past this, more runs of one launch add nothing: what varies then is the launch. A spec that asks for more gets them. */
const MAX_ITERATIONS = 200;

/** The same ids for every variant, other ids in every row: no row's work can be shared, and cells stay comparable. */
function randomBatch(batchSize: number, { spec, vocabularySize, seed }: ForwardPassInput): number[][] {
  const random = createRandom(hashSeed("forward", seed));
  return Array.from({ length: batchSize }, () =>
    Array.from({ length: spec.sequenceLength }, () => random.nextInt(vocabularySize)),
  );
}

/** Why a batch size cannot be measured here; null when it can. */
function tooLarge(
  batchSize: number,
  { spec, decoder, vocabularySize, memoryLimitBytes = Infinity }: ForwardPassInput,
): string | null {
  const vocabulary = decoder.signature.vocabularySize ?? vocabularySize;
  const values = batchSize * spec.sequenceLength * vocabulary;
  if (values >= MOST_LOGITS) {
    return `not run: its logits have ${values.toLocaleString("en-US")} values, more than one tensor can hold here`;
  }
  const needed = values * FLOAT_BYTES * LOGITS_COPIES;
  // What this process may still take: in a container less than the machine has free.
  const allowed = Math.min(process.availableMemory() * LOGITS_MEMORY_SHARE, memoryLimitBytes);
  if (needed <= allowed) return null;
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  return `not run: its logits need ${mebibytes(needed)}, ${mebibytes(allowed)} may be used`;
}

function skippedResult(batchSize: number, { spec }: ForwardPassInput, skipped: string): ForwardResult {
  return {
    batchSize,
    sequenceLength: spec.sequenceLength,
    latencyMs: [],
    warmupMs: [],
    peakMemoryBytes: null,
    runPeakBytes: null,
    deviceMemoryBytes: null,
    foreignLoadCores: null,
    skipped,
  };
}
