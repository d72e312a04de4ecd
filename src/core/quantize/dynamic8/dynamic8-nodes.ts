/** The nodes of dynamic quantization, with the names of ONNX Runtime 1.30's quantize_dynamic. */
import { FLOAT } from "#core/onnx/data-types.ts";
import { intAttribute, makeNode } from "#core/onnx/messages.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";
import type { CodedValue } from "./dynamic8-weights.ts";
import type { UniqueNames } from "../graph/unique-names.ts";

/** A product of an activation and a weight, both as codes. */
interface IntegerProduct {
  /** Name of the float node that it replaces; "" when that had none. */
  readonly name: string;
  readonly activation: CodedValue;
  readonly weight: CodedValue;
  /** The float value that it makes. */
  readonly output: string;
}

/** @param node the float node: it becomes the MatMulInteger, with what else it carries */
export function integerMatMul(
  node: NodeProto,
  { name, activation, weight, output }: IntegerProduct,
  names: UniqueNames,
): NodeProto[] {
  const named = (suffix: string): string => (name === "" ? "" : names.node(`${name}_quant${suffix}`));
  const product = names.value(`${output}_output_quantized`);
  const cast = names.value(`${product}_cast_output`);
  node.opType = "MatMulInteger";
  node.name = named("");
  node.input = [activation.codes, weight.codes, activation.zeroPoint, weight.zeroPoint];
  node.output = [product];
  node.attribute = [];
  const scalesName = named("_scales_mul") || names.node(`${activation.scale}_${weight.scale}_mul`);
  const scales = names.value(`${scalesName}:0`);
  return [
    node,
    makeNode("Cast", names.node(`${product}_cast`), [product], [cast], [intAttribute("to", FLOAT)]),
    makeNode("Mul", scalesName, [activation.scale, weight.scale], [scales]),
    makeNode("Mul", named("_output_scale_mul"), [cast, scales], [output]),
  ];
}

/** Quantizes a float value to uint8, with one scale for the tensor, each time the model runs. */
export function quantizeAtRunTime(name: string, names: UniqueNames): { node: NodeProto; value: CodedValue } {
  const value = {
    codes: names.value(`${name}_quantized`),
    scale: names.value(`${name}_scale`),
    zeroPoint: names.value(`${name}_zero_point`),
    axis: null,
  };
  const output = [value.codes, value.scale, value.zeroPoint];
  return { node: makeNode("DynamicQuantizeLinear", names.node(`${name}_QuantizeLinear`), [name], output), value };
}

/** Makes the float value of codes. */
export function dequantize(name: string, { codes, scale, zeroPoint, axis }: CodedValue, names: UniqueNames): NodeProto {
  const attributes = axis === null ? [] : [intAttribute("axis", axis)];
  const node = names.node(`${name}_DequantizeLinear`);
  return makeNode("DequantizeLinear", node, [codes, scale, zeroPoint], [name], attributes);
}
