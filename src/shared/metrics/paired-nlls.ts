import { assertSameLength } from "../stats/assert-input.ts";

/** Negative log-likelihoods per chunk, in nats, as stored: null where the logits were not numbers. */
type StoredNlls = readonly (readonly (number | null)[])[];

interface PairedNlls {
  readonly reference: readonly (readonly number[])[];
  readonly candidate: readonly (readonly number[])[];
  /** Tokens that count. */
  readonly tokens: number;
  /** Tokens left out because either side has no value. */
  readonly invalid: number;
}

/**
 * The tokens that both sides scored, chunk by chunk, for `perplexityRatio` and `deltaP`. A chunk may end up empty.
 * RangeError for chunks or tokens that do not pair up: they are no longer the same text.
 */
export function pairNlls(reference: StoredNlls, candidate: StoredNlls): PairedNlls {
  assertSameLength(reference, candidate, "Chunks");
  const sides = reference.map((nlls, chunk) => {
    const others = candidate[chunk]!;
    assertSameLength(nlls, others, `Tokens of chunk ${chunk}`);
    return nlls.flatMap((nll, token) => {
      const other = others[token] ?? null;
      return nll === null || other === null ? [] : [[nll, other] as const];
    });
  });
  const count = (chunks: readonly (readonly unknown[])[]): number =>
    chunks.reduce((sum, { length }) => sum + length, 0);
  return {
    reference: sides.map((both) => both.map(([nll]) => nll)),
    candidate: sides.map((both) => both.map(([, nll]) => nll)),
    tokens: count(sides),
    invalid: count(reference) - count(sides),
  };
}
