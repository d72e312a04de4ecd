/** The weights of a quantized model that are floats still. */
import { grouped, plural } from "#shared/format-numbers.ts";
import { dataType } from "#core/onnx/data-types.ts";
import { isFloatType } from "#core/onnx/weight-storage.ts";
import type { StoredWeights } from "#core/onnx/weights.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { SkippedMatMul } from "./matmul-targets.ts";

/** A matrix or table in float and the first node that uses it. */
interface FloatWeight {
  readonly node: string;
  readonly weight: string;
  readonly operator: string;
  readonly lookup: boolean;
  readonly bytes: number;
}

export interface LeftInFloat {
  readonly weights: readonly FloatWeight[];
  /** Norms, biases and what is only added: too small to be quantized. */
  readonly vectors: { readonly count: number; readonly bytes: number };
}

export interface SkippedWeight extends SkippedMatMul {
  /** In the made file; null for what is no float there. */
  readonly bytes: number | null;
}

export const NOTHING_LEFT: LeftInFloat = Object.freeze({ weights: [], vectors: { count: 0, bytes: 0 } });

/** A sentence names so many weights and sums up the rest. */
const NAMED = 6;

/** @param leastBits of an element: 32 where the others are float16 now */
export function leftInFloat({ uses, vectors }: StoredWeights, leastBits: 16 | 32 = 16): LeftInFloat {
  const found = new Map<object, FloatWeight>();
  for (const { origin, reader, lookup } of uses) {
    const tooShort = (dataType(origin.type)?.bits ?? 0) < leastBits;
    if (!isFloatType(origin.type) || tooShort || found.has(origin.key)) continue;
    const { name, node } = reader;
    found.set(origin.key, { node: name, weight: origin.name, operator: node.opType, lookup, bytes: origin.bytes });
  }
  const bytes = vectors.reduce((sum, origin) => sum + origin.bytes, 0);
  return { weights: [...found.values()], vectors: { count: vectors.length, bytes } };
}

/**
 * Lists all weights left in float: first those that the format was asked to quantize and left, with the reason, then those that it
 * does not look at.
 * @param skipped what the format's plan names
 */
export function namedSkips(
  skipped: readonly SkippedMatMul[],
  { weights }: LeftInFloat,
  { format, embeddings }: Recipe,
): readonly SkippedWeight[] {
  const bytesOf = new Map(weights.map(({ weight, bytes }) => [weight, bytes]));
  const named = new Set(skipped.map(({ weight }) => weight));
  const others = weights.filter(({ weight }) => !named.has(weight));
  return [
    ...skipped.map((each) => ({ ...each, bytes: bytesOf.get(each.weight) ?? null })),
    ...others.map(({ node, weight, operator, lookup, bytes }) => {
      const table =
        embeddings === false
          ? "an embedding table, which the recipe leaves"
          : `an embedding table, which ${format} leaves`;
      return { node, weight, reason: lookup ? table : `${operator} is left as it is`, bytes };
    }),
  ];
}

/** One sentence for people, the largest first; null where no matrix is left. */
export function leftWords({ weights, vectors }: LeftInFloat): string | null {
  if (weights.length === 0) return null;
  const ordered = weights.toSorted((a, b) => b.bytes - a.bytes);
  const named = ordered.slice(0, NAMED).map(({ node, weight, lookup, bytes }) => {
    const alone = weights.filter((other) => other.node === node).length === 1;
    const name = node === "" ? weight : alone ? node : `${node} ${weight}`;
    return `${lookup ? "embedding " : ""}${name} (${grouped(bytes)} bytes)`;
  });
  const rest = ordered.slice(NAMED);
  const restBytes = rest.reduce((sum, { bytes }) => sum + bytes, 0);
  return `left in float: ${[
    ...named,
    ...(rest.length > 0 ? [`${plural(rest.length, "more weight")} (${grouped(restBytes)} bytes)`] : []),
    ...(vectors.count > 0 ? [`${plural(vectors.count, "vector")} (${grouped(vectors.bytes)} bytes)`] : []),
  ].join(", ")}`;
}
