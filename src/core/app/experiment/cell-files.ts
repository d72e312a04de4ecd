/** The file that a cell would measure: there, made before, still to be made, or why there is none. Nothing is written. */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { BenchSquare } from "#shared/api.ts";
import { toEnvelope } from "#shared/errors.ts";
import { type FormatId, FORMATS } from "#shared/formats/formats.ts";
import type { Recipe } from "#shared/recipe.ts";
import { findVariant, type ModelFolder, openVariant, type Variant } from "#core/models/model-folder.ts";
import { cachedVariantHash } from "#core/runs/hash-file.ts";
import { madeFileName, madeFolder } from "#core/runs/made-variants.ts";
import type { Db } from "#core/store/database.ts";
import { openVariantFile, quantizerSource } from "../libraries/model-details.ts";
import type { BytePredictions } from "./predict-bytes.ts";

export interface CellFile {
  /** Null for a file that cannot be opened. */
  readonly format: FormatId | null;
  readonly state: BenchSquare["state"];
  /** Of `cannot`. */
  readonly reason: string | null;
  /** Null while there is no file. */
  readonly variant: Variant | null;
  /** Of the file, or of the one that will be made; null where nothing can be said. */
  readonly bytes: number | null;
  /** Of one that Quantscope makes, or made: what from, and under which name. Cells of one name share the file. */
  readonly made: { readonly from: string; readonly name: string } | null;
}

interface FileSearch {
  readonly db: Db;
  readonly variantsDir: string;
  readonly model: ModelFolder;
  readonly sizes: BytePredictions;
}

/** The folder's own file of a format; where there is none, one that is made by the format's defaults. */
export async function formatFile(search: FileSearch, format: FormatId): Promise<CellFile> {
  const { model } = search;
  const found = findVariant(model, format);
  if (found) return { format, state: "in-folder", reason: null, variant: found, bytes: found.bytes, made: null };
  const broken = model.broken.find((each) => each.format === format);
  if (broken) return none(format, broken.error.message);
  if (!FORMATS[format].makes) return none(format, `The folder has no ${format} file, and ${format} cannot be made.`);
  return recipeFile(search, { format });
}

/** What a recipe makes of the folder's highest precision, whatever else the folder holds. */
export async function recipeFile({ db, model, variantsDir, sizes }: FileSearch, recipe: Recipe): Promise<CellFile> {
  const { format } = recipe;
  if (!FORMATS[format].makes) return none(format, `${format} cannot be made.`);
  const source = quantizerSource(model);
  if (!source) return none(format, "The folder has no float32 or float16 file to make it from.");
  const name = madeFileName(recipe);
  const made = { from: source.file, name };
  // What was never hashed was never made from.
  const sha256 = cachedVariantHash(db, source.file, source.externalFiles);
  const file = sha256 === null ? null : join(madeFolder(variantsDir, model.name, sha256), name);
  const variant = file !== null && existsSync(file) ? openVariantFile(model, file) : null;
  if (variant) return { format, state: "made", reason: null, variant, bytes: variant.bytes, made };
  const size = await sizes.of(source, recipe);
  if ("error" in size) return none(format, size.error.message);
  return { format, state: "can-be-made", reason: null, variant: null, bytes: size.bytes, made };
}

/** The very file that a cell names, absolute or from the model's folder. */
export function namedFile({ model }: FileSearch, named: string): CellFile {
  const file = isAbsolute(named) ? named : join(model.dir, named);
  if (!existsSync(file)) return none(null, `There is no file ${file}.`);
  try {
    const variant = openVariant(file, model.config);
    const { format, bytes } = variant;
    return { format, state: "in-folder", reason: null, variant, bytes, made: null };
  } catch (error) {
    return none(null, toEnvelope(error).message);
  }
}

function none(format: FormatId | null, reason: string): CellFile {
  return { format, state: "cannot", reason, variant: null, bytes: null, made: null };
}
