/** Opens a model folder as users have them: Hugging Face files beside `onnx/`, or the ONNX files in the folder itself. */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { LabError, type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import { type FormatId, FORMATS, SUFFIX_TABLE } from "#shared/formats/formats.ts";
import { type GraphFacts, readGraphFacts } from "#core/onnx/graph-facts.ts";
import { externalEntries, resolveExternal, safePath } from "#core/onnx/external-data.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { tensorBytes } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { type DecoderSignature, readSignature } from "./decoder-signature.ts";
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

/** Real bits per weight of a float32 file, less a little for what may be stored smaller. */
const STORED_AS_FLOAT32 = 24;

/** Base names of a decoder's file, the preferred first; `decoder_with_past_model` cannot take a first step alone. */
const BASE_NAMES = ["model", "decoder_model_merged", "decoder_model"];

/**
 * Reads what the folder holds, no weights. A broken file is reported beside the good ones; a folder with none is an error.
 * @throws LabError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_UNSUPPORTED, EXTERNAL_DATA_*; each names file and remedy
 */
export function openModelFolder(path: string): ModelFolder {
  const { dir, files } = findDecoderFiles(path);
  const config = readJson(join(dir, "config.json"), "MODEL_CORRUPT") ?? {};
  const variants: Variant[] = [];
  const broken: ModelFolder["broken"][number][] = [];
  for (const { file, format, named } of files) {
    try {
      variants.push(openVariant(file, config, named));
    } catch (error) {
      broken.push({ file, format, error: toEnvelope(error) });
    }
  }
  variants.sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank);
  const first = broken[0]?.error;
  if (variants.length === 0 && first) throw new LabError(first.code, first.message, first.details);
  return {
    dir,
    name: basename(realpathSync(dir)),
    architecture: firstString(config.architectures) ?? firstString(config.model_type),
    config,
    variants,
    broken,
  };
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
  const facts = readGraphFacts(model);
  const signature = readSignature(model, headCount(config));
  const warnings: string[] = [];
  if (named && named !== facts.format) {
    warnings.push(`its name says ${named}, its graph is ${facts.format}`);
  }
  if (facts.format === "fp32" && facts.bitsPerWeight < STORED_AS_FLOAT32) {
    warnings.push("its weights are stored as bfloat16 and computed in float32");
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
 * The file to make variants from, by its name alone: the one that promises the highest precision. No graph is read; what
 * quantizes it refuses a file that is quantized already.
 * @throws LabError MODEL_NOT_FOUND
 */
export function findSource(path: string): { file: string; baseName: string } {
  const { files } = findDecoderFiles(path);
  const [first] = files.sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank);
  return first!;
}

/** @throws LabError MODEL_NOT_FOUND when there is no such folder or no decoder in it */
function findDecoderFiles(path: string): { dir: string; files: DecoderFile[] } {
  const dir = resolve(path);
  if (!existsSync(dir) || !statSync(dir).isDirectory()) {
    throw new LabError(
      "MODEL_NOT_FOUND",
      `${dir} is not a folder. Name the model's folder (with config.json and onnx/).`,
      {
        folder: dir,
      },
    );
  }
  const files = [join(dir, "onnx"), dir].flatMap(decoderFiles);
  if (files.length === 0) {
    throw new LabError(
      "MODEL_NOT_FOUND",
      `${dir} holds no ONNX decoder (looked for onnx/model*.onnx and model*.onnx). Export the model with Optimum, task text-generation-with-past.`,
      { folder: dir },
    );
  }
  return { dir, files };
}

interface DecoderFile {
  readonly file: string;
  /** `model` of `model_fp16.onnx`: variants are written beside their source under it. */
  readonly baseName: string;
  readonly format: FormatId;
  readonly named: FormatId | undefined;
}

/** A name without a suffix promises nothing: onnxruntime-genai calls its files model.onnx, whatever their format. */
function decoderFiles(dir: string): DecoderFile[] {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(dir).filter((name) => name.endsWith(".onnx"));
  return BASE_NAMES.flatMap((base) =>
    SUFFIX_TABLE.flatMap(({ suffix, format }) => {
      const name = `${base}${suffix}.onnx`;
      if (!names.includes(name)) return [];
      return [{ file: join(dir, name), baseName: base, format, named: suffix === "" ? undefined : format }];
    }),
  );
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
