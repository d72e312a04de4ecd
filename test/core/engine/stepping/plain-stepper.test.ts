import { describe, expect, it } from "vitest";
import type { BatchCache, Decoder, TokenIds } from "#core/engine/decoder.ts";
import { Tensor } from "#core/engine/ort.ts";
import { PlainStepper } from "#core/engine/stepping/plain-stepper.ts";

/** A decoder whose cache is its tokens, and a state without an axis of tokens when there is one. */
function fakeDecoder(withState = false) {
  const seen: BatchCache[] = [];
  const answer = (sequences: readonly TokenIds[]) => {
    const length = sequences[0]!.length;
    const keys = new Tensor("float32", Float32Array.from(sequences.flat()), [sequences.length, length]);
    const state = new Tensor("float32", Float32Array.of(length), [1]);
    const cache: BatchCache = { length, sequences, tensors: { keys, ...(withState && { state }) } };
    return Promise.resolve({ rows: sequences.map((ids) => Float32Array.of(ids.at(-1)!)), cache });
  };
  const entries = [
    { past: { name: "keys" }, sequenceAxis: 1 },
    ...(withState ? [{ past: { name: "state" }, sequenceAxis: null }] : []),
  ];
  const decoder = {
    signature: { cache: entries },
    prefillBatch: answer,
    stepBatch: (cache: BatchCache, ids: TokenIds) => {
      seen.push(cache);
      return answer(cache.sequences.map((row, index) => [...row, ids[index]!]));
    },
  };
  return { decoder: decoder as unknown as Decoder, seen };
}

describe("PlainStepper", () => {
  it("counts what its cache holds", async () => {
    const stepper = new PlainStepper(fakeDecoder().decoder, ["why"]);
    expect(stepper).toMatchObject({ method: "plain", graph: "exported", length: 0 });
    expect(stepper.proof).toEqual({ maxLogprobDifference: null, refused: ["why"] });
    await stepper.prefill([[1, 2, 3]]);
    await stepper.step([4]);
    expect(stepper.length).toBe(4);
  });

  it("cuts the tensors and the tokens of its cache when it goes back", async () => {
    const { decoder, seen } = fakeDecoder();
    const stepper = new PlainStepper(decoder, []);
    const batch = [
      [1, 2],
      [5, 6],
    ];
    await stepper.prefill(batch);
    await stepper.step([3, 7]);
    stepper.rewind(1);
    await stepper.step([9, 9]);
    expect(seen.at(-1)).toMatchObject({ length: 1, sequences: [[1], [5]] });
    expect(seen.at(-1)!.tensors.keys!.dims).toEqual([2, 1]);
    expect([...(seen.at(-1)!.tensors.keys!.data as Float32Array)]).toEqual([1, 5]);
    expect(stepper.length).toBe(2);
  });

  it("goes back to its prompt where a state cannot be cut, and nowhere else", async () => {
    const { decoder, seen } = fakeDecoder(true);
    const stepper = new PlainStepper(decoder, []);
    await stepper.prefill([[1, 2]]);
    await stepper.step([3]);
    await stepper.step([4]);
    expect(() => {
      stepper.rewind(3);
    }).toThrow("only its prompt can be rewound to");
    stepper.rewind(2);
    await stepper.step([5]);
    expect([...(seen.at(-1)!.tensors.state!.data as Float32Array)]).toEqual([2]);
  });

  it("refuses a step before a prompt, a ragged batch and going forward", async () => {
    const stepper = new PlainStepper(fakeDecoder().decoder, []);
    await expect(stepper.step([1])).rejects.toThrow("a step needs a prompt");
    await expect(stepper.prefill([[1], [2, 3]])).rejects.toThrow("got [1, 2] tokens");
    await stepper.prefill([[1]]);
    expect(() => {
      stepper.rewind(2);
    }).toThrow("cannot rewind to 2 tokens: the cache holds 1");
  });
});
