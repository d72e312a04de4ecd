/** Opens a model folder as users have them: Hugging Face files beside `onnx/`, or the ONNX files in the folder itself. */
import { realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { LabError, type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { BFLOAT16, FLOAT } from "#core/onnx/data-types.ts";
import { factsOf, type GraphFacts } from "#core/onnx/graph-facts.ts";
import { externalEntries, resolveExternal, safePath } from "#core/onnx/external-data.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { tensorBytes } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { storedWeights } from "#core/onnx/weights.ts";
import { type DecoderSignature, readSignature } from "./decoder-signature.ts";
import { type DecoderFile, fileNames, findDecoderFiles } from "./decoder-files.ts";
import { readJson } from "./json-file.ts";

/** One ONNX file of a model that can be measured. */
export interface Variant {
  /** Path of the .onnx file. */
  readonly file: string;
  readonly format: FormatId;
  /** Bytes of the .onnx file and its external data. */
  readonly bytes: number;
  readonly externalFiles: readonly string[];
  readonly facts: GraphFacts;
  readonly signature: DecoderSignature;
  /** What a user should know of this file, in words. */
  readonly warnings: readonly string[];
}

export interface ModelFolder {
  readonly dir: string;
  readonly name: string;
  readonly architecture: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  /** The highest precision first; of one format, the preferred file name first. */
  readonly variants: readonly Variant[];
  /** Files that look like variants and cannot be used, each with its reason. */
  readonly broken: readonly { file: string; format: FormatId; error: ErrorEnvelope }[];
}

/**
 * Reads what the folder holds, no weights. A broken file is reported beside the good ones; a folder with none is an error.
 * @throws LabError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_UNSUPPORTED, EXTERNAL_DATA_*; each names file and remedy
 */
export function openModelFolder(path: string): ModelFolder {
  const { dir, files } = findDecoderFiles(path);
  const config = readJson(join(dir, "config.json"), "MODEL_CORRUPT") ?? {};
  const variants: Variant[] = [];
  const broken: ModelFolder["broken"][number][] = [];
  for (const { file, format, named, isKnown } of files) {
    try {
      variants.push(openVariant(file, config, named));
    } catch (error) {
      const envelope = toEnvelope(error);
      // Of another name it need be no decoder: embeddings, vision and audio have files of their own.
      if (isKnown || files.length === 1) broken.push({ file, format, error: envelope });
    }
  }
  variants.sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank);
  if (variants.length === 0) throw nothingOpens(dir, files, broken[0]?.error);
  return {
    dir,
    name: basename(realpathSync(dir)),
    architecture: firstString(config.architectures) ?? firstString(config.model_type),
    config,
    variants,
    broken,
  };
}

function nothingOpens(dir: string, files: readonly DecoderFile[], first: ErrorEnvelope | undefined): LabError {
  if (first && files.length === 1) return new LabError(first.code, first.message, first.details);
  const why = first?.message ?? "None of them is a text decoder (input_ids in, logits out).";
  return new LabError(
    first?.code ?? "MODEL_UNSUPPORTED",
    `${dir} holds no decoder that Quantscope can run, only ${fileNames(dir, files)}. ${why}`,
    { folder: dir, ...first?.details },
  );
}

/**
 * Reads one ONNX file and checks that all of its external data is there.
 * @param named the format its file name promises, for the warning when the graph says otherwise
 * @throws LabError; each message names the file
 */
export function openVariant(file: string, config: Readonly<Record<string, unknown>>, named?: FormatId): Variant {
  try {
    return describeVariant(file, config, named);
  } catch (error) {
    // What is wrong with a tensor is found by code that does not know its file.
    if (!(error instanceof LabError) || "file" in error.details) throw error;
    throw new LabError(error.code, `${file}: ${error.message}`, { file, ...error.details }, { cause: error });
  }
}

function describeVariant(file: string, config: Readonly<Record<string, unknown>>, named?: FormatId): Variant {
  const model = readModel(file);
  const externalFiles = new Set<string>();
  for (const tensor of allTensors(model.proto)) {
    const entries = externalEntries(tensor);
    if (!entries) continue;
    resolveExternal(file, tensor, tensorBytes(tensor));
    if (entries.location !== basename(file)) externalFiles.add(safePath(file, tensor.name, entries.location));
  }
  const weights = storedWeights(model);
  const facts = factsOf(model, weights);
  const signature = readSignature(model, headCount(config));
  const warnings: string[] = [];
  if (named && named !== facts.format) {
    warnings.push(`its name says ${named}, its graph is ${facts.format}`);
  }
  if (facts.format === "fp32" && (weights.floats.get(BFLOAT16) ?? 0) > (weights.floats.get(FLOAT) ?? 0)) {
    warnings.push("its weights are stored as bfloat16 and computed in float32");
  }
  if (signature.batch === 1) warnings.push("it was exported for one sequence at a time: larger batches are skipped");
  if (signature.lastOnly) {
    warnings.push(
      "it gives the logits of the last token only: running text, and with it perplexity, cannot be measured",
    );
  }
  if (signature.cache.length === 0) warnings.push("it has no cache: every new token computes the whole text again");
  return {
    file,
    format: facts.format,
    bytes: [file, ...externalFiles].reduce((sum, part) => sum + statSync(part).size, 0),
    externalFiles: [...externalFiles].sort(),
    facts,
    signature,
    warnings,
  };
}

/** The variant of a format: the first by base name. Undefined when the folder has none. */
export function findVariant(model: ModelFolder, format: FormatId): Variant | undefined {
  return model.variants.find((variant) => variant.format === format);
}

/** The float variant that others are made from: the highest precision present. */
export function sourceVariant(model: ModelFolder): Variant {
  return model.variants[0]!;
}

/**
 * The file to make variants from: of those with a known name the one that promises the highest precision, no graph is read and
 * what quantizes it refuses a file that is quantized already; where no name is known, the decoder of the highest precision.
 * @throws LabError MODEL_*
 */
export function findSource(path: string): { file: string; baseName: string } {
  const { files } = findDecoderFiles(path);
  const known = files.filter(({ isKnown }) => isKnown);
  const [first] = known.sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank);
  if (first) return first;
  const { file } = sourceVariant(openModelFolder(path));
  return files.find((each) => each.file === file)!;
}

/** Attention heads by config.json, under the names that architectures use. */
function headCount(config: Readonly<Record<string, unknown>>): number | null {
  for (const key of ["num_attention_heads", "n_head", "n_heads", "num_heads"]) {
    const value = config[key];
    if (typeof value === "number") return value;
  }
  return null;
}

function firstString(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : null;
}
