/** The grid of formats and providers for a model: what is there, what can be made, and what measuring it will cost. */
import { statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { basename, join } from "node:path";
import type { BenchCell, BenchPlan, BenchSquare } from "#shared/api.ts";
import { FORMAT_IDS, type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { isUsable, type ProbeReport } from "#shared/providers/probe.ts";
import { PROVIDER_IDS, type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";
import type { CellSpec, Spec } from "#shared/spec.ts";
import { countDuplicates } from "#core/benchmarks/duplicates.ts";
import type { QuestionReader } from "#core/files/question-reader.ts";
import type { ModelFolder } from "#core/models/model-folder.ts";
import type { estimateRun } from "#core/runs/estimate.ts";
import { referenceLabel } from "#core/runs/plan-cells.ts";
import { planQuestions } from "#core/runs/plan-questions.ts";
import type { Db } from "#core/store/database.ts";
import { type CellFile, formatFile, namedFile, recipeFile } from "./cell-files.ts";
import { leastSure, type Measurable, predictCells } from "./predict-cells.ts";
import type { BytePredictions } from "./predict-bytes.ts";

interface BenchInput {
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
  readonly readQuestions: QuestionReader;
  readonly estimate?: typeof estimateRun;
}

/** @throws LabError QUESTIONS_INVALID, PROMPTS_INVALID, SPEC_INVALID for an unknown reference */
export async function planBench(input: BenchInput): Promise<BenchPlan> {
  const { model, spec } = input;
  const formats: CellFile[] = [];
  for (const format of rowsOf(model)) formats.push(await formatFile(input, format));
  const grid = formats.flatMap((file) => providersHere().map((provider) => gridCell(input, file, provider)));
  const cells = await cellsOfSpec(input, grid);
  const questions = await planQuestions(spec, input.readQuestions);
  const every = [...new Set([...grid, ...cells])];
  const predictions = new Map(
    predictCells(input, every, questions.jobs).map((prediction, index) => [every[index]!, prediction]),
  );
  const labels = labelsOf(spec, cells);
  const planned = cells.map((cell, index): BenchCell => {
    const { provider, file, refusal } = cell;
    return {
      label: labels[index]!,
      format: file.format,
      provider,
      square: grid.includes(cell) ? squareLabel(cell) : null,
      state: refusal === null ? file.state : "cannot",
      reason: refusal,
      file: file.variant?.file ?? null,
      madeFrom: file.made?.from ?? null,
      bytes: file.bytes,
      bytesArePredicted: file.variant === null,
      prediction: predictions.get(cell)!,
    };
  });
  const able = planned.filter(({ state }) => state !== "cannot");
  const referable = cells.flatMap(({ file, refusal }, index) => {
    const format = file.variant?.format ?? file.format;
    return refusal === null && format !== null ? [{ label: labels[index]!, format }] : [];
  });
  const toMake = filesToMake(planned, cells);
  return {
    model: {
      name: input.name,
      folder: model.dir,
      architecture: model.architecture,
      parameters: model.variants[0]!.facts.parameters,
    },
    squares: grid.map((cell) => square(cell, cells.includes(cell), predictions.get(cell)!)),
    cells: planned,
    reference: referable.length === 0 ? null : referenceLabel(referable, spec.reference),
    totals: {
      cells: able.length,
      seconds: total(able.map(({ prediction }) => prediction.measureSeconds)),
      filesToMake: toMake.length,
      makeSeconds: total(toMake.map(({ prediction }) => prediction.makeSeconds)),
      peakMemoryBytes: largest(able.map(({ prediction }) => prediction.peakMemoryBytes)),
      makeBytes: total(toMake.map(({ bytes }) => bytes)),
      questions: questions.sets.reduce((sum, { asked }) => sum + asked.length, 0),
      duplicates: questions.sets.reduce((sum, { asked }) => sum + countDuplicates(asked), 0),
    },
    memoryFreeBytes: freemem(),
    diskFreeBytes: await freeDisk(input.variantsDir),
    basis: leastSure(able.flatMap(({ prediction }) => prediction.basis ?? [])),
  };
}

/** By precision: fp32, what can be made, and of the others those that the folder has. */
function rowsOf({ variants, broken }: ModelFolder): FormatId[] {
  const found = new Set([...variants, ...broken].map(({ format }) => format));
  return FORMAT_IDS.filter((id) => id === "fp32" || FORMATS[id].makes || found.has(id)).sort(
    (a, b) => FORMATS[b].precisionRank - FORMATS[a].precisionRank,
  );
}

/** Those that there are for this platform. */
function providersHere(): ProviderId[] {
  return PROVIDER_IDS.filter((id) => PROVIDERS[id].platforms.includes(`${process.platform}-${process.arch}`));
}

function gridCell({ probe }: BenchInput, file: CellFile, provider: ProviderId): Measurable {
  const refusal = file.reason ?? whyProviderCannot(probe, provider, file.format);
  return { file, provider, threads: undefined, graph: "exported", refusal };
}

/** Of each of the spec's cells the square that stands for it, else one of its own: a square is one cell, not two. */
async function cellsOfSpec(input: BenchInput, grid: readonly Measurable[]): Promise<Measurable[]> {
  const cells: Measurable[] = [];
  for (const cell of input.spec.cells) {
    const found = isPlain(cell)
      ? grid.find(({ file, provider }) => file.format === cell.format && provider === cell.provider)
      : undefined;
    cells.push(found && !cells.includes(found) ? found : await ownCell(input, cell));
  }
  return cells;
}

/** A format on a provider, everything else as usual: what a square is. */
function isPlain({ format, providerOptions, threads, graph }: CellSpec): boolean {
  return format !== undefined && providerOptions === undefined && threads === undefined && graph === "exported";
}

async function ownCell(input: BenchInput, cell: CellSpec): Promise<Measurable> {
  const { provider, threads, graph } = cell;
  const file = await fileOf(input, cell);
  const elsewhere = providersHere().includes(provider)
    ? null
    : `${PROVIDERS[provider].label} is not there on ${process.platform}-${process.arch}.`;
  const refusal = file.reason ?? elsewhere ?? whyProviderCannot(input.probe, provider, file.format);
  return { file, provider, threads, graph, refusal };
}

function fileOf(input: BenchInput, { format, recipe, file }: CellSpec): CellFile | Promise<CellFile> {
  if (file !== undefined) return namedFile(input, file);
  return recipe === undefined ? formatFile(input, format!) : recipeFile(input, recipe);
}

/** As planning names them (core/runs/plan-cells.ts). */
function labelsOf({ cells }: Spec, planned: readonly Measurable[]): string[] {
  const labels: string[] = [];
  for (const [index, { provider, file }] of cells.entries()) {
    const base = `${planned[index]!.file.format ?? basename(file ?? "?")}@${provider}`;
    const same = labels.filter((label) => label === base || label.startsWith(`${base}#`)).length;
    labels.push(same === 0 ? base : `${base}#${same + 1}`);
  }
  return labels;
}

function squareLabel({ file, provider }: Measurable): string {
  return `${file.format}@${provider}`;
}

function square(cell: Measurable, chosen: boolean, prediction: BenchSquare["prediction"]): BenchSquare {
  const { file, provider, refusal } = cell;
  return {
    format: file.format!,
    provider,
    label: squareLabel(cell),
    state: refusal === null ? file.state : "cannot",
    reason: refusal,
    chosen: chosen && refusal === null,
    file: file.variant?.file ?? null,
    bytes: file.bytes,
    bytesArePredicted: file.variant === null,
    prediction,
  };
}

/** Null where it can, or where nobody has tried: what was never probed may work. */
function whyProviderCannot(probe: ProbeReport | null, provider: ProviderId, format: FormatId | null): string | null {
  const found = probe?.providers.find((each) => each.provider === provider);
  if (!found) return null;
  if (!found.usable) return [found.reason ?? "It does not work here", found.remedy].filter(Boolean).join(". ");
  const tried = found.squares.find((each) => each.format === format);
  if (!tried || isUsable(tried.status)) return null;
  return `${PROVIDERS[provider].label} with ${format}: ${tried.reason ?? tried.status}.`;
}

/** One cell a file: it is made once, whichever cells measure it. */
function filesToMake(planned: readonly BenchCell[], cells: readonly Measurable[]): BenchCell[] {
  const byName = new Map<string, BenchCell>();
  for (const [index, cell] of planned.entries()) {
    const { made } = cells[index]!.file;
    if (cell.state === "can-be-made" && made && !byName.has(made.name)) byName.set(made.name, cell);
  }
  return [...byName.values()];
}

/** Of the disk that variants are made on, which may have none yet; null where it does not tell. */
async function freeDisk(variantsDir: string): Promise<number | null> {
  const disk = await statfs(variantsDir)
    .catch(() => statfs(join(variantsDir, "..")))
    .catch(() => null);
  return disk === null ? null : disk.bavail * disk.bsize;
}

/** Null where one of them is not known. */
function total(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function largest(values: readonly (number | null)[]): number | null {
  return values.reduce((most, value) => (value === null || (most !== null && most >= value) ? most : value), null);
}
