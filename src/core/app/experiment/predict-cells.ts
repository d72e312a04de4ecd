/** Time and memory of cells before anything runs, those of the grid and those of the spec alike. */
import type { BenchPlan, BenchSquare } from "#shared/api.ts";
import { ESTIMATE_BASES } from "#shared/api/live.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import type { GraphChoice, Spec } from "#shared/spec.ts";
import { loadPrompts } from "#core/benchmarks/prompts.ts";
import type { ModelFolder } from "#core/models/model-folder.ts";
import { type EstimateInput, estimateRun } from "#core/runs/estimate.ts";
import { cachedVariantHash } from "#core/runs/hash-file.ts";
import { launchTasks } from "#core/runs/launch-jobs.ts";
import { planTexts } from "#core/runs/plan-texts.ts";
import { writesSomething } from "#core/runs/replay-job.ts";
import type { QuestionJob } from "#core/runs/protocol.ts";
import type { Db } from "#core/store/database.ts";
import type { CellFile } from "./cell-files.ts";

/** A file on a provider. */
export interface Measurable {
  readonly file: CellFile;
  readonly provider: ProviderId;
  /** Undefined for the machine's default. */
  readonly threads: number | undefined;
  readonly graph: GraphChoice;
  /** Why it cannot be measured; null where it can. */
  readonly refusal: string | null;
}

type Prediction = BenchSquare["prediction"];

interface PredictInput {
  readonly db: Db;
  readonly variantsDir: string;
  readonly model: ModelFolder;
  /** Its passes are what is predicted; its cells do not count. */
  readonly spec: Spec;
  readonly machineId: string;
  readonly threads: number;
  readonly estimate?: typeof estimateRun;
}

/** What a made file is written at, about: the slowest format on a modest machine. */
const MAKE_BYTES_PER_SECOND = 2e8;

const NOTHING: Prediction = Object.freeze({
  peakMemoryBytes: null,
  measureSeconds: null,
  makeSeconds: null,
  fits: null,
  basis: null,
});

/** One prediction a cell, in their order, as if all were measured; nothing of those that cannot be. */
export function predictCells(
  input: PredictInput,
  cells: readonly Measurable[],
  questionJobs: readonly QuestionJob[],
): Prediction[] {
  const { db, model, spec, machineId, threads, variantsDir, estimate = estimateRun } = input;
  const able = cells.filter(({ file, refusal }) => refusal === null && file.bytes !== null && file.format !== null);
  if (able.length === 0) return cells.map(() => NOTHING);
  const source = model.variants[0]!;
  const whole: Spec = {
    ...spec,
    cells: able.map(({ file, provider, graph }) => ({ format: file.format!, provider, graph })),
  };
  const { generate } = spec.passes;
  const tasks = launchTasks({
    spec: whole,
    cells: able.map(({ file, provider, graph, threads: own }) => ({
      modelDir: model.dir,
      file: file.variant?.file ?? source.file,
      provider,
      providerOptions: undefined,
      threads: own ?? threads,
      graph,
    })),
    reference: 0,
    questionJobs,
    texts: planTexts(spec)?.job ?? null,
    prompts: generate ? loadPrompts(generate.prompts) : [],
    replays: writesSomething(spec.passes),
    referenceDir: variantsDir,
  });
  const estimated = able.map(({ file, provider }, index): EstimateInput["cells"][number] => ({
    label: String(index),
    format: file.format!,
    provider,
    sha256: file.variant && cachedVariantHash(db, file.variant.file, file.variant.externalFiles),
    bytes: file.bytes!,
    parameters: source.facts.parameters,
    vocabularySize: source.signature.vocabularySize,
  }));
  const { estimate: found } = estimate({ db, machineId, spec: whole, cells: estimated, tasks });
  return cells.map((cell) => {
    const prediction = found.cells[able.indexOf(cell)];
    if (!prediction) return NOTHING;
    const { peakBytes, peakMeasured, seconds, basis } = prediction;
    return {
      peakMemoryBytes: Math.round(peakBytes),
      peakMemoryMeasured: peakMeasured,
      measureSeconds: seconds,
      makeSeconds: cell.file.state === "can-be-made" ? cell.file.bytes! / MAKE_BYTES_PER_SECOND : null,
      fits: peakBytes <= found.freeBytes,
      basis,
    };
  });
}

/** What the least sure of predictions rests on; null where there are none. */
export function leastSure(bases: readonly NonNullable<BenchPlan["basis"]>[]): BenchPlan["basis"] {
  return ESTIMATE_BASES.findLast((basis) => bases.includes(basis)) ?? null;
}
