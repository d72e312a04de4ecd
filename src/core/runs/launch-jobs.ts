import type { Prompt } from "#core/benchmarks/prompts.ts";
import type { Spec } from "#shared/spec.ts";
import type { CellJob, QuestionJob, ReferenceRows, TextJob } from "./protocol.ts";
import { type PlannedLaunch, planLaunches } from "./plan-launches.ts";
import { replayJob } from "./replay-job.ts";

/** What every process of a cell is told alike. */
type CellBase = Pick<CellJob, "modelDir" | "file" | "provider" | "providerOptions" | "threads" | "graph">;

export interface LaunchTask extends PlannedLaunch {
  /** Place in the run's order, from 0. */
  readonly order: number;
  readonly job: CellJob;
}

interface LaunchInput {
  readonly spec: Spec;
  readonly cells: readonly CellBase[];
  /** Index of the reference. */
  readonly reference: number;
  readonly questionJobs: readonly QuestionJob[];
  readonly texts: TextJob | null;
  readonly prompts: readonly Prompt[];
  /** Whether cells replay what they write; not in parts of a run that ask questions only. */
  readonly replays: boolean;
  /** Folder of the run for the reference's next tokens and logits. */
  readonly referenceDir: string;
}

/** Every process of a run in order, with what it is told. */
export function launchTasks(input: LaunchInput): LaunchTask[] {
  return planLaunches(input.spec, input.reference, input.replays).map((planned, order) => ({
    ...planned,
    order,
    job: launchJob(planned, input),
  }));
}

function launchJob({ cell, kind, launch, batchSize }: PlannedLaunch, input: LaunchInput): CellJob {
  const { spec, cells, reference, referenceDir } = input;
  const { forward, decode, generate, tokens } = spec.passes;
  const nothing = {
    ...{ forward: null, decode: null, questionJobs: [], texts: null, generate: null },
    ...{ referenceRows: null, replay: null },
  };
  const base = {
    ...cells[cell]!,
    ...nothing,
    kind,
    launch,
    seed: spec.seed,
    memoryLimitBytes: spec.limits?.memoryBytes,
  };
  switch (kind) {
    case "timing":
      return { ...base, forward: forward ?? null, decode: decode ?? null };
    case "stepping":
      return {
        ...base,
        decode: decode ?? null,
        replay: input.replays ? replayJob(spec, input.questionJobs, input.prompts) : null,
      };
    case "memory":
      return { ...base, forward: { ...forward!, batchSizes: [batchSize!] } };
    case "quality": {
      const role = cell === reference ? "write" : "read";
      const referenceRows: ReferenceRows | null = tokens ? { role, dir: referenceDir } : null;
      const { questionJobs, texts, prompts } = input;
      return {
        ...base,
        questionJobs,
        texts,
        referenceRows,
        generate: generate ? { spec: generate, prompts } : null,
      };
    }
  }
}
