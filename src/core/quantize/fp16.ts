import { LabError } from "#shared/errors.ts";
import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { collect } from "#core/onnx/walk.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { elementCount } from "#core/onnx/tensor.ts";
import { convertToFloat16, type StoredFloats } from "./float16/float16-graph.ts";
import type { SkippedMatMul } from "./graph/matmul-targets.ts";
import { NamePatterns } from "./graph/name-patterns.ts";
import type { FormatMaker, QuantizedTensor } from "./format-maker.ts";

/**
 * The whole model in float16, its inputs and outputs (logits and cache) in float32. `exclude` keeps nodes in float32: for
 * models whose residual stream or norms overflow.
 */
export const fp16: FormatMaker = {
  format: "fp16",
  options: ["clamp", "exclude"],
  plan: (model, recipe) => {
    const clamp = recipe.clamp ?? "onnxruntime";
    if (isHalf(model)) throw halfAlready(model);
    const patterns = new NamePatterns(recipe.exclude ?? []);
    const excluded = new Set<NodeProto>();
    const { jobs, halved, kept, errors } = convertToFloat16(model, {
      clamp,
      jobs: [],
      excluded: patterns.some
        ? (node, tensors) => {
            const hit = patterns.matches(node.name, ...tensors);
            if (hit) excluded.add(node);
            return hit;
          }
        : null,
    });
    patterns.assertAllUsed(
      halved.flatMap(({ nodes }) => nodes.map(({ name }) => name)),
      "node",
    );
    return {
      recipe: { ...recipe, clamp },
      quantized: reportHalved(halved),
      skipped: kept.flatMap((tensor) => reportKept(tensor, excluded)),
      jobs,
      errors,
    };
  },
};

/** Whether most of a model's float weights are half: what is left in float32 then was left so by whoever exported it. */
export function isHalf({ graph }: OnnxModel): boolean {
  let [halves, floats] = [0, 0];
  for (const { tensor } of collect(graph).tensors) {
    if (tensor.dataType === FLOAT16) halves += elementCount(tensor);
    else if (tensor.dataType === FLOAT || tensor.dataType === BFLOAT16) floats += elementCount(tensor);
  }
  return halves > floats;
}

/** The tensors with axes; the last one is taken for the output features. */
export function reportHalved(halved: readonly StoredFloats[]): QuantizedTensor[] {
  return halved
    .filter(({ dims }) => dims.length > 0)
    .map(({ name, dims, nodes }) => {
      const N = dims.at(-1)!;
      const K = dims.slice(0, -1).reduce((product, dim) => product * dim, 1);
      return { name, nodes: nodes.map((node) => node.name), K, N, bits: 16 };
    });
}

/** The matrices that stay float32, and why. */
function reportKept({ name, dims, nodes }: StoredFloats, excluded: ReadonlySet<NodeProto>): SkippedMatMul[] {
  if (dims.length < 2) return [];
  return nodes.map((node) => {
    const reason = excluded.has(node) ? "excluded by the recipe" : `${node.opType} is computed in float32`;
    return { node: node.name, weight: name, reason };
  });
}

function halfAlready({ path }: OnnxModel): LabError {
  return new LabError(
    "FORMAT_UNSUPPORTED",
    `${path} is float16 already. Use it as it is, or start from the float32 variant.`,
    {
      file: path,
    },
  );
}
