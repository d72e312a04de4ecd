import type { ProviderId } from "#shared/providers/providers.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";

/**
 * How far log-probabilities may be apart, in nats, when the same sums are made in another order. float16 rounds every value
 * on the way to 11 bits; graphics cards multiply float32 in TF32, which keeps as few (NVIDIA's default).
 */
const LIMIT = Object.freeze({ float32: 1e-3, halfPrecision: 2e-2 });

/** Log-probabilities are compared at so many of the most likely tokens: beyond them small ones differ by large ratios. */
export const COMPARED_TOKENS = 20;

/** Largest difference of log-probabilities that arithmetic explains where activations are not rounded. */
export function arithmeticLimit(
  { cache }: Pick<DecoderSignature, "cache">,
  { format }: Pick<GraphFacts, "format">,
  provider: ProviderId,
): number {
  const half = provider !== "cpu" || cache.some(({ past }) => past.type === "float16") || /f16|fp16/.test(format);
  return half ? LIMIT.halfPrecision : LIMIT.float32;
}

/**
 * Whether dynamic quantization or accuracy level 4 rounds what flows between the weights: the smallest difference is blown
 * up then, and no limit can be given.
 */
export function roundsActivations({
  dynamicQuantization,
  accuracyLevel,
  format,
}: Pick<GraphFacts, "dynamicQuantization" | "accuracyLevel" | "format">): boolean {
  return dynamicQuantization || accuracyLevel === 4 || format === "mixed";
}
