import { createHash } from "node:crypto";
import { join } from "node:path";
import { FORMATS } from "#shared/formats/formats.ts";
import type { Recipe } from "#shared/recipe.ts";

/** Part of the name of a made file: raise it when a format's bytes change, so that old files are not taken for new ones. */
const QUANTIZER_VERSION = 1;

/** Folder of the variants that were made of one source file, inside the lab's own. */
export function madeFolder(variantsDir: string, modelName: string, sourceSha256: string): string {
  return join(variantsDir, `${modelName}-${sourceSha256.slice(0, 12)}`);
}

/** Name of the file that a recipe makes: another recipe, or another version of the quantizer, has another. */
export function madeFileName(recipe: Recipe): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([QUANTIZER_VERSION, recipe]))
    .digest("hex")
    .slice(0, 8);
  return `model${FORMATS[recipe.format].suffixes[0] ?? ""}-${hash}.onnx`;
}
