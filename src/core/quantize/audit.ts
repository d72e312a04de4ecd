/**
 * What each weight of an ONNX file is, from the protobuf alone: the table that says why a "4-bit" file is as large as it is.
 * No weight is read.
 */
import { FORMATS } from "#shared/formats/formats.ts";
import { grouped, megabytes, percent } from "#shared/report/quantities.ts";
import { dataType } from "#core/onnx/data-types.ts";
import { type GraphFacts, int, readGraphFacts } from "#core/onnx/graph-facts.ts";
import type { NodeProto, TensorProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { tensorBytes } from "#core/onnx/tensor.ts";
import { collect } from "#core/onnx/walk.ts";
import { Scope } from "./constants.ts";
import { pairNote, tablePairs } from "./copied-tables.ts";
import { functionMatMuls, functionWarning } from "./function-weights.ts";

type LayerRole = "embedding" | "head" | "layer";

/** One weight and the node that uses it. */
interface AuditedLayer {
  readonly name: string;
  readonly operator: string;
  readonly role: LayerRole;
  /** Input by output features; rows by width for an embedding. */
  readonly shape: readonly number[];
  /** How it is stored: `float32`, `4-bit blocks of 32`, `int8`, `nf4` ... */
  readonly storage: string;
  readonly bits: number;
  /** What block weights are computed with (0 unset, 4 int8 activations); null for other storage. */
  readonly accuracyLevel: number | null;
  readonly parameters: number;
  /** Scales and zero points included. A weight that another layer listed before has none of its own. */
  readonly bytes: number;
}

export interface Audit extends GraphFacts {
  readonly zeroPoints: boolean | null;
  /** Share of all weight bytes. */
  readonly embeddingShare: number;
  readonly headShare: number;
  readonly layers: readonly AuditedLayer[];
  readonly warnings: readonly string[];
}

/** Place of the weight among the inputs of the operators that hold a model's matrices. */
const WEIGHT_INPUT: Readonly<Record<string, number>> = Object.freeze({
  MatMul: 1,
  Gemm: 1,
  MatMulNBits: 1,
  MatMulBnb4: 1,
  MatMulInteger: 1,
  DynamicQuantizeMatMul: 1,
  Gather: 0,
  GatherBlockQuantized: 0,
});
const SMALLEST_MATRIX = 64;

export function auditModel(model: OnnxModel, logitsName: string): Audit {
  const facts = readGraphFacts(model);
  const { nodes, tensors } = collect(model.graph);
  const stored = new Map(tensors.map(({ name, tensor }) => [name, tensor]));
  const scope = new Scope(model.graph, null);
  const heads = nodesBefore(nodes, logitsName);
  const counted = new Set<string>();

  const layers = nodes.flatMap((node): AuditedLayer[] => {
    const place = WEIGHT_INPUT[node.opType];
    const operand = place === undefined ? "" : (node.input[place] ?? "");
    const constant = operand === "" ? null : scope.constant(operand);
    const tensor = constant?.tensor ?? stored.get(operand);
    if (!tensor) return [];
    const shape = logicalShape(node, tensor, constant?.transposed ?? false);
    const parameters = shape.reduce((product, dim) => product * dim, 1);
    if (shape.length < 2 || parameters < SMALLEST_MATRIX) return [];
    const name = constant?.name ?? operand;
    const parts = [tensor, ...scaleInputs(node).flatMap((input) => stored.get(input) ?? [])];
    const bytes = counted.has(name) ? 0 : parts.reduce((sum, part) => sum + tensorBytes(part), 0);
    counted.add(name);
    const role: LayerRole = node.opType.startsWith("Gather") ? "embedding" : heads.has(node) ? "head" : "layer";
    const { storage, bits } = storageOf(node, tensor);
    const accuracyLevel = node.opType === "MatMulNBits" ? int(node, "accuracy_level", 0) : null;
    return [
      { name: node.name || name, operator: node.opType, role, shape, storage, bits, accuracyLevel, parameters, bytes },
    ];
  });

  const total = layers.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = (role: LayerRole): number =>
    total === 0 ? 0 : layers.reduce((sum, layer) => sum + (layer.role === role ? layer.bytes : 0), 0) / total;
  const blocks = nodes.filter(({ opType }) => opType === "MatMulNBits");
  const audit = {
    ...facts,
    zeroPoints: blocks.length === 0 ? null : blocks.some(({ input }) => Boolean(input[3])),
    embeddingShare: share("embedding"),
    headShare: share("head"),
    layers,
  };
  const inFunctions = functionWarning(functionMatMuls(model.proto));
  const copies = tablePairs(model.graph).map(pairNote);
  return { ...audit, warnings: [...warningsOf(audit), ...copies, ...(inFunctions === null ? [] : [inFunctions])] };
}

/** The matrix as the model means it; an embedding as it lies. */
function logicalShape(node: NodeProto, tensor: TensorProto, transposed: boolean): number[] {
  if (node.opType === "MatMulNBits" || node.opType === "MatMulBnb4") return [int(node, "K", 0), int(node, "N", 0)];
  const dims = tensor.dims.map(Number);
  if (node.opType === "GatherBlockQuantized") {
    const packed = dataType(tensor.dataType)?.name === "uint8" ? 8 / int(node, "bits", 4) : 1;
    return [...dims.slice(0, -1), (dims.at(-1) ?? 0) * packed];
  }
  const turned = node.opType === "Gemm" ? int(node, "transB", 0) === 1 : transposed;
  return turned ? dims.reverse() : dims;
}

function scaleInputs(node: NodeProto): string[] {
  return ["MatMulNBits", "MatMulBnb4", "GatherBlockQuantized"].includes(node.opType) ? node.input.slice(2, 4) : [];
}

function storageOf(node: NodeProto, tensor: TensorProto): { storage: string; bits: number } {
  switch (node.opType) {
    case "MatMulNBits":
    case "GatherBlockQuantized": {
      const bits = int(node, "bits", 4);
      return { storage: `${bits}-bit blocks of ${int(node, "block_size", 32)}`, bits };
    }
    case "MatMulBnb4":
      return {
        storage: `${int(node, "quant_type", 1) === 1 ? "nf4" : "fp4"} blocks of ${int(node, "block_size", 64)}`,
        bits: 4,
      };
    default: {
      const type = dataType(tensor.dataType);
      return { storage: type?.name ?? `type ${tensor.dataType}`, bits: type?.bits ?? 0 };
    }
  }
}

/** Operators that may stand between the head's matrix product and the logits. */
const AFTER_HEAD = new Set(["Cast", "Add", "Mul", "Div", "Tanh", "Identity", "Reshape", "DequantizeLinear", "If"]);

/** The nodes whose output becomes the logits without another matrix product in between. */
function nodesBefore(nodes: readonly NodeProto[], logitsName: string): ReadonlySet<NodeProto> {
  const producers = new Map(nodes.flatMap((node) => node.output.map((output) => [output, node] as const)));
  const found = new Set<NodeProto>();
  const queue = [logitsName];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const node = producers.get(name);
    if (!node || found.has(node)) continue;
    found.add(node);
    if (AFTER_HEAD.has(node.opType)) queue.push(...node.input);
    // The branches of a merged decoder end in the same output.
    for (const { g } of node.attribute) queue.push(...(g?.output.slice(0, 1).map((output) => output.name) ?? []));
  }
  return found;
}

function warningsOf(audit: Omit<Audit, "warnings">): string[] {
  const warnings: string[] = [];
  const float = audit.layers.filter(({ bits, bytes }) => bits >= 16 && bytes > 0);
  const quantizedFormat = !["fp32", "fp16"].includes(audit.format);
  if (quantizedFormat && audit.quantizedShare < MOSTLY) {
    const parts = (["embedding", "head", "layer"] as const).flatMap((role) => {
      const bytes = float.filter((layer) => layer.role === role).reduce((sum, layer) => sum + layer.bytes, 0);
      return bytes > 0 ? [`${role === "layer" ? "other layers" : `the ${role}`} (${megabytes(bytes)} MB)`] : [];
    });
    warnings.push(
      `only ${percent(audit.quantizedShare, 0)} of its ${grouped(audit.parameters)} parameters are ${FORMATS[audit.format].label}; float: ${parts.join(", ")}`,
    );
  }
  if (audit.dynamicQuantization) {
    warnings.push("activations have one scale for the whole tensor: one outlier token costs all of them precision");
  }
  if (audit.layers.some(({ accuracyLevel, bits }) => accuracyLevel !== null && accuracyLevel !== 4 && bits === 8)) {
    warnings.push("8-bit blocks without accuracy level 4 have no fast path on the CPU");
  }
  return warnings;
}

/** Below this share of quantized parameters a file is larger than its name lets expect. */
const MOSTLY = 0.8;
