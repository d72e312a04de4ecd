import { FLOAT16, INT4, UINT4, UINT8 } from "#core/onnx/data-types.ts";
import { int64Tensor, intAttribute, makeNode, promisedTensor } from "#core/onnx/messages.ts";
import type { TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { tensorBytes, tensorSource } from "#core/onnx/tensor.ts";
import type { TensorJob } from "#core/onnx/tensor-job.ts";
import type { GatherTarget } from "../graph/gather-targets.ts";
import type { Sent } from "../threads/thread-tasks.ts";
import type { FloatType, WeightMatrix } from "../weights/weight-matrix.ts";
import type { QuantizedTensor } from "../format-maker.ts";
import type { MatMulNBitsSettings, WeightSet } from "./weight-set.ts";
import { rowRanges, threadedJob } from "../threads/threaded-job.ts";
import type { UniqueNames } from "../graph/unique-names.ts";

/** The first ONNX version with 4-bit elements. */
const FOUR_BIT_IR_VERSION = 10n;
/** From this version on an initializer that is also an input is a default that the caller may replace. */
const OVERRIDABLE_IR_VERSION = 4n;

/** A table that several nodes may read, with what they need to do so. */
interface Table {
  readonly inputs: { readonly data: string; readonly scales: string; readonly zeroPoints: string | null };
  /** Set where the bytes are UINT8: the operator cannot see from them how many bits a code has. */
  readonly bits: number | null;
  readonly report: QuantizedTensor & { nodes: string[] };
}

/**
 * Replaces each Gather from an embedding table by `com.microsoft.GatherBlockQuantized`.
 *
 * A table whose transpose is the head's weight shares the head's bytes, whatever algorithm made them, through a Reshape to
 * [entries, width * bits / 8], as onnxruntime-genai's builder does it; that needs rows of whole blocks. Other tables
 * become INT4 or UINT4 tensors in 4 bits, by the rule, names and attribute order of ONNX Runtime 1.30's
 * MatMulNBitsQuantizer, and UINT8 tensors in 8 bits, which that tool does not make.
 *
 * Unlike the tool, which overwrites the opset with 21 and may so change the meaning of other nodes, only the IR version is
 * raised to 10: it is what 4-bit elements need, and the operator's domain has a version of its own.
 * @param shared the tensors of the MatMul that multiplies by the table's transpose
 */
export function rewriteGathers(
  model: OnnxModel,
  gathers: readonly GatherTarget[],
  settings: MatMulNBitsSettings,
  names: UniqueNames,
  shared: (gather: GatherTarget) => WeightSet | undefined,
): { jobs: TensorJob[]; quantized: QuantizedTensor[] } {
  const tables = new Map<TensorProto, Map<string, Table>>();
  const jobs: TensorJob[] = [];
  const quantized: QuantizedTensor[] = [];

  for (const gather of gathers) {
    const { node, weight, dataType, width } = gather;
    const ofTensor = tables.get(weight.tensor) ?? new Map<string, Table>();
    tables.set(weight.tensor, ofTensor);
    const use = `${weight.transposed} ${dataType}`;
    let table = ofTensor.get(use);
    if (!table) {
      const head = width % settings.blockSize === 0 ? shared(gather) : undefined;
      table = head ? shareTable(model, gather, settings, names, head) : addTable(model, gather, settings, names, jobs);
      ofTensor.set(use, table);
      if (!head) quantized.push(table.report);
    }
    table.report.nodes.push(node.name);
    const { data, scales, zeroPoints } = table.inputs;
    if (node.name !== "") node.name = names.node(`${node.name}_Q${settings.bits}`);
    node.opType = "GatherBlockQuantized";
    node.domain = "com.microsoft";
    node.input = [data, node.input[1] ?? "", scales, ...(zeroPoints === null ? [] : [zeroPoints])];
    node.attribute = [
      ...(table.bits === null ? [] : [intAttribute("bits", table.bits)]),
      intAttribute("block_size", settings.blockSize),
      intAttribute("gather_axis", 0),
      intAttribute("quantize_axis", 1),
    ];
  }
  return { jobs, quantized };
}

function shareTable(
  { graph }: OnnxModel,
  { entries, width }: GatherTarget,
  { bits }: MatMulNBitsSettings,
  names: UniqueNames,
  { codes, scales, zeroPoints, report }: WeightSet,
): Table {
  const shape = names.value(`${codes}_table_shape`);
  const data = names.value(`${codes}_table`);
  graph.initializer.push(int64Tensor(shape, [entries, (width * bits) / 8]));
  // In front, because nodes stand in the order in which they run.
  graph.node.unshift(makeNode("Reshape", names.node(`${codes}_Reshape`), [codes, shape], [data]));
  return { inputs: { data, scales, zeroPoints }, bits, report };
}

function addTable(
  { path, proto, graph }: OnnxModel,
  { weight, entries, width, dataType }: GatherTarget,
  settings: MatMulNBitsSettings,
  names: UniqueNames,
  jobs: TensorJob[],
): Table {
  const { bits, blockSize, symmetric, algorithm = "default" } = settings;
  const four = bits === 4;
  const blocks = Math.ceil(width / blockSize);
  const inputs = {
    data: names.value(`${weight.name}_Q${bits}`),
    scales: names.value(`${weight.name}_scales`),
    zeroPoints: symmetric ? null : names.value(`${weight.name}_zero_points`),
  };
  const type = four ? (symmetric ? INT4 : UINT4) : UINT8;
  const tensors = [
    promisedTensor(inputs.data, type, [entries, width]),
    promisedTensor(inputs.scales, dataType, [entries, blocks]),
  ];
  if (inputs.zeroPoints !== null) tensors.push(promisedTensor(inputs.zeroPoints, type, [entries, blocks]));
  graph.initializer.push(...tensors);
  if (four) raiseIrVersion({ path, proto, graph });

  const tensorNames = { codes: inputs.data, scales: inputs.scales, zeroPoints: inputs.zeroPoints };
  const matrix: Sent<WeightMatrix> = {
    name: weight.name,
    K: width,
    N: entries,
    layout: weight.transposed ? "KN" : "NK",
    dataType: weight.tensor.dataType as FloatType,
    source: tensorSource(path, weight.tensor),
  };
  const spec = { bits, blockSize, symmetric, halfScales: dataType === FLOAT16 };
  const sizes = new Map(tensors.map((tensor) => [tensor.name, tensorBytes(tensor)]));
  const parts = rowRanges(entries, width).map((range) => ({
    input: { matrix, spec, scaleType: dataType, names: tensorNames, algorithm, range },
    sourceBytes: range.count * width * 4,
  }));
  jobs.push(threadedJob(sizes, four ? "gather4" : "table8", parts));
  return {
    inputs,
    bits: four ? null : bits,
    report: { name: weight.name, nodes: [], K: width, N: entries, bits },
  };
}

/** Initializers that old files also list as inputs would stop being constants. */
function raiseIrVersion({ proto, graph }: OnnxModel): void {
  if (proto.irVersion >= FOUR_BIT_IR_VERSION) return;
  if (proto.irVersion < OVERRIDABLE_IR_VERSION) {
    const stored = new Set(graph.initializer.map(({ name }) => name));
    graph.input = graph.input.filter(({ name }) => !stored.has(name));
  }
  proto.irVersion = FOUR_BIT_IR_VERSION;
}
