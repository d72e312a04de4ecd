/** `NAME.quantization.json` beside a made NAME.onnx: what was done to which weight, and what it lost. */
import { basename } from "node:path";
import { appVersion } from "#core/system/app-version.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { LeftInFloat, SkippedWeight } from "./graph/left-in-float.ts";
import type { MeasuredTensor } from "./format-maker.ts";

export const SIDECAR_VERSION = 1;

export function sidecarPath(model: string): string {
  return `${model.replace(/\.onnx$/, "")}.quantization.json`;
}

export function sidecarText(
  source: string,
  recipe: Recipe,
  layers: readonly MeasuredTensor[],
  skipped: readonly SkippedWeight[],
  vectors: LeftInFloat["vectors"],
): string {
  const content = {
    schemaVersion: SIDECAR_VERSION,
    source: basename(source),
    recipe,
    tool: { name: "quantscope", ...appVersion() },
    layers,
    skipped,
    vectors,
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}
