/** Which files of a folder may be decoders: by the names that exporters give, and every other .onnx file behind those. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { LabError } from "#shared/errors.ts";
import { type FormatId, SUFFIX_TABLE } from "#shared/formats/formats.ts";
import { readJson } from "./json-file.ts";

/** Base names of a decoder's file, the preferred first. */
const BASE_NAMES = ["model", "decoder_model_merged", "decoder_model"];
/** A variant under a suffix of its own, such as `model_optimized.onnx`. */
const LIKE_A_VARIANT = /^(model|decoder_model)/;
/** Optimum's second half of a pair, which cannot take a first step alone. */
const SECOND_HALF = "with_past";

export interface DecoderFile {
  readonly file: string;
  /** `model` of `model_fp16.onnx`: variants are written beside their source under it. */
  readonly baseName: string;
  readonly format: FormatId;
  /** What the name promises. A name without a known suffix promises nothing, whatever is in it. */
  readonly named: FormatId | undefined;
  /** Whether its name or genai_config.json says that it is a decoder; others may be any part of a model. */
  readonly isKnown: boolean;
}

/**
 * The preferred first: those of known names, the one that genai_config.json names, all others.
 * @throws LabError MODEL_NOT_FOUND when there is no such folder or no .onnx file in it, MODEL_CORRUPT for its genai_config.json
 */
export function findDecoderFiles(path: string): { dir: string; files: DecoderFile[] } {
  const dir = resolve(path);
  if (!isFolder(dir)) {
    throw new LabError(
      "MODEL_NOT_FOUND",
      `${dir} is not a folder. Name the model's folder (with config.json and onnx/).`,
      {
        folder: dir,
      },
    );
  }
  const folders = [join(dir, "onnx"), dir].filter(isFolder);
  const byName = folders.flatMap((folder) => knownFiles(folder, onnxFiles(folder)));
  const named = genaiDecoder(dir);
  const others = folders.flatMap((folder) => onnxFiles(folder).map((name) => join(folder, name)));
  const files = [
    ...byName,
    ...(named ? [decoderFile(named, true)] : []),
    ...others.map((file) => decoderFile(file, LIKE_A_VARIANT.test(basename(file)))),
  ];
  const unique = files.filter(({ file }, index) => files.findIndex((other) => other.file === file) === index);
  const able = unique.filter(({ file }) => file === named || !basename(file).includes(SECOND_HALF));
  if (able.length === 0) throw nothingFound(dir);
  return { dir, files: able };
}

function knownFiles(folder: string, names: readonly string[]): DecoderFile[] {
  return BASE_NAMES.flatMap((base) =>
    SUFFIX_TABLE.map(({ suffix }) => `${base}${suffix}.onnx`)
      .filter((name) => names.includes(name))
      .map((name) => decoderFile(join(folder, name), true)),
  );
}

function decoderFile(file: string, isKnown: boolean): DecoderFile {
  const name = basename(file, ".onnx");
  const found = SUFFIX_TABLE.find(({ suffix }) => suffix !== "" && name.endsWith(suffix) && name !== suffix);
  const baseName = found ? name.slice(0, -found.suffix.length) : name;
  return { file, baseName, format: found?.format ?? "fp32", named: found?.format, isKnown };
}

/** The file that onnxruntime-genai would open; undefined where it names none, or none that is there. */
function genaiDecoder(dir: string): string | undefined {
  const genai = readJson(join(dir, "genai_config.json"), "MODEL_CORRUPT");
  const { decoder } = (genai?.model ?? {}) as { decoder?: { filename?: unknown } };
  const name = decoder?.filename;
  if (typeof name !== "string" || name === "") return undefined;
  const file = resolve(dir, name.replaceAll("\\", "/"));
  return file.startsWith(dir + sep) && existsSync(file) ? file : undefined;
}

/** Folders below that hold .onnx files: what the user may have meant. */
function nothingFound(dir: string): LabError {
  const below = readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".onnx"))
    .map((name) => dirname(name));
  const folders = [...new Set(below)].filter((name) => name !== "." && name !== "onnx");
  const there =
    folders.length > 0
      ? `There are some in ${folders.slice(0, 5).join(", ")}: name that folder.`
      : "Export the model with Optimum, task text-generation-with-past.";
  return new LabError(
    "MODEL_NOT_FOUND",
    `${dir} holds no ONNX decoder (looked for .onnx files in it and in onnx/). ${there}`,
    { folder: dir },
  );
}

/** Names of the .onnx files as messages list them, below the model's folder. */
export function fileNames(dir: string, files: readonly DecoderFile[]): string {
  return files.map(({ file }) => relative(dir, file).replaceAll("\\", "/")).join(", ");
}

function onnxFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".onnx"))
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
