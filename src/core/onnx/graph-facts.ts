/**
 * What an ONNX file really is, read from its graph and tensor headers alone: a file's name only finds it. Operator and
 * attribute meanings: ONNX Runtime's contrib operator documentation (MatMulNBits, MatMulBnb4, MatMulInteger).
 */
import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { BFLOAT16, dataType, FLOAT, FLOAT16, FLOAT64, INT8, UINT8 } from "./data-types.ts";
import type { NodeProto, TensorProto } from "./proto/onnx.ts";
import type { OnnxModel } from "./read-model.ts";
import { elementCount, tensorBytes } from "./tensor.ts";
import { collect, type StoredTensor } from "./walk.ts";

export interface GraphFacts {
  readonly format: FormatId;
  /** Operator type -> number of nodes, subgraphs included. */
  readonly operators: Readonly<Record<string, number>>;
  /** Weights as the model means them: a 4-bit weight counts as one parameter. */
  readonly parameters: number;
  /** Bytes of all weights, scales and zero points included, divided by parameters, in bits. */
  readonly bitsPerWeight: number;
  /** Share of the parameters that are stored in fewer than 16 bits. */
  readonly quantizedShare: number;
  readonly blockSize: number | null;
  readonly symmetric: boolean | null;
  readonly accuracyLevel: number | null;
  /** Dynamic quantization has one activation scale per tensor, so that rows of a batch disturb each other. */
  readonly dynamicQuantization: boolean;
  readonly opset: number | null;
}

/** Small tensors (axes, shapes, norms' epsilon) are not weights. */
const WEIGHT_MIN_ELEMENTS = 64;
const FLOAT_TYPES = new Set([FLOAT, FLOAT16, BFLOAT16, FLOAT64]);

/**
 * Places among an operator's inputs: of a weight in integers, and of its scales and zero points, which cost bytes but are no
 * parameters. Weights in blocks are not integer tensors of the weight's shape; they are read one by one.
 */
const OPERANDS: Readonly<Record<string, { readonly weight?: number; readonly scales: readonly number[] }>> =
  Object.freeze({
    MatMulNBits: { scales: [2, 3] },
    MatMulBnb4: { scales: [2] },
    GatherBlockQuantized: { scales: [2, 3] },
    MatMulInteger: { weight: 1, scales: [3] },
    DynamicQuantizeMatMul: { weight: 1, scales: [2, 3] },
    MatMulIntegerToFloat: { weight: 1, scales: [3, 5] },
    ConvInteger: { weight: 1, scales: [3] },
    QLinearMatMul: { weight: 3, scales: [4, 5] },
    DequantizeLinear: { weight: 0, scales: [1, 2] },
  });
/** Places of tables that are computed from the architecture: cosines and sines of the positions. */
const TABLES: Readonly<Record<string, readonly number[]>> = Object.freeze({
  "com.microsoft.GroupQueryAttention": [7, 8],
  "com.microsoft.RotaryEmbedding": [2, 3],
  ".RotaryEmbedding": [1, 2],
});

/** How one operator holds its weight in blocks. */
interface Block {
  readonly bits: number;
  readonly blockSize: number | null;
  readonly symmetric: boolean;
  readonly accuracyLevel: number;
  readonly float16: boolean;
}

/** @throws LabError FORMAT_UNSUPPORTED for weights in a float type that is no format here, MODEL_CORRUPT */
export function readGraphFacts(model: OnnxModel): GraphFacts {
  const { nodes, tensors } = collect(model.graph);
  const stored = new Map(tensors.map(({ name, tensor }) => [name, tensor]));
  const operators: Record<string, number> = {};
  const formats = new Set<FormatId>();
  const blocks: Block[] = [];
  const dequantized: Block[] = [];
  const blockSizes: (number | null)[] = [];
  /** Names of quantized weights -> parameters. */
  const quantized = new Map<string, number>();

  for (const node of nodes) {
    operators[node.opType] = (operators[node.opType] ?? 0) + 1;
    const integerWeight = stored.get(node.input[OPERANDS[node.opType]?.weight ?? -1] ?? "");
    if (integerWeight && node.opType === "DequantizeLinear") {
      dequantized.push(dequantizedBlock(node, integerWeight, stored.get(node.input[1] ?? "")));
    } else if (integerWeight) formats.add(integerWeight.dataType === INT8 ? "int8" : "uint8");
    if (node.opType === "MatMulNBits") {
      quantized.set(node.input[1] ?? "", int(node, "K", 0) * int(node, "N", 0));
      blocks.push({
        bits: int(node, "bits", 4),
        blockSize: int(node, "block_size", 32),
        symmetric: !node.input[3],
        accuracyLevel: int(node, "accuracy_level", 0),
        float16: stored.get(node.input[2] ?? "")?.dataType === FLOAT16,
      });
    } else if (node.opType === "MatMulBnb4") {
      quantized.set(node.input[1] ?? "", int(node, "K", 0) * int(node, "N", 0));
      formats.add(int(node, "quant_type", 1) === 1 ? "nf4" : "fp4");
      blockSizes.push(int(node, "block_size", 64));
    } else if (node.opType === "GatherBlockQuantized") {
      const name = node.input[0] ?? "";
      const table = stored.get(name);
      // uint8 tables pack 8 / bits values a byte.
      if (table) quantized.set(name, elementCount(table) * (table.dataType === UINT8 ? 8 / int(node, "bits", 4) : 1));
    }
  }
  // ONNX Runtime fuses DequantizeLinear and MatMul into MatMulNBits; beside quantized operators it holds what they cannot.
  if (blocks.length === 0 && formats.size === 0) blocks.push(...dequantized);
  for (const block of blocks) formats.add(blockFormat(block));
  // Half-precision exports keep islands in float32 (often the head): their blocks are the same format.
  if (formats.has("int4f16")) formats.delete("int4");

  const { parameters, bytes, quantizedParameters, floats } = countWeights(nodes, tensors, quantized);
  const [only] = formats;
  return {
    format: formats.size > 1 ? "mixed" : (only ?? floatFormat(model.path, floats)),
    operators,
    parameters,
    bitsPerWeight: parameters === 0 ? 0 : (bytes * 8) / parameters,
    quantizedShare: parameters === 0 ? 0 : quantizedParameters / parameters,
    blockSize: same([...blockSizes, ...blocks.map(({ blockSize }) => blockSize)]),
    symmetric: blocks.length > 0 ? blocks.every(({ symmetric }) => symmetric) : null,
    accuracyLevel: same(blocks.map(({ accuracyLevel }) => accuracyLevel)),
    dynamicQuantization: nodes.some(({ opType }) => opType.startsWith("DynamicQuantize")),
    opset:
      Number(model.proto.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0) || null,
  };
}

function dequantizedBlock(node: NodeProto, weight: TensorProto, scale: TensorProto | undefined): Block {
  const type = dataType(weight.dataType);
  return {
    bits: type && /^u?int/.test(type.name) ? type.bits : 0,
    blockSize: int(node, "block_size", 0) || null,
    symmetric: !node.input[2],
    accuracyLevel: 0,
    float16: scale?.dataType === FLOAT16,
  };
}

function blockFormat({ bits, float16 }: Block): FormatId {
  if (bits === 8) return "w8";
  if (bits !== 4) return "mixed";
  return float16 ? "int4f16" : "int4";
}

function floatFormat(path: string, floats: ReadonlyMap<number, number>): FormatId {
  const [most = FLOAT] = [...floats].sort((a, b) => b[1] - a[1])[0] ?? [];
  // bfloat16 is storage only: ONNX Runtime computes with it in float32, behind a Cast.
  if (most === FLOAT || most === BFLOAT16) return "fp32";
  if (most === FLOAT16) return "fp16";
  throw new LabError(
    "FORMAT_UNSUPPORTED",
    `${path} stores its weights as ${dataType(most)?.name}, which is none of the formats. Export the model as float32 or float16.`,
    { file: path },
  );
}

function countWeights(
  nodes: readonly NodeProto[],
  tensors: readonly StoredTensor[],
  quantized: ReadonlyMap<string, number>,
): { parameters: number; bytes: number; quantizedParameters: number; floats: Map<number, number> } {
  const scales = scaleNames(nodes);
  const tables = inputNames(nodes, ({ domain, opType }) => TABLES[`${domain === "ai.onnx" ? "" : domain}.${opType}`]);
  const integerWeights = integerWeightNames(nodes);
  const floats = new Map<number, number>();
  let parameters = 0;
  let bytes = 0;
  let quantizedParameters = 0;
  for (const { name, tensor } of tensors) {
    const size = tensorBytes(tensor);
    if (scales.has(name)) bytes += size;
    if (scales.has(name) || tables.has(name)) continue;
    const elements = quantized.get(name) ?? elementCount(tensor);
    if (elements < WEIGHT_MIN_ELEMENTS) continue;
    const float = FLOAT_TYPES.has(tensor.dataType);
    // Integer tensors are weights when an operator multiplies or looks them up; others are masks and indices.
    if (!float && !quantized.has(name) && !integerWeights.has(name)) continue;
    bytes += size;
    parameters += elements;
    if (float) floats.set(tensor.dataType, (floats.get(tensor.dataType) ?? 0) + elements);
    else quantizedParameters += elements;
  }
  return { parameters, bytes, quantizedParameters, floats };
}

/** Names of the inputs at the places that a table gives for a node; never "", which stands for an input left out. */
function inputNames(
  nodes: readonly NodeProto[],
  places: (node: NodeProto) => readonly number[] | undefined,
): Set<string> {
  const names = nodes.flatMap((node) => (places(node) ?? []).map((place) => node.input[place] ?? ""));
  return new Set(names.filter((name) => name !== ""));
}

function scaleNames(nodes: readonly NodeProto[]): Set<string> {
  const names = inputNames(nodes, ({ opType }) => OPERANDS[opType]?.scales);
  // Dynamic quantization multiplies the weight's scale with the one that it has just found for the activation.
  const activationScales = new Set(
    nodes.flatMap(({ opType, output }) => (opType === "DynamicQuantizeLinear" ? output.slice(1, 2) : [])),
  );
  for (const { opType, input } of nodes) {
    if (opType !== "Mul" || !input.some((name) => activationScales.has(name))) continue;
    for (const name of input) if (!activationScales.has(name)) names.add(name);
  }
  return names;
}

/** Integer tensors that are weights: what an integer operator takes, and tables whose looked-up rows are dequantized. */
function integerWeightNames(nodes: readonly NodeProto[]): Set<string> {
  const producers = new Map(nodes.flatMap((node) => node.output.map((output) => [output, node] as const)));
  const names = inputNames(nodes, ({ opType }) => {
    const place = OPERANDS[opType]?.weight;
    return place === undefined ? [] : [place];
  });
  for (const name of [...names]) {
    // An embedding is looked up (or a tied head transposed) as integers before it is dequantized.
    const before = producers.get(name);
    if (before?.opType === "Gather" || before?.opType === "Transpose") names.add(before.input[0] ?? "");
  }
  return names;
}

/** An integer attribute, or its default. */
export function int(node: NodeProto, name: string, fallback: number): number {
  const attribute = node.attribute.find((candidate) => candidate.name === name);
  return attribute ? Number(attribute.i) : fallback;
}

function same(values: readonly (number | null)[]): number | null {
  const first = values[0] ?? null;
  return values.every((value) => value === first) ? first : null;
}
