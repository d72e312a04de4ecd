import { FLOAT16, UINT8 } from "#core/onnx/data-types.ts";
import { importOpset, intAttribute, promisedTensor } from "#core/onnx/messages.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { tensorBytes, tensorSource } from "#core/onnx/tensor.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import type { GatherTarget } from "../graph/gather-targets.ts";
import type { Sent } from "../threads/thread-tasks.ts";
import type { MatMulTarget } from "../graph/matmul-targets.ts";
import { blockShape } from "./matmulnbits.ts";
import type { FloatType, WeightMatrix } from "../weights/weight-matrix.ts";
import type { QuantizedTensor } from "../format-maker.ts";
import { removeUnused } from "../graph/remove-unused.ts";
import { rewriteGathers } from "./rewrite-gathers.ts";
import type { MatMulNBitsSettings, WeightSet } from "./weight-set.ts";
import { rowRanges, threadedJob } from "../threads/threaded-job.ts";
import { UniqueNames } from "../graph/unique-names.ts";

const DOMAIN = "com.microsoft";

/**
 * Replaces each target by a `com.microsoft.MatMulNBits` node, with the names, attribute order and shapes of ONNX Runtime
 * 1.30's MatMulNBitsQuantizer. What else the node carries (metadata, documentation) stays. New tensors go into the main
 * graph, where subgraphs see them; two targets on one weight share one set.
 * @param model changed in place
 * @param gathers embedding tables to store in blocks too (rewrite-gathers.ts)
 * @returns the jobs that deliver the new tensors, and what was done to which weight
 */
export function rewriteMatMulNBits(
  model: OnnxModel,
  targets: readonly MatMulTarget[],
  settings: MatMulNBitsSettings,
  gathers: readonly GatherTarget[] = [],
): { jobs: TensorJob[]; quantized: QuantizedTensor[] } {
  const names = new UniqueNames(model.graph);
  const sets = new Map<TensorProto, Map<string, WeightSet>>();
  const jobs: TensorJob[] = [];
  const quantized: QuantizedTensor[] = [];

  for (const target of targets) {
    const { tensor, transposed } = target.weight;
    const ofTensor = sets.get(tensor) ?? new Map<string, WeightSet>();
    sets.set(tensor, ofTensor);
    const use = useKey(transposed, target.dataType);
    let set = ofTensor.get(use);
    if (!set) {
      set = addWeightSet(model, target, settings, names, jobs);
      ofTensor.set(use, set);
      quantized.push(set.report);
    }
    set.report.nodes.push(target.node.name);
    rewriteNode(target, set, settings, names);
  }
  // A head sees the transpose of what its embedding sees: the blocks of one are the rows of the other.
  const tables = rewriteGathers(model, gathers, settings, names, ({ weight, dataType }) =>
    sets.get(weight.tensor)?.get(useKey(!weight.transposed, dataType)),
  );
  importOpset(model.proto, DOMAIN, 1);
  const weights = [...targets, ...gathers].map(({ weight }) => weight);
  const chains = new Set(weights.flatMap(({ chain }) => chain));
  removeUnused(model.graph, chains, new Set(weights.map(({ tensor }) => tensor)));
  return { jobs: [...jobs, ...tables.jobs], quantized: [...quantized, ...tables.quantized] };
}

function useKey(transposed: boolean, dataType: FloatType): string {
  return `${transposed} ${dataType}`;
}

/** Tensor names as the tool gives them; those of RTN and k-quant are neural-compressor's. */
function tensorNames(
  weight: string,
  { bits, blockSize, symmetric, algorithm }: MatMulNBitsSettings,
  names: UniqueNames,
) {
  const foreign = (algorithm ?? "default") !== "default";
  return {
    codes: names.value(foreign ? `${weight}_Q${bits}G${blockSize}` : `${weight}_Q${bits}`),
    scales: names.value(`${weight}_${foreign ? "scale" : "scales"}`),
    zeroPoints: symmetric ? null : names.value(`${weight}_${foreign ? "zp" : "zero_points"}`),
  };
}

function addWeightSet(
  { path, graph }: OnnxModel,
  target: MatMulTarget,
  settings: MatMulNBitsSettings,
  names: UniqueNames,
  jobs: TensorJob[],
): WeightSet {
  const { weight, K, N, dataType } = target;
  const { bits, algorithm = "default" } = settings;
  const spec = { ...settings, halfScales: dataType === FLOAT16 };
  const shape = blockShape(K, spec);
  const set = tensorNames(weight.name, settings, names);
  const tensors = [
    promisedTensor(set.codes, UINT8, [N, shape.blocks, shape.blobBytes]),
    promisedTensor(set.scales, dataType, [N, shape.blocks]),
  ];
  if (set.zeroPoints !== null) tensors.push(promisedTensor(set.zeroPoints, UINT8, [N, shape.zeroPointRowBytes]));
  graph.initializer.push(...tensors);

  const matrix: Sent<WeightMatrix> = {
    name: weight.name,
    K,
    N,
    layout: weight.transposed ? "NK" : "KN",
    dataType: weight.tensor.dataType as FloatType,
    source: tensorSource(path, weight.tensor),
  };
  const sizes = new Map(tensors.map((tensor) => [tensor.name, tensorBytes(tensor)]));
  const parts = rowRanges(N, K).map((range) => ({
    input: { matrix, spec, scaleType: dataType, names: set, algorithm, range },
    sourceBytes: range.count * K * 4,
  }));
  jobs.push(threadedJob(sizes, "blocks", parts));
  return { ...set, report: { name: weight.name, nodes: [], K, N, bits } };
}

function rewriteNode(
  { node, K, N }: MatMulTarget,
  { codes, scales, zeroPoints }: WeightSet,
  { bits, blockSize, accuracyLevel }: MatMulNBitsSettings,
  names: UniqueNames,
): void {
  const [input = ""] = node.input;
  renameNode(node, bits, names);
  node.opType = "MatMulNBits";
  node.domain = DOMAIN;
  node.input = [input, codes, scales, ...(zeroPoints === null ? [] : [zeroPoints])];
  node.attribute = [
    intAttribute("K", K),
    intAttribute("N", N),
    ...(accuracyLevel === 0 ? [] : [intAttribute("accuracy_level", accuracyLevel)]),
    intAttribute("bits", bits),
    intAttribute("block_size", blockSize),
  ];
}

/** A node without a name keeps none. */
function renameNode(node: NodeProto, bits: number, names: UniqueNames): void {
  if (node.name !== "") node.name = names.node(`${node.name}_Q${bits}`);
}
