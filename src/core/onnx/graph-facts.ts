/**
 * What an ONNX file really is, read from its graph and tensor headers alone: a file's name only finds it. Operator and
 * attribute meanings: ONNX Runtime's contrib operator documentation (MatMulNBits, MatMulBnb4, MatMulInteger).
 */
import type { FormatId } from "#shared/formats/formats.ts";
import { BFLOAT16, FLOAT, FLOAT16, FLOAT64, INT8 } from "./data-types.ts";
import type { GraphProto, NodeProto, TensorProto } from "./proto/onnx_pb.ts";
import type { OnnxModel } from "./read-model.ts";
import { elementCount, tensorBytes } from "./tensor.ts";

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
const BLOCK_OPERATORS = new Set(["MatMulNBits", "MatMulBnb4", "GatherBlockQuantized"]);

export function readGraphFacts(model: OnnxModel): GraphFacts {
  const { nodes, tensors } = collect(model.graph);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const operators: Record<string, number> = {};
  const blocks: { bits: number; blockSize: number; symmetric: boolean; accuracyLevel: number; float16: boolean }[] = [];
  const quantized = new Map<string, number>();
  let bnb4: "nf4" | "fp4" | null = null;

  for (const node of nodes) {
    operators[node.opType] = (operators[node.opType] ?? 0) + 1;
    if (node.opType === "MatMulNBits") {
      quantized.set(node.input[1] ?? "", int(node, "K", 0) * int(node, "N", 0));
      blocks.push({
        bits: int(node, "bits", 4),
        blockSize: int(node, "block_size", 32),
        symmetric: !node.input[3],
        accuracyLevel: int(node, "accuracy_level", 0),
        float16: byName.get(node.input[2] ?? "")?.dataType === FLOAT16,
      });
    } else if (node.opType === "MatMulBnb4") {
      quantized.set(node.input[1] ?? "", int(node, "K", 0) * int(node, "N", 0));
      bnb4 = int(node, "quant_type", 1) === 1 ? "nf4" : "fp4";
    } else if (node.opType === "GatherBlockQuantized") {
      const table = byName.get(node.input[0] ?? "");
      // uint8 tables pack 8 / bits values a byte.
      if (table) quantized.set(table.name, elementCount(table) * (table.dataType === 2 ? 8 / int(node, "bits", 4) : 1));
    }
  }

  const scales = scaleNames(nodes);
  const integerWeights = integerWeightNames(nodes);
  let parameters = 0;
  let bytes = 0;
  let quantizedParameters = 0;
  const floatElements = new Map<number, number>();
  for (const tensor of tensors) {
    const elements = quantized.get(tensor.name) ?? elementCount(tensor);
    const size = tensorBytes(tensor);
    if (scales.has(tensor.name)) {
      bytes += size;
      continue;
    }
    if (elements < WEIGHT_MIN_ELEMENTS) continue;
    const float = FLOAT_TYPES.has(tensor.dataType);
    // Integer tensors are weights when an operator multiplies or looks them up; others are masks and indices.
    if (!float && !quantized.has(tensor.name) && !integerWeights.has(tensor.name)) continue;
    bytes += size;
    parameters += elements;
    if (float) floatElements.set(tensor.dataType, (floatElements.get(tensor.dataType) ?? 0) + elements);
    else quantizedParameters += elements;
  }
  const integer = nodes.find(({ opType }) => opType === "MatMulInteger" || opType === "DynamicQuantizeMatMul");
  const first = blocks[0];
  return {
    format: format(blocks, bnb4, integer && byName.get(integer.input[1] ?? ""), floatElements),
    operators,
    parameters,
    bitsPerWeight: parameters === 0 ? 0 : (bytes * 8) / parameters,
    quantizedShare: parameters === 0 ? 0 : quantizedParameters / parameters,
    blockSize: same(blocks.map(({ blockSize }) => blockSize)),
    symmetric: first ? blocks.every(({ symmetric }) => symmetric) : null,
    accuracyLevel: same(blocks.map(({ accuracyLevel }) => accuracyLevel)),
    dynamicQuantization: nodes.some(({ opType }) => opType.startsWith("DynamicQuantize")),
    opset:
      Number(model.proto.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0) || null,
  };
}

function format(
  blocks: readonly { bits: number; float16: boolean }[],
  bnb4: "nf4" | "fp4" | null,
  integerWeight: TensorProto | undefined,
  floats: ReadonlyMap<number, number>,
): FormatId {
  const kinds = Number(blocks.length > 0) + Number(bnb4 !== null) + Number(integerWeight !== undefined);
  if (kinds > 1) return "mixed";
  if (bnb4) return bnb4;
  if (integerWeight) return integerWeight.dataType === INT8 ? "int8" : "uint8";
  const bits = same(blocks.map((block) => block.bits));
  if (blocks.length > 0) {
    if (bits === 8) return "w8";
    if (bits !== 4) return "mixed";
    return blocks[0]!.float16 ? "int4f16" : "int4";
  }
  return (floats.get(FLOAT16) ?? 0) > (floats.get(FLOAT) ?? 0) ? "fp16" : "fp32";
}

/** Scales and zero points of quantized weights: they cost bytes but are no parameters. */
function scaleNames(nodes: readonly NodeProto[]): Set<string> {
  return new Set(nodes.flatMap((node) => (BLOCK_OPERATORS.has(node.opType) ? node.input.slice(2, 4) : [])));
}

const INTEGER_OPERATORS: Readonly<Record<string, number>> = Object.freeze({
  MatMulInteger: 1,
  DynamicQuantizeMatMul: 1,
  MatMulIntegerToFloat: 1,
  ConvInteger: 1,
  QLinearMatMul: 3,
  DequantizeLinear: 0,
});

/** Integer tensors that are weights: what an integer operator takes, and tables whose looked-up rows are dequantized. */
function integerWeightNames(nodes: readonly NodeProto[]): Set<string> {
  const producers = new Map(nodes.flatMap((node) => node.output.map((output) => [output, node] as const)));
  const names = new Set<string>();
  for (const node of nodes) {
    const place = INTEGER_OPERATORS[node.opType];
    if (place === undefined) continue;
    const name = node.input[place] ?? "";
    names.add(name);
    // An embedding is looked up (or a tied head transposed) as integers before it is dequantized.
    const before = producers.get(name);
    if (before?.opType === "Gather" || before?.opType === "Transpose") names.add(before.input[0] ?? "");
  }
  return names;
}

/** All nodes and stored tensors, those of subgraphs (If, Loop) and Constant nodes included. */
export function collect(graph: GraphProto): { nodes: NodeProto[]; tensors: TensorProto[] } {
  const nodes: NodeProto[] = [];
  const tensors: TensorProto[] = [];
  const visit = (part: GraphProto): void => {
    tensors.push(...part.initializer);
    for (const node of part.node) {
      nodes.push(node);
      for (const attribute of node.attribute) {
        if (attribute.t && node.opType === "Constant") tensors.push(attribute.t);
        if (attribute.g) visit(attribute.g);
        attribute.graphs.forEach(visit);
      }
    }
  };
  visit(graph);
  return { nodes, tensors };
}

/** An integer attribute, or its default. */
export function int(node: NodeProto, name: string, fallback: number): number {
  const attribute = node.attribute.find((candidate) => candidate.name === name);
  return attribute ? Number(attribute.i) : fallback;
}

function same(values: readonly number[]): number | null {
  const first = values[0];
  return first !== undefined && values.every((value) => value === first) ? first : null;
}
