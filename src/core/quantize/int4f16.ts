import { convertToFloat16 } from "./float16/float16-graph.ts";
import { isHalf, reportHalved } from "./fp16.ts";
import type { FormatMaker } from "./format-maker.ts";
import { PLAIN_FORMATS } from "./plain-formats.ts";

const { int4 } = PLAIN_FORMATS;

/**
 * 4-bit blocks as int4 makes them, the rest as fp16 does. As in transformers.js' q4f16 the codes are chosen with float32
 * scales, which become half afterwards. What the recipe excludes from the blocks is float16. In a model that is float16
 * already the scales are half anyway, and what its exporter left in float32 stays.
 */
export const int4f16: FormatMaker = {
  format: "int4f16",
  options: [...int4.options, "clamp"],
  plan: (model, recipe) => {
    const clamp = recipe.clamp ?? "onnxruntime";
    const half = isHalf(model);
    const blocks = int4.plan(model, { ...recipe, format: "int4" });
    const done = { ...blocks, recipe: { ...blocks.recipe, format: recipe.format, clamp } };
    if (half || blocks.quantized.length === 0) return done;
    const { jobs, halved, errors } = convertToFloat16(model, { clamp, jobs: blocks.jobs, excluded: null });
    return { ...done, jobs, errors, quantized: [...blocks.quantized, ...reportHalved(halved)] };
  },
};
