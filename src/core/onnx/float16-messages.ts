/** Messages that the float16 rewrite makes and changes, for code outside this folder. */
import { FLOAT, FLOAT16 } from "./data-types.ts";
import { clearField, clone, create } from "./proto/edit.ts";
import { AttributeProto, TensorProto } from "./proto/onnx.ts";

/** onnx.AttributeProto.AttributeType.TENSOR */
const TENSOR_ATTRIBUTE = 4;

export function tensorAttribute(name: string, t: TensorProto): AttributeProto {
  return create(AttributeProto, { name, type: TENSOR_ATTRIBUTE, t });
}

/** A nameless float32 tensor, for an attribute. */
export function floatTensor(dims: readonly number[], values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(Float32Array.from(values).buffer);
  return create(TensorProto, { dataType: FLOAT, dims: dims.map(BigInt), rawData });
}

/**
 * A float16 tensor with these bytes, or without data where a TensorJob (write-model.ts) will deliver it. Name, shape,
 * documentation and what else the tensor carries are those of `from`.
 */
export function halfTensor(from: TensorProto, bytes?: Uint8Array): TensorProto {
  const tensor = clone(TensorProto, from);
  tensor.dataType = FLOAT16;
  tensor.floatData = [];
  tensor.int32Data = [];
  tensor.externalData = [];
  clearField(tensor, "dataLocation");
  if (bytes) tensor.rawData = bytes;
  else clearField(tensor, "rawData");
  return tensor;
}
