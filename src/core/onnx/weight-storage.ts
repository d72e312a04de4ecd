/**
 * How operators hold their weights. Operator and attribute meanings: ONNX Runtime's contrib operator documentation and, for
 * operators that came after it, the schemas of ONNX Runtime 1.32.
 */
import type { FormatId } from "#shared/formats/formats.ts";
import { int } from "./attributes.ts";
import { BFLOAT16, dataType, FLOAT, FLOAT16, FLOAT64, INT8, UINT8 } from "./data-types.ts";
import { type NodeProto, TensorProto } from "./proto/onnx.ts";
import type { Origin } from "./weight-flow.ts";

export interface Storage {
  /** `float32`, `4-bit blocks of 32`, `int8`, `nf4 blocks of 64`. */
  readonly label: string;
  readonly bits: number;
  /** `float` for 16 bits or more, `unnamed` for what is no format here. */
  readonly format: FormatId | "float" | "unnamed";
  /** Null for weights that are not in blocks. */
  readonly blockSize: number | null;
  /** Null where nothing tells. */
  readonly symmetric: boolean | null;
  /** The precision in which block weights are computed (0 unset, 4 int8 activations); null for other storage. */
  readonly accuracyLevel: number | null;
}

/** A weight as the model means it, and what it costs. */
export interface Held {
  readonly storage: Storage;
  /** Input by output features; rows by width for a table. */
  readonly shape: readonly number[];
}

type Holds = (node: NodeProto, origin: Origin, scales: readonly Origin[], place: number) => Held;

interface Operator {
  /** Place of each weight -> places of its scales and zero points, which cost bytes and are no parameters. */
  readonly weights: Readonly<Record<number, readonly number[]>>;
  readonly holds: Holds;
}

const FLOAT_TYPES = new Set([FLOAT, FLOAT16, BFLOAT16, FLOAT64]);
const PLAIN = { blockSize: null, symmetric: null, accuracyLevel: null };

/** Operators whose weights are codes. */
export const QUANTIZED_OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>(
  Object.entries({
    MatMulNBits: { weights: { 1: [2, 3] }, holds: blocks },
    MatMulNBitsQkv: { weights: { 3: [4], 6: [7], 9: [10] }, holds: blocks },
    MatMulNBitsMlp: { weights: { 3: [4], 6: [7] }, holds: blocks },
    MatMulNBitsQLoRA: { weights: { 1: [2], 3: [4], 5: [6] }, holds: blocks },
    MatMulBnb4: { weights: { 1: [2] }, holds: bnb4 },
    MatMulFpQ4: { weights: { 1: [2] }, holds: blobs },
    MatMulBlockQuantizedFp4Weight: { weights: { 1: [2, 3] }, holds: halfBytes },
    MatMulBlockQuantizedFp8Weight: { weights: { 1: [2] }, holds: turnedCodes },
    GatherBlockQuantized: { weights: { 0: [2, 3] }, holds: table },
    QMoE: { weights: { 2: [3, 11, 15], 5: [6, 12, 16], 8: [9, 13] }, holds: experts },
    MatMulInteger: { weights: { 1: [3] }, holds: codes },
    DynamicQuantizeMatMul: { weights: { 1: [2, 3] }, holds: codes },
    MatMulIntegerToFloat: { weights: { 1: [3, 5] }, holds: codes },
    ConvInteger: { weights: { 1: [3] }, holds: codes },
    QLinearMatMul: { weights: { 3: [4, 5] }, holds: codes },
    QLinearConv: { weights: { 3: [4, 5] }, holds: codes },
    QGemm: { weights: { 3: [4, 5] }, holds: codes },
    QAttention: { weights: { 1: [4, 7] }, holds: codes },
    QOrderedMatMul: { weights: { 2: [3] }, holds: codes },
    QOrderedAttention: { weights: { 5: [8], 6: [9], 7: [10] }, holds: codes },
    QOrderedLongformerAttention: { weights: { 2: [3], 8: [9] }, holds: codes },
    QEmbedLayerNormalization: { weights: { 2: [8, 13], 3: [9, 14], 4: [10, 15] }, holds: codes },
    DynamicQuantizeLSTM: { weights: { 1: [8, 9], 2: [10, 11] }, holds: codes },
    GemmFloat8: { weights: { 1: [4] }, holds: codes },
  }),
);

/** Names the format of blocks of so many bits. */
function blockFormat(bits: number, half: boolean): Storage["format"] {
  if (bits === 8) return "w8";
  if (bits === 4) return half ? "int4f16" : "int4";
  if (bits === 2) return half ? "int2f16" : "int2";
  if (bits === 1) return half ? "int1f16" : "int1";
  return "unnamed";
}

function isHalf(scales: readonly Origin[]): boolean {
  return scales[0]?.type === FLOAT16;
}

function blocks(node: NodeProto, origin: Origin, scales: readonly Origin[], place: number): Held {
  const adapter = node.opType === "MatMulNBitsQLoRA" && place > 1;
  const bits = int(node, adapter ? "lora_bits" : "bits", 4);
  const blockSize = int(node, adapter ? "lora_block_size" : "block_size", 32);
  const [rows = 0] = origin.dims;
  const K = adapter && place === 5 ? (origin.dims[1] ?? 0) * blockSize : int(node, "K", 0);
  const N = node.opType === "MatMulNBits" ? int(node, "N", rows) : rows;
  const storage: Storage = {
    label: `${bits}-bit blocks of ${blockSize}`,
    bits,
    format: blockFormat(bits, isHalf(scales)),
    blockSize,
    symmetric: node.opType !== "MatMulNBits" || !node.input[3],
    accuracyLevel: int(node, "accuracy_level", 0),
  };
  return { storage, shape: [K, N] };
}

function bnb4(node: NodeProto): Held {
  const format = int(node, "quant_type", 1) === 1 ? "nf4" : "fp4";
  const blockSize = int(node, "block_size", 64);
  const storage = { ...PLAIN, label: `${format} blocks of ${blockSize}`, bits: 4, format, blockSize } as const;
  return { storage, shape: [int(node, "K", 0), int(node, "N", 0)] };
}

/** Blocks with their scales inside: 32 codes, or 64 by type 2. */
function blobs(node: NodeProto, { bytes }: Origin, [shape]: readonly Origin[]): Held {
  const kind = int(node, "blk_quant_type", 1);
  const blockSize = kind === 2 ? 64 : 32;
  const blob = blockSize / 2 + 4 + (kind === 1 ? 1 : 0);
  const storage: Storage = {
    label: `4-bit blocks of ${blockSize}`,
    bits: 4,
    format: "int4",
    blockSize,
    symmetric: kind !== 1,
    accuracyLevel: null,
  };
  return { storage, shape: storedShape(shape) ?? [Math.round((bytes / blob) * blockSize), 1] };
}

/** The two numbers of an int64 tensor; null where it is something else. */
function storedShape(origin: Origin | undefined): number[] | null {
  const tensor = origin?.key;
  if (!(tensor instanceof TensorProto)) return null;
  const { int64Data, rawData } = tensor;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const raw = rawData.length === 16 ? [view.getBigInt64(0, true), view.getBigInt64(8, true)] : [];
  const values = int64Data.length === 2 ? int64Data : raw;
  return values.length === 2 ? values.map(Number) : null;
}

function halfBytes(node: NodeProto, { dims: [N = 0, bytes = 0] }: Origin): Held {
  return { storage: floatBlocks("fp4", 4, int(node, "block_size", 16)), shape: [2 * bytes, N] };
}

function turnedCodes(node: NodeProto, { dims: [N = 0, K = 0] }: Origin): Held {
  return { storage: floatBlocks("fp8", 8, int(node, "block_size", 128)), shape: [K, N] };
}

function floatBlocks(format: "fp4" | "fp8", bits: number, blockSize: number): Storage {
  const label = `${format}${blockSize > 0 ? ` blocks of ${blockSize}` : ""}`;
  return { ...PLAIN, label, bits, format, blockSize: blockSize > 0 ? blockSize : null };
}

function table(node: NodeProto, origin: Origin, scales: readonly Origin[]): Held {
  const { dims, type } = origin;
  const packed = type === UINT8;
  const bits = packed ? int(node, "bits", 4) : (dataType(type)?.bits ?? 0);
  const blockSize = int(node, "block_size", 128);
  // A table that shares a head's blocks lies as those do.
  const [rows = 0, ...row] = dims;
  const shape = [rows, row.reduce((product, dim) => product * dim, 1) * (packed ? 8 / bits : 1)];
  const kind = floatCodes(type);
  if (kind) return { storage: floatBlocks(kind, bits, blockSize), shape };
  const symmetric = !node.input[3];
  const label = `${bits}-bit blocks of ${blockSize}`;
  const format = blockFormat(bits, isHalf(scales));
  return { storage: { label, bits, format, blockSize, symmetric, accuracyLevel: null }, shape };
}

const FC = new Map([
  [2, "fc1"],
  [5, "fc2"],
  [8, "fc3"],
]);

/** Describes the weights of all experts, [experts, N, K] in bytes of codes. */
function experts(node: NodeProto, { dims, type }: Origin, scales: readonly Origin[], place: number): Held {
  const [count = 0, N = 0, row = 0] = dims;
  const kind = new TextDecoder().decode(node.attribute.find(({ name }) => name === "quant_type")?.s) || "int";
  if (kind !== "int") {
    const format = kind === "fp8" ? "fp8" : "fp4";
    const bits = format === "fp8" ? 8 : 4;
    const blockSize = format === "fp8" ? int(node, "block_size", 0) : kind === "nvfp4" ? 16 : 32;
    const perByte = format === "fp4" && type === UINT8 ? 2 : 1;
    const storage = floatBlocks(format, bits, blockSize);
    return {
      storage: { ...storage, label: storage.label.replace(format, labelOf(kind)) },
      shape: [count, row * perByte, N],
    };
  }
  const bits = int(node, `${FC.get(place)}_expert_weight_bits`, int(node, "expert_weight_bits", 4));
  const blockSize = int(node, "block_size", 0) || null;
  const zeroPoints = node.input[QMOE_ZERO_POINTS[place]!];
  const storage: Storage = {
    label: blockSize === null ? `${bits}-bit rows` : `${bits}-bit blocks of ${blockSize}`,
    bits,
    format: blockFormat(bits, isHalf(scales)),
    blockSize,
    symmetric: !zeroPoints,
    accuracyLevel: int(node, "accuracy_level", 0),
  };
  return { storage, shape: [count, Math.floor((row * 8) / bits), N] };
}

const QMOE_ZERO_POINTS: Readonly<Record<number, number>> = { 2: 11, 5: 12, 8: 13 };

/** QMoE's names of its float formats: the 4-bit floats with scales that are powers of two are MXFP4. */
function labelOf(kind: string): string {
  return kind === "nvfp4" || kind === "fp8" ? kind : "mxfp4";
}

function codes(node: NodeProto, origin: Origin): Held {
  const { label, bits, format } = typeStorage(origin.type, false);
  const plain = origin.type === INT8 ? "int8" : origin.type === UINT8 ? "uint8" : format;
  return { storage: { ...PLAIN, label, bits, format: plain }, shape: asMultiplied(node, origin, 1) };
}

/** Weights that an operator takes as they are stored, or as a DequantizeLinear has made floats of them. */
export function plainWeight(node: NodeProto, origin: Origin, place: number): Held {
  const { unpacked, type } = origin;
  const shape = asMultiplied(node, origin, place);
  if (!unpacked) {
    const { label, bits, format } = typeStorage(type, false);
    return { storage: { ...PLAIN, label, bits, format }, shape };
  }
  const { bits, label, format } = typeStorage(type, isHalf(unpacked.scales));
  const blockSize = int(unpacked.node, "block_size", 0) || null;
  const symmetric = format === "float" ? null : !unpacked.node.input[2];
  const blockLabel =
    blockSize === null ? label : `${/^u?int/.test(label) ? `${bits}-bit` : label} blocks of ${blockSize}`;
  return { storage: { label: blockLabel, bits, format, blockSize, symmetric, accuracyLevel: 0 }, shape };
}

function typeStorage(type: number, half: boolean): Pick<Storage, "label" | "bits" | "format"> {
  const { name: label = `type ${type}`, bits = 0 } = dataType(type) ?? {};
  if (FLOAT_TYPES.has(type)) return { label, bits, format: "float" };
  const format = floatCodes(type) ?? (/^u?int/.test(label) ? blockFormat(bits, half) : "unnamed");
  return { label, bits, format };
}

function floatCodes(type: number): "fp4" | "fp8" | null {
  const name = dataType(type)?.name ?? "";
  if (name.startsWith("float4")) return "fp4";
  return name.startsWith("float8") && name !== "float8e8m0" ? "fp8" : null;
}

/** Whether an element type is a float of 16 bits or more. */
export function isFloatType(type: number): boolean {
  return FLOAT_TYPES.has(type);
}

/** Input by output features: as it lies, unless the node takes its transpose. */
function asMultiplied(node: NodeProto, { dims, turned }: Origin, place: number): readonly number[] {
  const turns = place > 0 && int(node, "transB", 0) === 1;
  if (turned === turns || dims.length < 2) return dims;
  return [...dims.slice(0, -2), dims.at(-1)!, dims.at(-2)!];
}
