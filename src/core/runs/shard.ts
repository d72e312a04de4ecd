/**
 * Parts of a run that are measured apart, on one machine or several, and put together afterwards (core/bundles). Questions are
 * dealt out one by one, each part asking all cells, so that every question is compared with the reference in the same process
 * folder as ever. Speed, memory, running text and generated texts are the first part's: numbers of several machines do not mix.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { LabError } from "#shared/errors.ts";
import type { Environment, Origin } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import type { PlannedCell } from "./plan-cells.ts";
import type { PlannedQuestions } from "./plan-questions.ts";
import type { PlannedTexts } from "./plan-texts.ts";

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

const MOST_SHARDS = 1000;

/** `2/8`. LabError SPEC_INVALID for anything else. */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text.trim()) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count && count <= MOST_SHARDS) {
    return { index, count };
  }
  throw new LabError(
    "SPEC_INVALID",
    `--shard: "${text}" is no part; 1/8 is the first of eight, 8/8 the last, at most ${MOST_SHARDS}.`,
  );
}

/** Which part a stored run is; undefined for a whole one. */
export function shardOf(origin: Origin | undefined): Shard | undefined {
  const [part, ...others] = origin?.shards?.parts ?? [];
  return part && others.length === 0 ? { index: part.index, count: origin!.shards!.count } : undefined;
}

export function shardName(name: string, shard: Shard | undefined): string {
  return shard ? `${name} (part ${shard.index} of ${shard.count})` : name;
}

/**
 * What the part measures: everything for the first, questions alone for the others.
 * @throws LabError SPEC_INVALID for a spec without questions, which has nothing to deal out
 */
export function shardSpec(spec: Spec, shard: Shard | undefined): Spec {
  if (!shard) return spec;
  const { tokens, benchmark } = spec.passes;
  if (tokens?.questions === undefined && benchmark === undefined) {
    throw new LabError(
      "SPEC_INVALID",
      "--shard deals out questions, and this spec asks none. Speed and memory are measured on one machine, in one run.",
    );
  }
  if (shard.index === 1) return spec;
  return {
    ...spec,
    passes: {
      ...(tokens?.questions !== undefined && { tokens: { ...tokens, texts: undefined } }),
      ...(benchmark && { benchmark }),
    },
  };
}

/** Every `count`th question from the part's own on; chance levels stay those of all. */
export function shardQuestions(planned: PlannedQuestions, shard: Shard | undefined): PlannedQuestions {
  if (!shard) return planned;
  const own = <T>(items: readonly T[]): T[] => items.filter((_, index) => index % shard.count === shard.index - 1);
  return {
    sets: planned.sets.map((set) => ({ ...set, asked: own(set.asked) })),
    jobs: planned.jobs.map((job) => ({ ...job, questions: own(job.questions), shots: own(job.shots) })),
  };
}

interface ShardedRun {
  readonly shard: Shard;
  readonly spec: Spec;
  readonly runId: string;
  readonly startedAt: string;
  readonly environment: Environment;
  readonly cells: readonly PlannedCell[];
  readonly questions: Pick<PlannedQuestions, "sets">;
  readonly texts: PlannedTexts | null;
}

export function shardOrigin(run: ShardedRun): Origin {
  const { shard, runId, startedAt, environment } = run;
  const { machineId, cpu } = environment;
  const part = { index: shard.index, runId, machineId, cpu: cpu.model, startedAt, sha256: null };
  return {
    tool: "quantscope",
    file: null,
    importedAt: null,
    notes: [],
    shards: { count: shard.count, plan: planHash(run), parts: [part] },
  };
}

/** The same on every machine for the same plan: of files what they hold, not where they lie. */
function planHash({ shard, spec, environment, cells, questions, texts }: ShardedRun): string {
  const { tokens, benchmark, generate } = spec.passes;
  const plan = {
    ...spec,
    model: "",
    cells: cells.map(({ label, sha256, spec: cell }) => ({ ...cell, file: undefined, label, sha256 })),
    passes: {
      ...spec.passes,
      ...(tokens && {
        tokens: { ...tokens, questions: "", texts: texts?.sha256 ?? "", shotQuestions: nameOf(tokens.shotQuestions) },
      }),
      ...(benchmark && { benchmark: { ...benchmark, questions: "", shotQuestions: nameOf(benchmark.shotQuestions) } }),
      ...(typeof generate?.prompts === "string" && { generate: { ...generate, prompts: nameOf(generate.prompts) } }),
    },
    sets: questions.sets.map(({ set }) => set.sha256),
    shards: shard.count,
    onnxruntime: environment.runtime.onnxruntime,
  };
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex");
}

function nameOf(file: string | undefined): string {
  return file === undefined ? "" : basename(file);
}
