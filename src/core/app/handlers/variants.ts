import { rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { Handlers, ModelEntry } from "#shared/api.ts";
import type { variantRequests } from "#shared/api/variants.ts";
import { LabError } from "#shared/errors.ts";
import { FORMATS } from "#shared/formats/formats.ts";
import type { Recipe } from "#shared/recipe.ts";
import { findSource, type ModelFolder, type Variant } from "#core/models/model-folder.ts";
import { formatMaker } from "#core/quantize/formats.ts";
import { PRESETS } from "#core/quantize/presets.ts";
import { sidecarPath } from "#core/quantize/sidecar.ts";
import { hashVariant } from "#core/runs/hash-file.ts";
import { madeFileName, madeFolder } from "#core/runs/made-variants.ts";
import type { AppParts } from "../app.ts";
import type { ModelLibrary } from "../libraries/model-library.ts";
import { quantizerSource } from "../libraries/model-details.ts";
import { isInside } from "../files/path-guard.ts";

export function variantHandlers({
  lab,
  models,
  jobs,
  runs,
  sizes,
  events,
}: AppParts): Pick<Handlers, keyof typeof variantRequests> {
  return {
    "variants.make": ({ model, recipe, place }) => {
      formatMaker(recipe.format);
      const { entry, opened, source } = sourceOf(models, model);
      const inLab = async (): Promise<string> => {
        const sha256 = await hashVariant(lab.db, source.file, source.externalFiles);
        return join(madeFolder(lab.variantsDir, opened.name, sha256), madeFileName(recipe));
      };
      const jobId = jobs.make({
        model: entry.name,
        recipe,
        source: source.file,
        target: place === "lab" ? inLab : () => Promise.resolve(besideSource(opened, source.file, recipe)),
        existing: place === "lab" ? "keep" : "refuse",
      });
      return { jobId };
    },
    "variants.predict": async ({ model, recipe }) => {
      formatMaker(recipe.format);
      const predicted = await sizes.of(sourceOf(models, model).source, recipe);
      if ("bytes" in predicted) return { bytes: predicted.bytes };
      const { code, message, details } = predicted.error;
      throw new LabError(code, message, details);
    },
    "variants.remove": ({ file }) => {
      if (!isInside(file, lab.variantsDir) || extname(file) !== ".onnx") {
        throw new LabError("PATH_REFUSED", `${file} was not made by Quantscope in its data folder.`, { file });
      }
      if (runs.busy) throw new LabError("RUN_BUSY", "A run may be measuring that file. Wait for its end.", { file });
      for (const path of [file, `${file}_data`, sidecarPath(file)]) rmSync(path, { force: true });
      events.emit("models.changed", {});
      return {};
    },
    "variants.presets": () => ({
      presets: Object.entries(PRESETS).map(([name, recipe]) => ({ name, recipe: structuredClone<Recipe>(recipe) })),
    }),
    "jobs.list": () => ({ jobs: jobs.list() }),
    "jobs.cancel": ({ jobId }) => {
      jobs.cancel(jobId);
      return {};
    },
  };
}

/** What variants of a model are made from. LabError FORMAT_UNSUPPORTED where it holds quantized files only. */
function sourceOf(
  models: ModelLibrary,
  model: string,
): { readonly entry: ModelEntry; readonly opened: ModelFolder; readonly source: Variant } {
  const { entry, model: opened } = models.open(model);
  const source = quantizerSource(opened);
  if (source) return { entry, opened, source };
  throw new LabError(
    "FORMAT_UNSUPPORTED",
    `${opened.dir} has no float32 or float16 file to make variants from. Add the model's original.`,
    { model: entry.name },
  );
}

/** As the command line names it: `model_q4.onnx` beside `model.onnx`. */
function besideSource(model: ModelFolder, source: string, recipe: Recipe): string {
  const { baseName } = findSource(model.dir);
  const name = `${baseName || basename(source, ".onnx")}${FORMATS[recipe.format].suffixes[0] ?? ""}.onnx`;
  return join(dirname(source), name);
}
