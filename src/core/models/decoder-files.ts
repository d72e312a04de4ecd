/** Which files of a folder may be decoders: by the names that exporters give, and every other .onnx file after those. */
import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { type ErrorCode, LabError } from "#shared/errors.ts";
import { type FormatId, SUFFIX_TABLE } from "#shared/formats/formats.ts";
import { readJson } from "./json-file.ts";

/** Base names of a decoder's file, the preferred first. */
const BASE_NAMES = ["model", "decoder_model_merged", "decoder_model"];
/** A variant under a suffix of its own, such as `model_optimized.onnx`. */
const LIKE_A_VARIANT = /^(model|decoder_model)/;
/** Optimum's second half of a pair, which cannot take a first step alone. */
const SECOND_HALF = "with_past";
const GENAI = "genai_config.json";
/** Of the search for other folders: how deep, how many are looked into, how many are named. */
const [DEEPEST, MOST_SEARCHED, MOST_NAMED] = [3, 500, 5];

export interface DecoderFile {
  readonly file: string;
  /** `model` of `model_fp16.onnx`: variants are written beside their source under it. */
  readonly baseName: string;
  readonly format: FormatId;
  /** What the name promises. A name without a known suffix promises nothing, whatever is in it. */
  readonly named: FormatId | undefined;
  /** Whether its name or genai_config.json says that it is a decoder; others may be any part of a model. */
  readonly isKnown: boolean;
  /** Whether the name tells the format: a base name with a suffix of the formats', or with none. */
  readonly tellsFormat: boolean;
}

export interface DecoderFiles {
  readonly dir: string;
  readonly files: DecoderFile[];
  /** Why the file that genai_config.json names is not among them; null where it is, or where none is named. */
  readonly refused: LabError | null;
}

/**
 * The preferred first: those of known names, the one that genai_config.json names, all others.
 * @throws LabError MODEL_NOT_FOUND when there is no such folder or no .onnx file in it, MODEL_CORRUPT for its genai_config.json
 */
export function findDecoderFiles(path: string): DecoderFiles {
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
  const genai = genaiDecoder(dir);
  const named = typeof genai === "string" ? genai : null;
  const refused = genai instanceof LabError ? genai : null;
  const others = folders.flatMap((folder) => onnxFiles(folder).map((name) => join(folder, name)));
  const files = [
    ...byName,
    ...(named ? [decoderFile(named, true)] : []),
    ...others.map((file) => decoderFile(file, LIKE_A_VARIANT.test(basename(file)))),
  ];
  const unique = files.filter(({ file }, index) => files.findIndex((other) => other.file === file) === index);
  const able = unique.filter(({ file }) => file === named || !basename(file).includes(SECOND_HALF));
  if (able.length === 0) throw refused ?? nothingFound(dir);
  return { dir, files: able, refused };
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
  const tellsFormat = BASE_NAMES.includes(baseName);
  return { file, baseName, format: found?.format ?? "fp32", named: found?.format, isKnown, tellsFormat };
}

/** The file that onnxruntime-genai would open; null where it names none. */
function genaiDecoder(dir: string): string | LabError | null {
  const config = join(dir, GENAI);
  const { decoder } = (readJson(config, "MODEL_CORRUPT")?.model ?? {}) as {
    decoder?: { filename?: unknown; pipeline?: unknown } | null;
  };
  const name = decoder?.filename;
  const refuse = (code: ErrorCode, message: string): LabError =>
    new LabError(code, `${config} ${message}`, { file: config });
  if (typeof name !== "string" || name === "") {
    if (!Array.isArray(decoder?.pipeline)) return null;
    const remedy = "Quantscope runs one graph: use an export for CPU or GPU.";
    return refuse("MODEL_UNSUPPORTED", `cuts the model into several graphs (model.decoder.pipeline). ${remedy}`);
  }
  const file = resolve(dir, name.replaceAll("\\", "/"));
  const names = `names "${name}" as model.decoder.filename, which`;
  if (!file.startsWith(dir + sep)) {
    return refuse(
      "EXTERNAL_DATA_UNSAFE",
      `${names} leads out of the folder. Put the file into the folder and correct the name.`,
    );
  }
  return existsSync(file) ? file : refuse("MODEL_NOT_FOUND", `${names} is not there. Download it too.`);
}

function nothingFound(dir: string): LabError {
  const folders = foldersBelow(dir);
  const there =
    folders.length > 0
      ? `There are some in ${folders.join(", ")}: name that folder.`
      : "Export the model with Optimum, task text-generation-with-past.";
  return new LabError(
    "MODEL_NOT_FOUND",
    `${dir} holds no ONNX decoder (looked for .onnx files in it and in onnx/). ${there}`,
    { folder: dir },
  );
}

/** Folders below that hold .onnx files: what the user may have meant. Whoever names a whole disk waits for no search of it. */
function foldersBelow(dir: string): string[] {
  const found: string[] = [];
  let left = MOST_SEARCHED;
  const visit = (folder: string, depth: number): void => {
    if (left-- <= 0 || found.length === MOST_NAMED) return;
    const entries = entriesOf(folder);
    const holdsModel = folder !== dir && entries.some((entry) => entry.isFile() && entry.name.endsWith(".onnx"));
    if (holdsModel) found.push(relative(dir, folder).replaceAll("\\", "/"));
    if (depth === 0) return;
    for (const entry of entries) if (entry.isDirectory()) visit(join(folder, entry.name), depth - 1);
  };
  visit(dir, DEEPEST);
  return found;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // What may not be read holds no model for this user.
    return [];
  }
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
