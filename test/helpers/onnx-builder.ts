/** Graphs of decoders and of quantized operators for the tests, on the pieces of build-model.ts; nothing touches the disk. */
import { create } from "#core/onnx/proto/edit.ts";
import { ModelProto, NodeProto, type TensorProto, ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import type { OnnxModel } from "#core/onnx/read-model.ts";
import { DATA_TYPES, type DataTypeName } from "#core/onnx/data-types.ts";
import { type GraphParts, int, model, node, rawTensor } from "../core/onnx/build-model.ts";

export function typeNumber(name: DataTypeName): number {
  return Number(Object.entries(DATA_TYPES).find(([, type]) => type.name === name)![0]);
}

/** A tensor of zeros. */
export function zeros(name: string, type: DataTypeName, dims: readonly number[]): TensorProto {
  const bits = DATA_TYPES[typeNumber(type) as keyof typeof DATA_TYPES].bits;
  const count = dims.reduce((product, dim) => product * dim, 1);
  return rawTensor(name, typeNumber(type), dims, new Uint8Array(Math.ceil((count * bits) / 8)));
}

/** An input or output; a dimension is a size, a name, or "" for one without a name. */
export function tensorValue(name: string, type: DataTypeName, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) => {
    if (typeof size === "number") return { value: { case: "dimValue" as const, value: BigInt(size) } };
    return size === "" ? {} : { value: { case: "dimParam" as const, value: size } };
  });
  const value = { elemType: typeNumber(type), shape: { dim } };
  return create(ValueInfoProto, { name, type: { value: { case: "tensorType", value } } });
}

/** What readModel gives, for a model that was never written. */
export function inMemory(parts: GraphParts | ModelProto): OnnxModel {
  const proto = parts instanceof ModelProto ? parts : model(parts);
  return { path: "built.onnx", proto, graph: proto.graph! };
}

export interface DecoderParts {
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs?: readonly ValueInfoProto[];
  readonly nodes?: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
}

export const inputIds = tensorValue("input_ids", "int64", ["batch_size", "sequence_length"]);
export const mask = tensorValue("attention_mask", "int64", ["batch_size", "total_sequence_length"]);
export const positionIds = tensorValue("position_ids", "int64", ["batch_size", "sequence_length"]);
export const logits = tensorValue("logits", "float32", ["batch_size", "sequence_length", 50]);

/** `past_key_values.<layer>.key` and the like, with their presents. */
export function cache(
  dims: readonly (number | string)[],
  options: { type?: DataTypeName; name?: string; present?: string } = {},
): { past: ValueInfoProto; present: ValueInfoProto } {
  const { type = "float32", name = "past_key_values.0.key" } = options;
  const { present = name.replace("past_key_values", "present") } = options;
  return { past: tensorValue(name, type, dims), present: tensorValue(present, type, dims) };
}

/** A decoder by its inputs and outputs; inside it is one MatMul. */
export function decoder({
  inputs = [inputIds, mask],
  outputs = [logits],
  nodes,
  initializers,
}: DecoderParts): ModelProto {
  return model({
    nodes: [...(nodes ?? [node("MatMul", ["x", "w"], ["logits"])])],
    initializers: [...(initializers ?? [zeros("w", "float32", [16, 50])])],
    inputs: [...inputs],
    outputs: [...outputs],
  });
}

export interface BlockWeight {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
}

/** MatMulNBits over a weight [K, N]: codes, scales and, when asymmetric, zero points, in the sizes that the operator asks. */
export function matMulNBits(
  name: string,
  { K = 64, N = 32, bits = 4, blockSize = 32, symmetric = true, float16 = false, accuracyLevel = 0 } = {},
): BlockWeight {
  const blocks = Math.ceil(K / blockSize);
  const inputs = ["x", `${name}_Q`, `${name}_scales`, ...(symmetric ? [] : [`${name}_zp`])];
  const attributes = { K, N, bits, block_size: blockSize, accuracy_level: accuracyLevel };
  return {
    nodes: [contrib("MatMulNBits", inputs, [`${name}_y`], attributes)],
    initializers: [
      zeros(`${name}_Q`, "uint8", [N, blocks, (blockSize * bits) / 8]),
      zeros(`${name}_scales`, float16 ? "float16" : "float32", [N * blocks]),
      ...(symmetric ? [] : [zeros(`${name}_zp`, "uint8", [N * Math.ceil((blocks * bits) / 8)])]),
    ],
  };
}

/** A node of com.microsoft with integer attributes. */
export function contrib(
  opType: string,
  input: string[],
  output: string[],
  attributes: Readonly<Record<string, number>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => int(name, value));
  return create(NodeProto, { opType, input, output, name: `/${opType}`, domain: "com.microsoft", attribute });
}
