/** What a model's files really are, as pages show it. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { ModelDetails, ModelEntry, ModelLayer, VariantDetails } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { median } from "#shared/stats/quantile.ts";
import type { TemplateFacts } from "#core/engine/text-facts.ts";
import { type ModelFolder, openVariant, sourceVariant, type Variant } from "#core/models/model-folder.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { type Audit, auditModel } from "#core/quantize/audit.ts";
import { readSidecar, sidecarLayer } from "#core/quantize/read-sidecar.ts";
import { lowestSnr } from "#core/quantize/weights/weight-error.ts";
import { madeFolder } from "#core/runs/made-variants.ts";

/**
 * Every variant of a model, those that were made in the data folder included.
 * @param sourceSha256 of the file that variants are made from; null while nobody has computed it: nothing was made then
 */
export function showModel(
  entry: ModelEntry,
  model: ModelFolder,
  text: TemplateFacts,
  variantsDir: string,
  sourceSha256: string | null,
): ModelDetails {
  const made = sourceSha256 === null ? [] : madeVariants(model, madeFolder(variantsDir, model.name, sourceSha256));
  return {
    entry,
    architecture: model.architecture,
    hasChatTemplate: text.hasChatTemplate,
    warnings: [...text.warnings],
    variants: [
      ...model.variants.map((variant) => details(variant, relative(model.dir, variant.file), "folder")),
      ...made.map((variant) => details(variant, basename(variant.file), "lab")),
    ],
    broken: model.broken.map(({ file, format, error }) => ({ file, format, error })),
  };
}

/** Every weight of a file, with what it lost where the file was made here. */
export function layersOf(variant: Variant): ModelLayer[] {
  const { layers } = auditOf(variant);
  const measured = readSidecar(variant.file)?.layers ?? [];
  return layers.map((layer) => ({
    ...layer,
    shape: [...layer.shape],
    error: sidecarLayer(measured, layer.name, layer.bits)?.error ?? null,
  }));
}

/**
 * The variant that a page names by its file, which must be one of the model's.
 * @throws LabError BAD_REQUEST
 */
export function variantByFile(model: ModelFolder, made: readonly Variant[], file: string): Variant {
  const found = [...model.variants, ...made].find((variant) => variant.file === file);
  if (found) return found;
  throw new LabError("BAD_REQUEST", `${file} is no variant of ${model.name}.`, { file });
}

/** The files that were made in the data folder; one that cannot be read is left out: making it again replaces it. */
export function madeVariants(model: ModelFolder, folder: string): Variant[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".onnx"))
    .sort()
    .flatMap((name) => openVariantFile(model, join(folder, name)) ?? []);
}

/** Null where it cannot be read. */
export function openVariantFile(model: ModelFolder, file: string): Variant | null {
  try {
    return openVariant(file, model.config);
  } catch {
    return null;
  }
}

/** The float file that variants of a model are made from; null where the folder holds quantized files only. */
export function quantizerSource(model: ModelFolder): Variant | null {
  const source = sourceVariant(model);
  return source.format === "fp32" || source.format === "fp16" ? source : null;
}

function auditOf({ file, signature }: Variant): Audit {
  return auditModel(readModel(file), signature.logits.name);
}

function details(variant: Variant, label: string, place: VariantDetails["place"]): VariantDetails {
  const { file, format, bytes, externalFiles, warnings, signature } = variant;
  const audit = auditOf(variant);
  const { operators, parameters, bitsPerWeight, quantizedShare, blockSize, symmetric, accuracyLevel } = audit;
  const { dynamicQuantization, opset, zeroPoints, embeddingShare, headShare } = audit;
  const sidecar = readSidecar(file);
  return {
    file,
    label,
    place,
    format,
    bytes,
    externalFiles: [...externalFiles],
    facts: {
      operators: { ...operators },
      parameters,
      bitsPerWeight,
      quantizedShare,
      embeddingShare,
      headShare,
      blockSize,
      symmetric,
      zeroPoints,
      accuracyLevel,
      dynamicQuantization,
      opset,
    },
    warnings: [...warnings, ...audit.warnings, ...(sidecar?.warning ? [sidecar.warning] : [])],
    weightErrors: sidecar && sidecar.layers.length > 0 ? errorSummary(sidecar.layers) : null,
    made: sidecar?.made ?? null,
    hasCache: signature.cache.length > 0,
  };
}

function errorSummary(
  layers: NonNullable<ReturnType<typeof readSidecar>>["layers"],
): NonNullable<VariantDetails["weightErrors"]> {
  const errors = layers.flatMap(({ error }) => error ?? []);
  const worst = lowestSnr(layers);
  const largest = (values: readonly (number | null)[]): number | null =>
    values.reduce((most, value) => (value !== null && value > (most ?? -Infinity) ? value : most), null);
  return {
    layers: layers.length,
    lowestSnrDb: worst?.snrDb ?? null,
    lowestSnrLayer: worst?.layer ?? null,
    medianSnrDb: median(errors.flatMap(({ snrDb }) => snrDb ?? [])),
    maxError: largest(errors.map(({ maxError }) => maxError)),
    maxClippedShare: largest(errors.map(({ clippedShare }) => clippedShare)),
  };
}
