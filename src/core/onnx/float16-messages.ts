/** Messages that the float16 rewrite makes and changes, for code outside this folder. */
import { clearField, clone, create } from "@bufbuild/protobuf";
import { FLOAT16 } from "./data-types.ts";
import { intAttribute } from "./messages.ts";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "./proto/onnx_pb.ts";

/** onnx.AttributeProto.AttributeType.TENSOR */
const TENSOR_ATTRIBUTE = 4;

export function castNode(name: string, input: string, output: string, to: number): NodeProto {
  return create(NodeProtoSchema, {
    opType: "Cast",
    name,
    input: [input],
    output: [output],
    attribute: [intAttribute("to", to)],
  });
}

export function tensorAttribute(name: string, t: TensorProto): AttributeProto {
  return create(AttributeProtoSchema, { name, type: TENSOR_ATTRIBUTE, t });
}

/** A tensor attribute's tensor of float32 values, for attributes that hold bare numbers. */
export function floatTensor(dims: readonly number[], values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(Float32Array.from(values).buffer);
  return create(TensorProtoSchema, { dataType: 1, dims: dims.map(BigInt), rawData });
}

/** A tensor as it was, before it is changed. */
export function cloneTensor(tensor: TensorProto): TensorProto {
  return clone(TensorProtoSchema, tensor);
}

/**
 * Makes a tensor float16 and gives it these bytes; without bytes it waits for a TensorJob (write-model.ts) to deliver them.
 * Name, shape, documentation and what else it carries stay.
 */
export function setHalfData(tensor: TensorProto, bytes?: Uint8Array): void {
  tensor.dataType = FLOAT16;
  tensor.floatData = [];
  tensor.int32Data = [];
  tensor.externalData = [];
  clearField(tensor, TensorProtoSchema.field.dataLocation);
  if (bytes) tensor.rawData = bytes;
  else clearField(tensor, TensorProtoSchema.field.rawData);
}
