import { BFLOAT16, FLOAT, FLOAT16 } from "#core/onnx/data-types.ts";
import { floatTensor, tensorAttribute } from "#core/onnx/float16-messages.ts";
import { intAttribute } from "#core/onnx/messages.ts";
import type { NodeProto, TensorProto, ValueInfoProto } from "#core/onnx/proto/onnx.ts";
import { readTensor } from "#core/onnx/tensor.ts";
import { halveTensor } from "./float16-tensors.ts";
import type { ClampRule } from "./float16-values.ts";

/** Attributes that name an element type, whatever the operator. */
const TYPE_ATTRIBUTES = new Set(["to", "dtype", "output_datatype", "output_dtype"]);
/** Operators whose type is float32 when their `dtype` is left out. */
const FLOAT_BY_DEFAULT = new Set(["RandomNormal", "RandomUniform", "SequenceEmpty"]);

/**
 * Makes the types that a node says itself half; a node that is kept says float32 where it said bfloat16, for which the CPU
 * has no kernels.
 * @param path the file that the node comes from
 */
export function retypeAttributes(path: string, node: NodeProto, kept: boolean, rule: ClampRule): void {
  if (kept && node.opType === "BitCast") return;
  for (const attribute of node.attribute) {
    const type = Number(attribute.i);
    if (!TYPE_ATTRIBUTES.has(attribute.name) || (type !== FLOAT && type !== BFLOAT16)) continue;
    attribute.i = BigInt(kept ? FLOAT : FLOAT16);
  }
  if (kept) {
    const value =
      node.opType === "ConstantOfShape" ? node.attribute.find(({ t }) => t?.dataType === BFLOAT16) : undefined;
    if (value?.t) value.t = widenBfloat(path, value.t);
    return;
  }
  if (FLOAT_BY_DEFAULT.has(node.opType) && !node.attribute.some(({ name }) => name === "dtype")) {
    node.attribute.push(intAttribute("dtype", FLOAT16));
  }
  if (node.opType !== "ConstantOfShape") return;
  let attribute = node.attribute.find(({ name }) => name === "value");
  if (!attribute) node.attribute.push((attribute = tensorAttribute("value", floatTensor([1], [0]))));
  const tensor = attribute.t!;
  if (tensor.dataType !== FLOAT && tensor.dataType !== BFLOAT16) return;
  attribute.t = halveTensor(path, tensor, node.name, false, rule).tensor;
}

/** Changes the element type that an input, output or note declares, if it declares a float32 or bfloat16. */
export function redeclare(info: ValueInfoProto, type: number): void {
  const declared = info.type?.value;
  const element = declared?.case === "sequenceType" ? declared.value.elemType?.value : declared;
  if (element?.case !== "tensorType") return;
  if (element.value.elemType === FLOAT || element.value.elemType === BFLOAT16) element.value.elemType = type;
}

/** A tensor of one bfloat16 as float32. */
function widenBfloat(path: string, tensor: TensorProto): TensorProto {
  const [low = 0, high = 0] = readTensor(path, tensor);
  const value = new DataView(Uint8Array.of(0, 0, low, high).buffer).getFloat32(0, true);
  return floatTensor(tensor.dims.map(Number), [value]);
}
