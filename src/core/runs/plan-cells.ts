import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { LabError } from "#shared/errors.ts";
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { ignoredOption, PROVIDERS } from "#shared/providers/providers.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { CellSpec, Spec } from "#shared/spec.ts";
import { findVariant, type ModelFolder, openVariant, sourceVariant, type Variant } from "#core/models/model-folder.ts";
import { type QuantizeResult, quantizeModel } from "#core/quantize/quantize-model.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";
import type { Db } from "#core/store/database.ts";
import { hashVariant } from "./hash-file.ts";
import { madeFileName, madeFolder } from "./made-variants.ts";

/** A cell with the file that it measures. */
export interface PlannedCell {
  readonly spec: CellSpec;
  /** `int4@cpu`; a second cell of the same format and provider is `int4@cpu#2`. */
  readonly label: string;
  readonly variant: Variant;
  readonly sha256: string;
}

export interface PlanOptions {
  readonly db: Db;
  readonly variantsDir: string;
  readonly signal: AbortSignal;
  readonly onMaking: (format: FormatId, progress: WriteProgress | null) => void;
}

/**
 * Finds each cell's file in the model folder, and makes those that are not there but can be made, in the lab's own folder.
 * @throws LabError FORMAT_UNSUPPORTED, SPEC_INVALID, MODEL_*: nothing has been measured then
 */
export async function planCells(model: ModelFolder, spec: Spec, options: PlanOptions): Promise<PlannedCell[]> {
  for (const cell of spec.cells) checkCell(model, cell);
  const planned: PlannedCell[] = [];
  for (const cell of spec.cells) {
    const variant = await variantOf(model, cell, options);
    const sha256 = await hashVariant(options.db, variant.file, variant.externalFiles);
    const base = `${cell.recipe?.format ?? cell.format ?? variant.format}@${cell.provider}`;
    const same = planned.filter(({ label }) => label === base || label.startsWith(`${base}#`)).length;
    planned.push({ spec: cell, label: same === 0 ? base : `${base}#${same + 1}`, variant, sha256 });
  }
  return planned;
}

/** Refuses before anything is made what cannot be found or made. */
function checkCell(model: ModelFolder, cell: CellSpec): void {
  const { format, recipe, file } = cell;
  refuseIgnoredOption(cell);
  if (file !== undefined) {
    if (!existsSync(cellFile(model, file))) {
      throw new LabError("SPEC_INVALID", `The cell's file ${cellFile(model, file)} does not exist.`, { file });
    }
    return;
  }
  const wanted = recipe?.format ?? format!;
  if (recipe === undefined && findVariant(model, wanted)) return;
  const broken = model.broken.find((entry) => entry.format === wanted);
  if (recipe === undefined && broken) throw new LabError(broken.error.code, broken.error.message, broken.error.details);
  if (!FORMATS[wanted].makes) {
    const present = [...new Set(model.variants.map((variant) => variant.format))].join(", ");
    const made = Object.values(FORMATS)
      .filter(({ makes }) => makes)
      .map(({ id }) => id)
      .join(", ");
    throw new LabError(
      "FORMAT_UNSUPPORTED",
      `${model.dir} has no ${wanted} variant, and this version cannot make one. In the folder: ${present}. Can be made: ${made}.`,
      { format: wanted },
    );
  }
}

/** An option that ONNX Runtime's Node binding drops would be stored as if it had counted. */
function refuseIgnoredOption({ provider, providerOptions = {} }: CellSpec): void {
  const name = ignoredOption(provider, providerOptions);
  if (name === null) return;
  const { label, options } = PROVIDERS[provider];
  const known = options.length === 0 ? "none" : options.join(", ");
  throw new LabError("SPEC_INVALID", `providerOptions: ${label} ignores "${name}". Options that it takes: ${known}.`, {
    provider,
    option: name,
  });
}

async function variantOf(model: ModelFolder, cell: CellSpec, options: PlanOptions): Promise<Variant> {
  if (cell.file !== undefined) return openVariant(cellFile(model, cell.file), model.config);
  const found = cell.format === undefined ? undefined : findVariant(model, cell.format);
  if (found) return found;
  return makeVariant(model, cell.recipe ?? { format: cell.format! }, options);
}

async function makeVariant(model: ModelFolder, recipe: Recipe, options: PlanOptions): Promise<Variant> {
  const source = sourceVariant(model);
  const sha256 = await hashVariant(options.db, source.file, source.externalFiles);
  const target = join(madeFolder(options.variantsDir, model.name, sha256), madeFileName(recipe));
  if (!existsSync(target)) {
    options.onMaking(recipe.format, null);
    const result: QuantizeResult = await quantizeModel({
      source: source.file,
      target,
      recipe,
      signal: options.signal,
      onProgress: (progress) => {
        options.onMaking(recipe.format, progress);
      },
    });
    return openVariant(result.path, model.config);
  }
  return openVariant(target, model.config);
}

function cellFile(model: ModelFolder, file: string): string {
  return isAbsolute(file) ? file : join(model.dir, file);
}

/** Label of the reference: the spec's, else the cell of the highest precision. LabError SPEC_INVALID for an unknown one. */
export function referenceLabel(
  cells: readonly { label: string; format: FormatId }[],
  wanted: string | undefined,
): string {
  if (wanted !== undefined) {
    const found = cells.find(({ label, format }) => label === wanted || format === wanted);
    if (found) return found.label;
    const labels = cells.map(({ label }) => label).join(", ");
    throw new LabError("SPEC_INVALID", `reference: there is no cell "${wanted}". Cells: ${labels}.`);
  }
  const ranked = [...cells].sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank);
  return ranked[0]!.label;
}
