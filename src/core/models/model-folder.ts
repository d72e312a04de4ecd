/** Opens a model folder as users have them: Hugging Face files beside `onnx/`, or the ONNX files in the folder itself. */
import { realpathSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { LabError, type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import { BFLOAT16, FLOAT } from "#core/onnx/data-types.ts";
import { factsOf, type GraphFacts } from "#core/onnx/graph-facts.ts";
import { externalEntries, resolveExternal, safePath } from "#core/onnx/external-data.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { tensorBytes } from "#core/onnx/tensor.ts";
import { allTensors } from "#core/onnx/walk.ts";
import { foreignFile } from "#core/system/foreign-content.ts";
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
  /** Whether it writes the paths of its external data with backslashes, which ONNX Runtime only follows on Windows. */
  readonly hasWindowsPaths: boolean;
  /** What a user should know of this file, in words. */
  readonly warnings: readonly string[];
}

export interface ModelFolder {
  readonly dir: string;
  readonly name: string;
  readonly architecture: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * The highest precision first; of one format, the preferred file name first. Decoders that neither their name nor
   * genai_config.json calls the model's come last: they may be another model's, a draft for speculative decoding.
   */
  readonly variants: readonly Variant[];
  /** Files that look like variants, or that runs need, and cannot be used, each with its reason; a format where the name tells it. */
  readonly broken: readonly { file: string; format: FormatId | null; error: ErrorEnvelope }[];
}

/** More than any precision's rank. */
const KNOWN_FIRST = 1000;

/**
 * Reads what the folder holds, no weights. A broken file is reported beside the good ones; a folder with none is an error.
 * @throws LabError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_UNSUPPORTED, EXTERNAL_DATA_*; each names file and remedy
 */
export function openModelFolder(path: string): ModelFolder {
  const { dir, files, refused } = findDecoderFiles(path);
  const config = readJson(join(dir, "config.json"), "MODEL_CORRUPT") ?? {};
  const variants: Variant[] = [];
  const broken: ModelFolder["broken"][number][] = [];
  const others: ErrorEnvelope[] = [];
  const known = new Set<Variant>();
  for (const { file, format, named, isKnown, tellsFormat } of files) {
    try {
      const variant = openVariant(file, config, named);
      variants.push(variant);
      if (isKnown) known.add(variant);
    } catch (error) {
      const envelope = toEnvelope(error);
      // Of another name it need be no decoder: embeddings, vision and audio have files of their own.
      if (isKnown || files.length === 1) broken.push({ file, format: tellsFormat ? format : null, error: envelope });
      else others.push(envelope);
    }
  }
  if (refused) broken.push({ file: join(dir, "genai_config.json"), format: null, error: toEnvelope(refused) });
  const rank = (variant: Variant): number =>
    FORMATS[variant.format].precisionRank + (known.has(variant) ? KNOWN_FIRST : 0);
  variants.sort((a, b) => rank(b) - rank(a));
  // A file that is no ONNX at all says more than one that is another part of the model.
  const first = broken[0]?.error ?? others.find(({ code }) => code !== "MODEL_UNSUPPORTED");
  if (variants.length === 0) throw nothingOpens(dir, files, first);
  broken.push(...foreignParts(dir));
  return {
    dir,
    name: basename(realpathSync(dir)),
    architecture: firstString(config.architectures) ?? firstString(config.model_type),
    config,
    variants,
    broken,
  };
}

const RUN_PARTS = [
  ["tokenizer.json", "TOKENIZER_INVALID"],
  ["tokenizer_config.json", "TOKENIZER_INVALID"],
  ["generation_config.json", "MODEL_CORRUPT"],
] as const;

/** Small files that every run reads, where something else is in their place: a pointer, a page. */
export function foreignParts(dir: string): ModelFolder["broken"][number][] {
  return RUN_PARTS.flatMap(([name, code]) => {
    const file = join(dir, name);
    const foreign = statSync(file, { throwIfNoEntry: false })?.isFile() ? foreignFile(file) : null;
    if (foreign === null) return [];
    const error = new LabError(code, `${file} is ${foreign}`, { file });
    return [{ file, format: null, error: toEnvelope(error) }];
  });
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
  let hasWindowsPaths = false;
  for (const tensor of allTensors(model.proto)) {
    const entries = externalEntries(tensor);
    if (!entries) continue;
    if (entries.location !== basename(file)) {
      const data = safePath(file, tensor.name, entries.location);
      if (!externalFiles.has(data)) refuseForeign(data);
      externalFiles.add(data);
      hasWindowsPaths ||= sep !== "\\" && entries.location.includes("\\");
    }
    resolveExternal(file, tensor, tensorBytes(tensor));
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
    hasWindowsPaths,
    warnings,
  };
}

/** A page in the place of weights may be longer than they are. */
function refuseForeign(data: string): void {
  const foreign = foreignFile(data);
  if (foreign !== null) throw new LabError("MODEL_CORRUPT", `${data} is ${foreign}`, { file: data });
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
 * The file to make variants from: of those whose names tell a format the one of the highest precision, no graph is read and
 * what quantizes it refuses a file that is quantized already; where no name tells, the decoder of the highest precision.
 * @throws LabError MODEL_*
 */
export function findSource(path: string): { file: string; baseName: string } {
  const { files } = findDecoderFiles(path);
  const telling = files.filter(({ tellsFormat }) => tellsFormat);
  const [first] = telling.sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank);
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
