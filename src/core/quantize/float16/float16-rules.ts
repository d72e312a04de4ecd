/**
 * The element types that operators take and give, as far as float16 is concerned. Sources: the operator schemas of ONNX 1.23 and ONNX Runtime 1.30 (com.microsoft), and the list of operators that ONNX Runtime's float16 converter leaves in float32.
 */
import { FLOAT, INT64, UINT8 } from "#core/onnx/data-types.ts";
import type { NodeProto } from "#core/onnx/proto/onnx.ts";

const BOOL = 9;
const INT32 = 6;
export const STRING = 8;
const CONTRIB = "com.microsoft";

/** Operators of ONNX that stay in float32: ONNX Runtime's list, and those without float16 in any opset. */
const KEPT = new Set(
  (
    "RandomUniformLike NonMaxSuppression TopK RoiAlign Range CumSum Min Max Upsample TfIdfVectorizer " +
    "BitCast DynamicQuantizeLinear HannWindow HammingWindow BlackmanWindow MelWeightMatrix"
  ).split(" "),
);
/** The first opset in which an operator of ONNX takes float16. */
const HALF_SINCE: Readonly<Record<string, number>> = Object.freeze({
  IsInf: 20,
  Celu: 28,
  DequantizeLinear: 19,
  QuantizeLinear: 19,
});
/** Contributed operators that stay in float32: no float16 in their schema, or no kernel for it on the CPU (MatMulBnb4). */
const CONTRIB_KEPT = new Set(
  (
    "MatMulBnb4 MatMulFpQ4 AttnLSTM CDist DynamicTimeWarping GreedySearch BeamSearch WhisperBeamSearch Sampling Range " +
    "MaxpoolWithMask MurmurHash3 NGramRepeatBlock SparseToDenseMatMul WordConvEmbedding"
  ).split(" "),
);
const CONTRIB_QUANTIZED = /^(Q(?!MoE|uickGelu)|DynamicQuantize|MatMulIntegerToFloat)/;

/** Places that stay float32 in a node that is converted. The key is `domain.operator`. */
const FLOAT_INPUTS: Readonly<Record<string, readonly number[]>> = Object.freeze({
  ".Resize": [2],
  [`${CONTRIB}.GroupNorm`]: [1, 2],
  [`${CONTRIB}.SkipGroupNorm`]: [1, 2],
  [`${CONTRIB}.GroupQueryAttention`]: [12, 13],
  [`${CONTRIB}.PagedAttention`]: [14, 15],
  [`${CONTRIB}.QMoE`]: [15, 16, 17, 18],
  [`${CONTRIB}.LinearAttentionGate`]: [1, 2],
  [`${CONTRIB}.GatedDeltaNet`]: [4, 5, 6, 7, 8],
  [`${CONTRIB}.GemmaRotaryEmbedding`]: [0],
});
/** The statistics of normalizations. */
const FLOAT_OUTPUTS: Readonly<Record<string, readonly number[]>> = Object.freeze({
  ".LayerNormalization": [1, 2],
  ".SimplifiedLayerNormalization": [1],
  [`${CONTRIB}.SkipLayerNormalization`]: [1, 2],
  [`${CONTRIB}.SkipSimplifiedLayerNormalization`]: [1, 2],
  [`${CONTRIB}.GatedDeltaNet`]: [1, 2],
});
/** Their result does not depend on whether the input is half: it is read as it comes, without a Cast before it. */
const READS_AS_IS = new Set([".Cast", ".CastLike", ".Shape", ".Size", ".NonZero", ".IsNaN"]);

/** Type of each output where it is not that of the first input: a type, or the place of the input that has it. */
type TypeOf = number | { readonly input: number };
const of = (input: number): TypeOf => ({ input });
const OUTPUTS: Readonly<Record<string, readonly TypeOf[]>> = Object.freeze({
  ...Object.fromEntries(
    "And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Or Xor OptionalHasElement RegexFullMatch"
      .split(" ")
      .map((name) => [`.${name}`, [BOOL]]),
  ),
  ...Object.fromEntries(
    "ArgMax ArgMin NonMaxSuppression NonZero SequenceLength Shape Size".split(" ").map((name) => [`.${name}`, [INT64]]),
  ),
  ".BatchNormalization": [of(0), of(3), of(3)],
  ".CastLike": [of(1)],
  ".ConvInteger": [INT32],
  ".DequantizeLinear": [of(1)],
  ".Dropout": [of(0), BOOL],
  ".DynamicQuantizeLinear": [UINT8, FLOAT, UINT8],
  ".ImageDecoder": [UINT8],
  ".MatMulInteger": [INT32],
  ".MaxPool": [of(0), INT64],
  ".OneHot": [of(2)],
  ".QLinearConv": [of(7)],
  ".QLinearMatMul": [of(7)],
  ".QuantizeLinear": [of(2)],
  ".StringNormalizer": [STRING],
  ".StringSplit": [STRING, INT64],
  ".TfIdfVectorizer": [FLOAT],
  ".TopK": [of(0), INT64],
  ".Unique": [of(0), INT64, INT64, INT64],
  ".Where": [of(1)],
  [`${CONTRIB}.BiasDropout`]: [of(0), BOOL],
  [`${CONTRIB}.DequantizeLinear`]: [of(1)],
  [`${CONTRIB}.EmbedLayerNormalization`]: [of(2), INT32, of(2)],
  [`${CONTRIB}.GatherBlockQuantized`]: [of(2)],
  [`${CONTRIB}.GemmaRotaryEmbedding`]: [of(1), of(1)],
  [`${CONTRIB}.GroupQueryAttention`]: [of(0), of(3), of(3)],
  [`${CONTRIB}.IsAllFinite`]: [BOOL],
  [`${CONTRIB}.MatMulIntegerToFloat`]: [of(2)],
  [`${CONTRIB}.NGramRepeatBlock`]: [of(1)],
  [`${CONTRIB}.PagedAttention`]: [of(0), of(3), of(3)],
  [`${CONTRIB}.QAttention`]: [of(2), of(2)],
  [`${CONTRIB}.QuantizeLinear`]: [of(2)],
  [`${CONTRIB}.SparseToDenseMatMul`]: [of(1)],
  [`${CONTRIB}.Unique`]: [of(0), INT64, INT64],
});

/** `domain.operator`; the domain of ONNX itself is empty. */
function operatorKey({ domain, opType }: NodeProto): string {
  return `${domain === "ai.onnx" ? "" : domain}.${opType}`;
}

/** Whether the tables here speak of the operator's domain. */
export function knowsDomain({ domain }: NodeProto): boolean {
  return domain === "" || domain === "ai.onnx" || domain === CONTRIB;
}

/** Whether an operator must go on in float32. Operators of unknown domains must: nobody knows whether they take float16. */
export function staysFloat(node: NodeProto, opset: number): boolean {
  if (!knowsDomain(node)) return true;
  const { opType } = node;
  if (node.domain === CONTRIB) return CONTRIB_KEPT.has(opType) || CONTRIB_QUANTIZED.test(opType);
  return KEPT.has(opType) || opset < (HALF_SINCE[opType] ?? 0);
}

/** How a converted node wants its float input at this place. */
export function inputWish(node: NodeProto, place: number, opset: number): "float" | "half" | "as it is" {
  const key = operatorKey(node);
  if (READS_AS_IS.has(key) && place === 0) return "as it is";
  // Before opset 11 Resize had no region of interest in front of its scales.
  const floats = key === ".Resize" && opset < 11 ? [1] : FLOAT_INPUTS[key];
  return floats?.includes(place) ? "float" : "half";
}

/** Whether a converted node gives float32 at this place nevertheless. */
export function givesFloat(node: NodeProto, place: number): boolean {
  return FLOAT_OUTPUTS[operatorKey(node)]?.includes(place) ?? false;
}

/**
 * Element type of an output by the types of the inputs, for operators of ONNX and com.microsoft that have no type in an
 * attribute or a subgraph.
 * @param inputs element types; null for an input that is left out or of unknown type
 */
export function tableOutputType(node: NodeProto, place: number, inputs: readonly (number | null)[]): number | null {
  if (givesFloat(node, place)) return FLOAT;
  const rule = OUTPUTS[operatorKey(node)]?.[place] ?? of(0);
  if (typeof rule === "number") return rule;
  // A cache that is left out has the type of the rest; a zero point that is left out means uint8.
  return inputs[rule.input] ?? (node.opType.startsWith("Quantize") ? UINT8 : (inputs[0] ?? null));
}
