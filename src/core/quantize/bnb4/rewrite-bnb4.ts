import { LabError } from "#shared/errors.ts";
import { UINT8 } from "#core/onnx/data-types.ts";
import { importOpset, intAttribute, promisedTensor } from "#core/onnx/messages.ts";
import type { TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { tensorBytes, tensorSource } from "#core/onnx/tensor.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import { bnb4Lengths, type Bnb4Spec } from "./bnb4-stream.ts";
import type { MatMulTarget } from "../graph/matmul-targets.ts";
import type { FloatType } from "../weights/weight-matrix.ts";
import type { QuantizedTensor } from "../format-maker.ts";
import { removeUnused } from "../graph/remove-unused.ts";
import { rowRanges, threadedJob } from "../threads/threaded-job.ts";
import { UniqueNames } from "../graph/unique-names.ts";

const DOMAIN = "com.microsoft";
/** The kernel counts the weights of a matrix in a signed 32-bit number. */
const WEIGHT_LIMIT = 2 ** 31;

interface WeightPair {
  readonly codes: string;
  readonly absmax: string;
  readonly report: QuantizedTensor & { nodes: string[] };
}

/**
 * Replaces each target by a `com.microsoft.MatMulBnb4` node, with the names and attribute order of ONNX Runtime 1.30's
 * MatMulBnb4Quantizer. What else the node carries stays. Two targets on one weight share its tensors.
 * @param model changed in place
 * @returns the jobs that deliver the new tensors, and what was done to which weight
 * @throws LabError SPEC_INVALID for a weight that is too large for the operator
 */
export function rewriteMatMulBnb4(
  model: OnnxModel,
  targets: readonly MatMulTarget[],
  spec: Bnb4Spec,
): { jobs: TensorJob[]; quantized: QuantizedTensor[] } {
  for (const target of targets) refuseTooLarge(target, spec);
  const names = new UniqueNames(model.graph);
  const pairs = new Map<TensorProto, Map<string, WeightPair>>();
  const jobs: TensorJob[] = [];
  const quantized: QuantizedTensor[] = [];

  for (const target of targets) {
    const { node, K, N, weight, dataType } = target;
    const ofTensor = pairs.get(weight.tensor) ?? new Map<string, WeightPair>();
    pairs.set(weight.tensor, ofTensor);
    const use = `${weight.transposed} ${dataType}`;
    let pair = ofTensor.get(use);
    if (!pair) {
      pair = addWeightPair(model, target, spec, names, jobs);
      ofTensor.set(use, pair);
      quantized.push(pair.report);
    }
    pair.report.nodes.push(node.name);
    const [input = ""] = node.input;
    if (node.name !== "") node.name = names.node(`${node.name}_Bnb4`);
    node.opType = "MatMulBnb4";
    node.domain = DOMAIN;
    node.input = [input, pair.codes, pair.absmax];
    node.attribute = [
      intAttribute("K", K),
      intAttribute("N", N),
      intAttribute("block_size", spec.blockSize),
      intAttribute("quant_type", spec.type === "nf4" ? 1 : 0),
    ];
  }
  importOpset(model.proto, DOMAIN, 1);
  const chains = new Set(targets.flatMap(({ weight }) => weight.chain));
  removeUnused(model.graph, chains, new Set(pairs.keys()));
  return { jobs, quantized };
}

function refuseTooLarge({ node, weight, K, N }: MatMulTarget, { type }: Bnb4Spec): void {
  if (K * N < WEIGHT_LIMIT) return;
  throw new LabError(
    "SPEC_INVALID",
    `${type}: "${weight.name}" [${K}, ${N}] has ${K * N} weights; ONNX Runtime's MatMulBnb4 takes fewer than ${WEIGHT_LIMIT}. Exclude it, or use int4 for this model.`,
    { field: "recipe.exclude", tensor: weight.name, node: node.name, weights: K * N, limit: WEIGHT_LIMIT },
  );
}

function addWeightPair(
  { path, graph }: OnnxModel,
  { weight, K, N, dataType }: MatMulTarget,
  spec: Bnb4Spec,
  names: UniqueNames,
  jobs: TensorJob[],
): WeightPair {
  const pair = { codes: names.value(`${weight.name}_Bnb4`), absmax: names.value(`${weight.name}_absmax`) };
  const lengths = bnb4Lengths(K, N, spec.blockSize);
  const tensors = [
    promisedTensor(pair.codes, UINT8, [lengths.codes]),
    promisedTensor(pair.absmax, dataType, [lengths.absmax]),
  ];
  graph.initializer.push(...tensors);
  const matrix = {
    name: weight.name,
    K,
    N,
    layout: weight.transposed ? ("NK" as const) : ("KN" as const),
    dataType: weight.tensor.dataType as FloatType,
    source: tensorSource(path, weight.tensor),
  };
  const sizes = new Map(tensors.map((tensor) => [tensor.name, tensorBytes(tensor)]));
  // Nested maxima depend on all blocks. Blocks run over row ends, so a range of rows is one of whole blocks and bytes.
  const ranges = spec.doubleQuant ? [{ first: 0, count: N }] : rowRanges(N, K, 2 * spec.blockSize);
  const parts = ranges.map((range) => ({
    input: { matrix, spec, absmaxType: dataType, names: pair, range },
    sourceBytes: range.count * K * 4,
  }));
  jobs.push(threadedJob(sizes, "bnb4", parts));
  return { ...pair, report: { name: weight.name, nodes: [], K, N, bits: 4 } };
}
