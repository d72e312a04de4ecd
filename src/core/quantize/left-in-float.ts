/** The weights of a quantized model that are floats still. */
import { grouped, plural } from "#shared/report/quantities.ts";
import { isFloatType } from "#core/onnx/weight-storage.ts";
import type { StoredWeights } from "#core/onnx/weights.ts";

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

export const NOTHING_LEFT: LeftInFloat = Object.freeze({ weights: [], vectors: { count: 0, bytes: 0 } });

/** What a sentence names; the rest is summed up. */
const NAMED = 6;

export function leftInFloat({ uses, vectors }: StoredWeights): LeftInFloat {
  const found = new Map<object, FloatWeight>();
  for (const { origin, reader, lookup } of uses) {
    if (!isFloatType(origin.type) || found.has(origin.key)) continue;
    const { name, node } = reader;
    found.set(origin.key, { node: name, weight: origin.name, operator: node.opType, lookup, bytes: origin.bytes });
  }
  const bytes = vectors.reduce((sum, origin) => sum + origin.bytes, 0);
  return { weights: [...found.values()], vectors: { count: vectors.length, bytes } };
}

/** One sentence for people, the largest first; null where no matrix is left. */
export function leftWords({ weights, vectors }: LeftInFloat): string | null {
  if (weights.length === 0) return null;
  const ordered = weights.toSorted((a, b) => b.bytes - a.bytes);
  const named = ordered.slice(0, NAMED).map(({ node, weight, bytes }) => `${node || weight} (${grouped(bytes)} bytes)`);
  const rest = ordered.slice(NAMED);
  const restBytes = rest.reduce((sum, { bytes }) => sum + bytes, 0);
  return `left in float: ${[
    ...named,
    ...(rest.length > 0 ? [`${plural(rest.length, "more weight")} (${grouped(restBytes)} bytes)`] : []),
    ...(vectors.count > 0 ? [`${plural(vectors.count, "vector")} (${grouped(vectors.bytes)} bytes)`] : []),
  ].join(", ")}`;
}
