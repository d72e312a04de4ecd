/** The grid of formats and providers for a model: what is there, what can be made, and what measuring it will cost. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { join } from "node:path";
import type { BenchPlan, BenchSquare } from "#shared/api.ts";
import { FORMAT_IDS, type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { isUsable, type ProbeReport } from "#shared/providers/probe.ts";
import { PROVIDER_IDS, type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import type { Spec } from "#shared/spec.ts";
import { loadPrompts } from "#core/benchmarks/prompts.ts";
import { findVariant, type ModelFolder, type Variant } from "#core/models/model-folder.ts";
import { type EstimateInput, estimateRun } from "#core/runs/estimate.ts";
import { launchTasks } from "#core/runs/launch-jobs.ts";
import { madeFileName, madeFolder } from "#core/runs/made-variants.ts";
import { referenceLabel } from "#core/runs/plan-cells.ts";
import { planQuestions } from "#core/runs/plan-questions.ts";
import { planTexts } from "#core/runs/plan-texts.ts";
import type { Db } from "#core/store/database.ts";
import { cachedVariantHash } from "#core/runs/hash-file.ts";
import { openVariantFile, quantizerSource } from "./model-details.ts";
import type { BytePredictions } from "./predict-bytes.ts";

export interface BenchInput {
  readonly db: Db;
  readonly variantsDir: string;
  readonly name: string;
  readonly model: ModelFolder;
  /** Complete; its cells are those that are chosen, of which there may be none. */
  readonly spec: Spec;
  readonly machineId: string;
  readonly threads: number;
  readonly probe: ProbeReport | null;
  readonly sizes: BytePredictions;
  readonly estimate?: typeof estimateRun;
}

/** One format of the model, whichever provider computes it. */
interface FormatState {
  readonly format: FormatId;
  readonly state: BenchSquare["state"];
  readonly reason: string | null;
  readonly variant: Variant | null;
  readonly bytes: number | null;
}

/** What a made file is written at, about: the slowest format on a modest machine. */
const MAKE_BYTES_PER_SECOND = 2e8;

/** @throws LabError QUESTIONS_INVALID, PROMPTS_INVALID, SPEC_INVALID for an unknown reference */
export async function planBench(input: BenchInput): Promise<BenchPlan> {
  const { model, spec } = input;
  const formats: FormatState[] = [];
  for (const format of byPrecision()) formats.push(await formatState(input, format));
  const providers = PROVIDER_IDS.filter((id) =>
    PROVIDERS[id].platforms.includes(`${process.platform}-${process.arch}`),
  );
  const squares = formats.flatMap((format) => providers.map((provider) => square(input, format, provider)));
  const questions = await planQuestions(spec);
  const predicted = predict(input, squares, formats, questions.jobs);
  const chosen = predicted.squares.filter((each) => each.chosen);
  const disk = await statfs(input.variantsDir)
    .catch(() => statfs(join(input.variantsDir, "..")))
    .catch(() => null);
  return {
    model: {
      name: input.name,
      folder: model.dir,
      architecture: model.architecture,
      parameters: model.variants[0]!.facts.parameters,
    },
    squares: predicted.squares,
    reference: chosen.length === 0 ? null : referenceLabel(chosen, spec.reference),
    totals: {
      cells: chosen.length,
      seconds: total(chosen.map(({ prediction }) => prediction.measureSeconds)),
      peakMemoryBytes: largest(chosen.map(({ prediction }) => prediction.peakMemoryBytes)),
      makeBytes: total(oncePerFormat(chosen).map(({ state, bytes }) => (state === "can-be-made" ? bytes : 0))),
      questions: questions.sets.reduce((sum, { asked }) => sum + asked.length, 0),
    },
    memoryFreeBytes: freemem(),
    diskFreeBytes: disk === null ? null : disk.bavail * disk.bsize,
    basis: predicted.basis,
  };
}

function byPrecision(): FormatId[] {
  return [...FORMAT_IDS].sort((a, b) => FORMATS[b].precisionRank - FORMATS[a].precisionRank);
}

/** One square a format: a file is made once, whichever providers compute it. */
function oncePerFormat(cells: readonly BenchSquare[]): BenchSquare[] {
  return cells.filter((cell, index) => cells.findIndex(({ format }) => format === cell.format) === index);
}

async function formatState({ db, model, variantsDir, sizes }: BenchInput, format: FormatId): Promise<FormatState> {
  const nothing = { format, variant: null, bytes: null };
  const found = findVariant(model, format);
  if (found) return { format, state: "in-folder", reason: null, variant: found, bytes: found.bytes };
  const broken = model.broken.find((each) => each.format === format);
  if (broken) return { ...nothing, state: "cannot", reason: broken.error.message };
  if (!FORMATS[format].makes) {
    return { ...nothing, state: "cannot", reason: `The folder has no ${format} file, and ${format} cannot be made.` };
  }
  const source = quantizerSource(model);
  if (!source) {
    return { ...nothing, state: "cannot", reason: "The folder has no float32 or float16 file to make it from." };
  }
  // What was never hashed was never made from.
  const sha256 = cachedVariantHash(db, source.file, source.externalFiles);
  const file = sha256 === null ? null : join(madeFolder(variantsDir, model.name, sha256), madeFileName({ format }));
  const made = file !== null && existsSync(file) ? openVariantFile(model, file) : null;
  if (made) return { format, state: "made", reason: null, variant: made, bytes: made.bytes };
  const size = await sizes.of(source, { format });
  if ("error" in size) return { ...nothing, state: "cannot", reason: size.error.message };
  return { format, state: "can-be-made", reason: null, variant: null, bytes: size.bytes };
}

function square({ spec, probe }: BenchInput, format: FormatState, provider: ProviderId): BenchSquare {
  const refusal = format.reason ?? whyProviderCannot(probe, provider, format.format);
  return {
    format: format.format,
    provider,
    label: `${format.format}@${provider}`,
    state: refusal === null ? format.state : "cannot",
    reason: refusal,
    chosen: refusal === null && spec.cells.some((cell) => cell.format === format.format && cell.provider === provider),
    file: format.variant?.file ?? null,
    bytes: format.bytes,
    bytesArePredicted: format.variant === null,
    prediction: { peakMemoryBytes: null, measureSeconds: null, makeSeconds: null, fits: null },
  };
}

/** Null where it can, or where nobody has tried: what was never probed may work. */
function whyProviderCannot(probe: ProbeReport | null, provider: ProviderId, format: FormatId): string | null {
  const found = probe?.providers.find((each) => each.provider === provider);
  if (!found) return null;
  if (!found.usable) return [found.reason ?? "It does not work here", found.remedy].filter(Boolean).join(". ");
  const tried = found.squares.find((each) => each.format === format);
  if (!tried || isUsable(tried.status)) return null;
  return `${PROVIDERS[provider].label} with ${format}: ${tried.reason ?? tried.status}.`;
}

/** Time and memory of every square that can be measured, as if all were. */
function predict(
  input: BenchInput,
  squares: readonly BenchSquare[],
  formats: readonly FormatState[],
  questionJobs: Awaited<ReturnType<typeof planQuestions>>["jobs"],
): { squares: BenchSquare[]; basis: BenchPlan["basis"] } {
  const { db, model, spec, machineId, threads, estimate = estimateRun } = input;
  const able = squares.filter(({ state, bytes }) => state !== "cannot" && bytes !== null);
  if (able.length === 0) return { squares: [...squares], basis: null };
  const source = model.variants[0]!;
  const whole: Spec = { ...spec, cells: able.map(({ format, provider }) => ({ format, provider, graph: "exported" })) };
  const { generate } = spec.passes;
  const tasks = launchTasks({
    spec: whole,
    cells: able.map(({ provider, file }) => ({
      modelDir: model.dir,
      file: file ?? source.file,
      provider,
      providerOptions: undefined,
      threads,
      graph: "exported" as const,
    })),
    reference: 0,
    questionJobs,
    texts: planTexts(spec)?.job ?? null,
    prompts: generate ? loadPrompts(generate.prompts) : [],
    referenceDir: input.variantsDir,
  });
  const cells: EstimateInput["cells"] = able.map(({ label, format, provider, bytes }) => {
    const variant = formats.find((each) => each.format === format)?.variant ?? null;
    return {
      label,
      format,
      provider,
      sha256: variant && cachedVariantHash(db, variant.file, variant.externalFiles),
      bytes: bytes!,
      parameters: source.facts.parameters,
      vocabularySize: source.signature.vocabularySize,
    };
  });
  const { estimate: found } = estimate({ db, machineId, spec: whole, cells, tasks });
  const byLabel = new Map(found.cells.map((cell) => [cell.label, cell]));
  return {
    basis: found.basis,
    squares: squares.map((each) => {
      const cell = byLabel.get(each.label);
      if (!cell || each.state === "cannot") return each;
      return {
        ...each,
        prediction: {
          peakMemoryBytes: Math.round(cell.peakBytes),
          measureSeconds: cell.seconds,
          makeSeconds: each.state === "can-be-made" ? each.bytes! / MAKE_BYTES_PER_SECOND : null,
          fits: cell.peakBytes <= found.freeBytes,
        },
      };
    }),
  };
}

/** Null where one of them is not known. */
function total(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function largest(values: readonly (number | null)[]): number | null {
  return values.reduce((most, value) => (value === null || (most !== null && most >= value) ? most : value), null);
}
