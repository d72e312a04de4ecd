import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { Variant } from "#core/models/model-folder.ts";
import { layOut } from "#core/onnx/layout.ts";
import { readModel } from "#core/onnx/read-model.ts";
import { INLINE_LIMIT_BYTES } from "#core/onnx/write-model.ts";
import { formatMaker } from "#core/quantize/formats.ts";

/** Size of the file that a recipe would make, or why it cannot be made. */
type PredictedFile = { readonly bytes: number } | { readonly error: ErrorEnvelope };

const KEPT = 40;

/**
 * Lays out the files that a recipe would write, without reading or writing a weight: their sizes are exact. Keeps what it
 * found, since a plan costs as much as reading the graph.
 */
export class BytePredictions {
  readonly #known = new Map<string, PredictedFile>();

  /** @param source the float variant */
  async of(source: Variant, recipe: Recipe): Promise<PredictedFile> {
    const key = `${JSON.stringify(recipe)} ${source.bytes} ${source.file}`;
    const known = this.#known.get(key);
    if (known) return known;
    // Each takes a while for a large graph; whoever else waits for this thread gets a turn in between.
    await new Promise((resolve) => setImmediate(resolve));
    const predicted = predict(source.file, recipe);
    this.#known.set(key, predicted);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
    return predicted;
  }
}

function predict(file: string, recipe: Recipe): PredictedFile {
  try {
    const model = readModel(file);
    const plan = formatMaker(recipe.format).plan(model, recipe);
    const promised = new Map(plan.jobs.flatMap((job) => [...job.tensors]));
    const layout = layOut(model.proto, model.path, promised, `${file}_data`, INLINE_LIMIT_BYTES);
    return { bytes: layout.modelBytes + layout.dataBytes };
  } catch (error) {
    return { error: toEnvelope(error) };
  }
}
