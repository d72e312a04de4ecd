import type { FormatId } from "#shared/formats/formats.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import type { WeightError } from "./weights/weight-error.ts";
import type { SkippedMatMul } from "./graph/matmul-targets.ts";
import type { Recipe, RecipeOption } from "#shared/recipe.ts";
import type { PieceError } from "./weights/error-sums.ts";

/** A weight [K, N] (input by output features) that is stored in `bits` bits now, and the nodes that use it. */
export interface QuantizedTensor {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly K: number;
  readonly N: number;
  readonly bits: number;
}

/** A quantized tensor with the error that its weights got. */
export interface MeasuredTensor extends QuantizedTensor {
  /** Null where it has no weights. */
  readonly error: WeightError | null;
}

/** The changes that a format makes to a model, decided before any weight is read. */
export interface QuantizePlan {
  /** The recipe with the format's defaults filled in: what is really done. */
  readonly recipe: Recipe;
  readonly quantized: readonly QuantizedTensor[];
  /** Constant weights that stay, with the reason. */
  readonly skipped: readonly SkippedMatMul[];
  readonly jobs: readonly TensorJob[];
  /** Errors of tensors that were converted while planning, because they stay inside the graph. */
  readonly errors?: readonly PieceError[] | undefined;
}

/** One format that can be made: one file each, listed in formats.ts. */
export interface FormatMaker {
  readonly format: FormatId;
  /** The options that a recipe of this format may have; any other is refused by name. */
  readonly options: readonly RecipeOption[];
  /**
   * Changes the model's graph in place and says what its new tensors will hold.
   * @throws LabError SPEC_INVALID where the recipe does not fit the model
   */
  plan(model: OnnxModel, recipe: Recipe): QuantizePlan;
}
