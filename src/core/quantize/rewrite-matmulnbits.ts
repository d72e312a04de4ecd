import { FLOAT16, UINT8 } from "#core/onnx/data-types.ts";
import { importOpset, intAttribute, promisedTensor } from "#core/onnx/messages.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx_pb.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { openTensor, tensorBytes } from "#core/onnx/tensor.ts";
import type { TensorJob } from "#core/onnx/write-model.ts";
import type { MatMulTarget } from "./matmul-targets.ts";
import { blockShape } from "./matmulnbits.ts";
import { type FloatType, quantizeMatrix, type WeightMatrix } from "./matmulnbits-stream.ts";
import type { QuantizedTensor } from "./plan.ts";
import { removeUnused } from "./remove-unused.ts";
import { UniqueNames } from "./unique-names.ts";

const DOMAIN = "com.microsoft";

export interface MatMulNBitsSettings {
  readonly bits: 2 | 4 | 8;
  readonly blockSize: number;
  readonly symmetric: boolean;
  /** 0 leaves the attribute out. */
  readonly accuracyLevel: number;
}

/** The tensors that took the place of one weight. */
interface WeightSet {
  readonly codes: string;
  readonly scales: string;
  readonly zeroPoints: string | null;
  readonly report: QuantizedTensor & { nodes: string[] };
}

/**
 * Replaces each target by a `com.microsoft.MatMulNBits` node, with the names, attribute order and shapes of ONNX Runtime
 * 1.30's MatMulNBitsQuantizer. What else the node carries (metadata, documentation) stays. New tensors go into the main
 * graph, where subgraphs see them; two targets on one weight share one set.
 * @param model changed in place
 * @returns the jobs that deliver the new tensors, and what was done to which weight
 */
export function rewriteMatMulNBits(
  model: OnnxModel,
  targets: readonly MatMulTarget[],
  settings: MatMulNBitsSettings,
): { jobs: TensorJob[]; quantized: QuantizedTensor[] } {
  const names = new UniqueNames(model.graph);
  const sets = new Map<TensorProto, Map<string, WeightSet>>();
  const jobs: TensorJob[] = [];
  const quantized: QuantizedTensor[] = [];

  for (const target of targets) {
    const { tensor, transposed } = target.weight;
    const ofTensor = sets.get(tensor) ?? new Map<string, WeightSet>();
    sets.set(tensor, ofTensor);
    const use = `${transposed} ${target.dataType}`;
    let set = ofTensor.get(use);
    if (!set) {
      set = addWeightSet(model, target, settings, names, jobs);
      ofTensor.set(use, set);
      quantized.push(set.report);
    }
    set.report.nodes.push(target.node.name);
    rewriteNode(target, set, settings, names);
  }
  importOpset(model.proto, DOMAIN, 1);
  const chains = new Set(targets.flatMap(({ weight }) => weight.chain));
  removeUnused(model.graph, chains, new Set(sets.keys()));
  return { jobs, quantized };
}

function addWeightSet(
  { path, graph }: OnnxModel,
  target: MatMulTarget,
  settings: MatMulNBitsSettings,
  names: UniqueNames,
  jobs: TensorJob[],
): WeightSet {
  const { weight, K, N, dataType } = target;
  const { bits, symmetric } = settings;
  const spec = { ...settings, halfScales: dataType === FLOAT16 };
  const shape = blockShape(K, spec);
  const set = {
    codes: names.value(`${weight.name}_Q${bits}`),
    scales: names.value(`${weight.name}_scales`),
    zeroPoints: symmetric ? null : names.value(`${weight.name}_zero_points`),
  };
  const tensors = [
    promisedTensor(set.codes, UINT8, [N, shape.blocks, shape.blobBytes]),
    promisedTensor(set.scales, dataType, [N, shape.blocks]),
  ];
  if (set.zeroPoints !== null) tensors.push(promisedTensor(set.zeroPoints, UINT8, [N, shape.zeroPointRowBytes]));
  graph.initializer.push(...tensors);

  const matrix: WeightMatrix = {
    name: weight.name,
    K,
    N,
    layout: weight.transposed ? "NK" : "KN",
    dataType: weight.tensor.dataType as FloatType,
    open: () => openTensor(path, weight.tensor),
  };
  jobs.push({
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensorBytes(tensor)])),
    pieces: () => quantizeMatrix(matrix, spec, dataType, set),
  });
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
