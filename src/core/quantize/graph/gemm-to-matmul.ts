import type { NodeProto } from "#core/onnx/proto/onnx.ts";

/** A Gemm that is a MatMul and, with `bias`, an Add: as ONNX Runtime's quantize_dynamic takes it apart. */
interface GemmParts {
  readonly input: string;
  readonly weight: string;
  /** The weight is stored [N, K]. */
  readonly transposed: boolean;
  readonly bias: string | null;
}

/** Takes a Gemm apart, or says why that cannot be done (attributes by onnx.ai/onnx/operators/onnx__Gemm.html). */
export function gemmParts(node: NodeProto): GemmParts | string {
  const attribute = (name: string): NodeProto["attribute"][number] | undefined =>
    node.attribute.find((entry) => entry.name === name);
  const alpha = attribute("alpha")?.f ?? 1;
  const beta = attribute("beta")?.f ?? 1;
  if (alpha !== 1 || beta !== 1) return `it is a Gemm that scales by ${alpha} and ${beta}`;
  if (Number(attribute("transA")?.i ?? 0n) !== 0) return "it is a Gemm that transposes its input";
  const [input = "", weight = "", bias = ""] = node.input;
  return { input, weight, transposed: Number(attribute("transB")?.i ?? 0n) !== 0, bias: bias === "" ? null : bias };
}
