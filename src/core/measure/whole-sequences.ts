import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";

/**
 * Whether questions must go through the exported graph as whole sequences, because the same tokens in other company give other
 * logits: activations rounded by the tensor (DynamicQuantizeLinear) or by kernels that differ for one row and for many
 * (accuracy level 4), and states that cannot be taken back to the middle of a text. Measured on the demo model, choices of 80
 * questions step by step against whole: int8 up to 14 nats and 21 other answers, w8 at accuracy level 4 up to 0.4 nats,
 * float32 and int4 7e-5.
 */
export function needsWholeSequences(
  { dynamicQuantization, accuracyLevel, format }: Pick<GraphFacts, "dynamicQuantization" | "accuracyLevel" | "format">,
  { cache }: Pick<DecoderSignature, "cache">,
): boolean {
  const isRounded = dynamicQuantization || accuracyLevel === 4 || format === "mixed";
  return isRounded || cache.some(({ sequenceAxis }) => sequenceAxis === null);
}
