/** The runs of one batch size: warm-up until nothing gets faster, then a block of timed runs (docs/measurement.md). */
import { median } from "#shared/stats/quantile.ts";
import type { ForwardPassSpec } from "#shared/spec.ts";
import { watchBackgroundCpu } from "./background-cpu.ts";
import { collectGarbage } from "./memory.ts";

/** How the model is run; `afterRuns` is told outside the times. */
export interface Runs {
  /** As a user does, logits fetched. */
  readonly user: () => Promise<void>;
  /** With the smallest output fetched; null where a graph has no smaller one than its logits. */
  readonly compute: (() => Promise<void>) | null;
  /** Called after each garbage collection with the number of runs since the last call. */
  readonly afterRuns: (runs: number) => void;
}

const MOST_WARMUP_RUNS = 10;
const MOST_WARMUP_MS = 10_000;
/** Warming up takes no longer than this, or than so many times a block's least time, whichever is longer. */
const SHORT_WARMUP_MS = 1000;
const WARMUP_PER_BLOCK = 5;
/** Runs whose median is compared with that of as many before them. */
const COMPARED = 3;
/** The median of the last three below this share of the median of the three before: still getting faster. */
const STEADY_SHARE = 0.95;

/**
 * Runs the spec's warm-up runs at least. More follow while they get faster: ten at most, and for one second or
 * five times the block's least time, whichever is longer, but never beyond ten seconds. The first is the cold one.
 */
export async function warmUp(
  { warmup, minSeconds }: Pick<ForwardPassSpec, "warmup" | "minSeconds">,
  runs: Runs,
): Promise<number[]> {
  const warmupMs: number[] = [];
  const mostMs = Math.min(MOST_WARMUP_MS, Math.max(SHORT_WARMUP_MS, WARMUP_PER_BLOCK * minSeconds * 1000));
  let totalMs = 0;
  const mayGoOn = (): boolean => warmupMs.length < MOST_WARMUP_RUNS && totalMs < mostMs && getsFaster(warmupMs);
  while (warmupMs.length < warmup || (warmup > 0 && mayGoOn())) {
    const elapsedMs = await timed(runs.user, 1, runs);
    warmupMs.push(elapsedMs);
    totalMs += elapsedMs;
  }
  return warmupMs;
}

/** Whether the last runs were faster than those before them, or nothing can be said yet. */
function getsFaster(ms: readonly number[]): boolean {
  if (ms.length < 2 * COMPARED) return true;
  return median(ms.slice(-COMPARED))! < STEADY_SHARE * median(ms.slice(-2 * COMPARED, -COMPARED))!;
}

/** Below this a run is timed in a loop, and the loop takes this long at least. */
const SHORTEST_TIMED_MS = 1;
const LOOP_MS = 5;
const MOST_LOOPED = 1000;

/** How many runs one sample is the mean of: one, unless a run is too short to be timed alone. */
export function loopLength(runMs: number | null): number {
  if (runMs === null || runMs >= SHORTEST_TIMED_MS) return 1;
  return runMs > 0 ? Math.min(MOST_LOOPED, Math.ceil(LOOP_MS / runMs)) : MOST_LOOPED;
}

interface Block {
  readonly latencyMs: number[];
  readonly computeMs: number[];
  readonly foreignLoadCores: number | null;
  /** Blocks that were thrown away before this one. */
  readonly repeats: number;
}

/** Foreign work beyond this disturbs: one busy program is about 1, a quiet machine below 0.06. */
export const DISTURBED_CORES = 0.15;
export const MOST_REPEATS = 2;
/** A spec that measures for less than this wants a first look, not a quiet block. */
const PREVIEW_SECONDS = 1;

/**
 * Times a block of runs, user and compute in turn; while other programs disturb it, up to twice more. The last block stays
 * whatever its times are: choosing by the times themselves would flatter.
 * @param loops runs a sample, for both series
 */
export async function timedBlock(
  spec: ForwardPassSpec,
  runs: Runs,
  loops: { readonly user: number; readonly compute: number },
  watch = watchBackgroundCpu,
): Promise<Block> {
  for (let repeats = 0; ; repeats++) {
    const foreignLoad = watch();
    const times = await timeRuns(spec, runs, loops);
    const foreignLoadCores = foreignLoad();
    const disturbed = foreignLoadCores !== null && foreignLoadCores > DISTURBED_CORES;
    if (!disturbed || repeats === MOST_REPEATS || spec.minSeconds < PREVIEW_SECONDS) {
      return { ...times, foreignLoadCores, repeats };
    }
  }
}

/** However slow a model is, so many runs are made. */
const FEWEST_RUNS = 3;

async function timeRuns(
  spec: ForwardPassSpec,
  runs: Runs,
  loops: { readonly user: number; readonly compute: number },
): Promise<Pick<Block, "latencyMs" | "computeMs">> {
  const latencyMs: number[] = [];
  const computeMs: number[] = [];
  const most = Math.max(spec.minIterations, spec.maxIterations);
  let userMs = 0;
  let totalMs = 0;
  const wanted = (): boolean => latencyMs.length < spec.minIterations || userMs < spec.minSeconds * 1000;
  const allowed = (): boolean => latencyMs.length < most && totalMs < spec.maxSeconds * 1000;
  while (latencyMs.length < FEWEST_RUNS || (wanted() && allowed())) {
    const elapsedMs = await timed(runs.user, loops.user, runs);
    latencyMs.push(elapsedMs);
    userMs += elapsedMs * loops.user;
    totalMs += elapsedMs * loops.user;
    if (!runs.compute) continue;
    const computedMs = await timed(runs.compute, loops.compute, runs);
    computeMs.push(computedMs);
    totalMs += computedMs * loops.compute;
  }
  return { latencyMs, computeMs };
}

/** Mean ms of one of `loops` runs; garbage goes afterwards. */
export async function timed(
  run: () => Promise<void>,
  loops: number,
  { afterRuns }: Pick<Runs, "afterRuns">,
): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < loops; index++) await run();
  const elapsedMs = performance.now() - start;
  collectGarbage();
  afterRuns(loops);
  return elapsedMs / loops;
}
