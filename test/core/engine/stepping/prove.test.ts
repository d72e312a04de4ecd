import { describe, expect, it } from "vitest";
import { differenceLimit, largestDifferences, proofTokens, readLine } from "#core/engine/stepping/prove.ts";
import { roundsActivations } from "#core/engine/arithmetic.ts";
import type { TokenIds } from "#core/engine/decoder.ts";
import type { Stepper } from "#core/engine/stepping/stepper.ts";
import type { DecoderSignature } from "#core/models/decoder-signature.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";

const VOCABULARY = 30;
const signature = { cache: [], vocabularySize: VOCABULARY } as unknown as DecoderSignature;
const facts = (part: Partial<GraphFacts>): GraphFacts =>
  ({ format: "fp32", dynamicQuantization: false, accuracyLevel: null, ...part }) as GraphFacts;

/** A model whose logits follow from all tokens of a row; `change` says what goes wrong behind so many tokens. */
function fakeStepper(
  change: (logits: Float32Array, tokens: number, fedAtOnce: number) => void = () => undefined,
): Stepper {
  let rows: number[][] = [];
  const logits = Float32Array.from({ length: VOCABULARY });
  // One buffer for all rows, as a fast way may have.
  const answer = (fedAtOnce: number): Float32Array[] =>
    rows.map((ids) => {
      const own = rows.length === 1 ? logits : new Float32Array(VOCABULARY);
      own.forEach((_, id) => {
        own[id] = ids.reduce((sum, token, place) => sum + Math.sin(token * (id + 1) + place), 0);
      });
      change(own, ids.length, fedAtOnce);
      return own;
    });
  return {
    method: "slim",
    graph: "exported",
    proof: { maxLogprobDifference: null, refused: [] },
    get length() {
      return rows[0]?.length ?? 0;
    },
    prefill: (batch: readonly TokenIds[]) => {
      rows = batch.map((ids) => [...ids]);
      return Promise.resolve(answer(rows[0]!.length));
    },
    step: (ids: TokenIds) => {
      rows.forEach((row, index) => row.push(ids[index]!));
      return Promise.resolve(answer(1));
    },
    rewind: (length: number) => {
      rows = rows.map((row) => row.slice(0, length));
    },
  };
}

async function differences(stepper: Stepper, rounded = false) {
  const tokens = proofTokens(signature);
  return largestDifferences(stepper, tokens, await readLine(fakeStepper(), tokens), rounded);
}

describe("largestDifferences", () => {
  it("is nothing for a stepper that does the same", async () => {
    expect(await differences(fakeStepper())).toEqual({ steps: 0, whole: 0 });
  });

  it("finds a step that goes wrong, by how much", async () => {
    const wrong = fakeStepper((logits, tokens) => {
      if (tokens === 8) logits[3]! += 5;
    });
    expect((await differences(wrong))!.steps).toBeGreaterThan(0.1);
  });

  it("finds a stepper that does not go back", async () => {
    const stepper = fakeStepper();
    const stuck = { ...stepper, rewind: () => undefined };
    expect((await differences(stuck))!.steps).toBeGreaterThan(0.1);
  });

  it("finds a cache that is not worth what its tokens are, except where rounding explains it", async () => {
    const forgetful = (): Stepper =>
      fakeStepper((logits, tokens, fedAtOnce) => {
        if (fedAtOnce === tokens && tokens > 6) logits[0]! += 5;
      });
    expect((await differences(forgetful()))!.whole).toBeGreaterThan(0.1);
    expect(await differences(forgetful(), true)).toEqual({ steps: 0, whole: 0 });
  });

  it("proves nothing with logits that are no numbers", async () => {
    const broken = fakeStepper((logits) => logits.fill(NaN));
    expect(await differences(broken)).toBeNull();
  });
});

describe("proofTokens", () => {
  it("has two different rows, one where the graph fixes the batch", () => {
    const two = proofTokens(signature);
    expect(two.prompts).toHaveLength(2);
    expect(two.prompts[0]).not.toEqual(two.prompts[1]);
    const fixed: DecoderSignature = { ...signature, batch: 1 };
    expect(proofTokens(fixed).prompts).toHaveLength(1);
  });

  it("is the same every time, inside the vocabulary", () => {
    expect(proofTokens(signature)).toEqual(proofTokens(signature));
    const { prompts, steps } = proofTokens(signature);
    expect(Math.max(...prompts.flat(), ...steps.flat())).toBeLessThan(VOCABULARY);
  });
});

describe("differenceLimit", () => {
  const cacheOf = (type: string): DecoderSignature => ({ ...signature, cache: [{ past: { type } }] }) as never;

  it("is what arithmetic explains", () => {
    expect(differenceLimit(cacheOf("float32"), facts({}), "cpu")).toBe(1e-3);
    expect(differenceLimit(cacheOf("float16"), facts({}), "cpu")).toBe(2e-2);
    expect(differenceLimit(cacheOf("float32"), facts({ format: "fp16" }), "cpu")).toBe(2e-2);
    // TF32 has as few bits as float16.
    expect(differenceLimit(cacheOf("float32"), facts({}), "cuda")).toBe(2e-2);
  });

  it("is nothing where activations are rounded", () => {
    for (const part of [{ dynamicQuantization: true }, { accuracyLevel: 4 }, { format: "mixed" as const }]) {
      expect(roundsActivations(facts(part))).toBe(true);
      expect(differenceLimit(cacheOf("float16"), facts(part), "cpu")).toBe(0);
    }
    expect(roundsActivations(facts({ format: "int4", accuracyLevel: 0 }))).toBe(false);
  });
});
