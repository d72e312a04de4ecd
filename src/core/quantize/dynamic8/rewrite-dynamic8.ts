import { LabError } from "#shared/errors.ts";
import type { GraphProto, NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { allGraphs, subgraphs } from "#core/onnx/walk.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import { type Constant, Scope } from "../graph/constants.ts";
import type { Dynamic8Context } from "./dynamic8-context.ts";
import { Dynamic8Graph } from "./dynamic8-graph.ts";
import { Dynamic8Weights, isFloat, type WeightSettings } from "./dynamic8-weights.ts";
import type { SkippedMatMul } from "../graph/matmul-targets.ts";
import { NamePatterns } from "../graph/name-patterns.ts";
import type { QuantizedTensor } from "../format-maker.ts";
import { removeUnused } from "../graph/remove-unused.ts";
import { UniqueNames } from "../graph/unique-names.ts";
import { widenModel } from "../graph/widen-model.ts";

/** The operand that may be a constant weight, for the operators that are looked at. */
const OPERANDS: Readonly<Record<string, number>> = Object.freeze({
  MatMul: 1,
  Gemm: 1,
  Gather: 0,
  Transpose: 0,
  Conv: 1,
  Attention: 1,
  LSTM: 1,
  EmbedLayerNormalization: 2,
});
/** Operators that a recipe can exclude. */
const QUANTIZABLE = new Set(["MatMul", "Gemm", "Gather"]);
/** DynamicQuantizeLinear came with it. */
const FIRST_OPSET = 11;

export interface Dynamic8Settings extends WeightSettings {
  /**
   * Quantize a head that is the transposed embedding, or the reverse: it shares the table's uint8 codes and their one
   * scale. ONNX Runtime's tool makes floats of those codes whenever the model runs.
   */
  readonly tiedHead: boolean;
  /** Name patterns on nodes and weights, by the names in the source. */
  readonly exclude: readonly string[];
}

/**
 * Turns MatMul and Gemm with constant weights into integer products of activations that are quantized at run time, and
 * lookup tables into uint8: the graph that ONNX Runtime 1.30's quantize_dynamic makes, names included. Where that tool
 * would leave a graph that cannot run (float16, a table's rows read inside a branch) this one does not.
 * @param model changed in place
 * @throws LabError SPEC_INVALID (a pattern that matches nothing), FORMAT_UNSUPPORTED (opset, float16 in functions)
 */
export function rewriteDynamic8(
  model: OnnxModel,
  { exclude, tiedHead, ...settings }: Dynamic8Settings,
): { jobs: TensorJob[]; quantized: QuantizedTensor[]; skipped: SkippedMatMul[] } {
  refuseOldOpset(model);
  const names = new UniqueNames(model.graph);
  const weights = new Dynamic8Weights(model, settings, names);
  const context: Dynamic8Context = {
    ...survey(model.graph, exclude),
    weights,
    names,
    tiedHead,
    skipped: [],
    bypassed: new Set(),
  };
  new Dynamic8Graph(context, model.graph).rewrite();
  removeUnused(model.graph, context.bypassed, weights.tensors);
  for (const part of allGraphs(model.graph)) dropStaleShapes(part);
  return { jobs: [...weights.jobs, ...widenModel(model)], quantized: weights.quantized, skipped: context.skipped };
}

/** Who reads which float constants, before anything changes. */
function survey(
  graph: GraphProto,
  exclude: readonly string[],
): Pick<Dynamic8Context, "constants" | "tables" | "factors" | "kept" | "excluded"> {
  const patterns = new NamePatterns(exclude);
  const constants = new Map<NodeProto, Constant>();
  const tables = new Set<TensorProto>();
  const factors = new Set<TensorProto>();
  const kept = new Set<TensorProto>();
  const excluded = new Set<NodeProto>();
  const examples: string[] = [];

  const visit = (part: GraphProto, outer: Scope | null): void => {
    const scope = new Scope(part, outer);
    for (const node of part.node) {
      for (const inner of subgraphs(node)) visit(inner, scope);
      const place = OPERANDS[node.opType];
      if (place === undefined) continue;
      const operand = node.input[place] ?? "";
      const weight = operand === "" ? null : scope.constant(operand);
      if (weight) constants.set(node, weight);
      // Most Gathers pick from shapes.
      const lookup = node.opType === "Gather";
      if (!QUANTIZABLE.has(node.opType) || (lookup && !(weight && isFloat(weight.tensor.dataType)))) continue;
      examples.push(node.name);
      const hit = patterns.matches(node.name, weight?.name ?? operand);
      if (!weight) continue;
      (lookup ? tables : factors).add(weight.tensor);
      if (!hit) continue;
      excluded.add(node);
      kept.add(weight.tensor);
    }
  };
  visit(graph, null);
  patterns.assertAllUsed(examples);
  return { constants, tables, factors, kept, excluded };
}

/** Types and shapes of values that are no longer made. */
function dropStaleShapes(part: GraphProto): void {
  const made = new Set(part.node.flatMap(({ output }) => output));
  for (const { name } of part.initializer) made.add(name);
  part.valueInfo = part.valueInfo.filter(({ name }) => made.has(name));
}

function refuseOldOpset({ path, proto }: OnnxModel): void {
  const opset = Number(proto.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0n);
  if (opset >= FIRST_OPSET) return;
  throw new LabError(
    "FORMAT_UNSUPPORTED",
    `${path} has ONNX opset ${opset}; dynamic quantization needs ${FIRST_OPSET} or newer. Export the model again with a newer opset, or choose another format.`,
    { file: path, opset },
  );
}
