import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import type { DrawnCandidate } from "#shared/stats/joint-draws.ts";
import { type ParetoObjective, paretoShares } from "#shared/stats/pareto.ts";
import { shuffled } from "./shuffled.ts";

const accuracy: ParetoObjective = { id: "accuracy", better: "higher", over: "questions", aggregate: "mean" };
const latency: ParetoObjective = { id: "latency", better: "lower", over: "launches", aggregate: "median" };
const size: ParetoObjective = { id: "size", better: "lower", over: "file", aggregate: "mean" };

const options = { seed: 7, resamples: 4000 };

interface Given {
  readonly right?: readonly number[];
  readonly ms?: readonly number[];
  readonly bytes?: number;
}

function candidate(id: string, { right = [], ms = [], bytes = 1 }: Given): DrawnCandidate {
  const numbered = (values: readonly number[]): Map<number, number> => new Map(values.entries());
  return { id, values: { accuracy: numbered(right), latency: numbered(ms), size: numbered([bytes]) } };
}

const shares = (objectives: ParetoObjective[], ...candidates: DrawnCandidate[]): number[] =>
  paretoShares(objectives, candidates, options)!.candidates.map(({ share }) => share);

describe("paretoShares", () => {
  it("is 1 and 0 for one objective without scatter", () => {
    expect(shares([size], candidate("a", { bytes: 2 }), candidate("b", { bytes: 1 }))).toEqual([0, 1]);
  });

  it("is 1 for both sides of a trade", () => {
    const slow = candidate("slow", { bytes: 1, ms: [9, 9, 9] });
    const fast = candidate("fast", { bytes: 2, ms: [5, 5, 5] });
    expect(shares([size, latency], slow, fast)).toEqual([1, 1]);
  });

  it("does not let a tie dominate: copies are on the front together", () => {
    const given = { bytes: 2, ms: [5, 6, 7], right: [1, 0, 1, 1] };
    expect(shares([size, latency, accuracy], candidate("a", given), candidate("b", given))).toEqual([1, 1]);
  });

  it("is (1 - 1/n)^n for a candidate that lacks one of n questions: the chance that it is not drawn", () => {
    const all = Array.from({ length: 10 }, (_, i) => i % 2);
    const one = [0, 0, ...all.slice(2)];
    const [whole, lacking] = shares([accuracy, size], candidate("a", { right: all }), candidate("b", { right: one }));
    expect(whole).toBe(1);
    expect(Math.abs(lacking! - 0.9 ** 10)).toBeLessThan(0.03);
  });

  it("is near one half for each of two that scatter alike", () => {
    const random = createRandom(3);
    const right = (): number[] => Array.from({ length: 400 }, () => Number(random.nextFloat() < 0.5));
    const [a, b] = [right(), right()];
    // The same number right on other questions: an exact tie by the plain estimates.
    const missing = a.reduce((x, y) => x + y) - b.reduce((x, y) => x + y);
    const flip = missing > 0 ? 0 : 1;
    let left = Math.abs(missing);
    const evened = b.map((value) => (value === flip && left-- > 0 ? 1 - value : value));
    const result = paretoShares(
      [accuracy],
      [candidate("a", { right: a }), candidate("b", { right: evened })],
      options,
    )!;
    expect(result.candidates.map(({ onFront }) => onFront)).toEqual([true, true]);
    for (const { share } of result.candidates) expect(Math.abs(share - 0.5)).toBeLessThan(0.06);
  });

  it("keeps at least one candidate on the front in every draw", () => {
    const random = createRandom(4);
    const many = ["a", "b", "c", "d"].map((id) =>
      candidate(id, {
        right: Array.from({ length: 50 }, () => random.nextInt(2)),
        ms: Array.from({ length: 6 }, () => 50 + random.nextInt(20)),
        bytes: random.nextInt(5),
      }),
    );
    const total = shares([accuracy, latency, size], ...many).reduce((a, b) => a + b);
    expect(total).toBeGreaterThanOrEqual(1);
  });

  it("does not depend on the order of questions, objectives and candidates", () => {
    const random = createRandom(5);
    const a = Array.from({ length: 60 }, () => random.nextInt(2));
    const b = Array.from({ length: 60 }, () => random.nextInt(2));
    const one = candidate("a", { right: a, ms: [9, 8, 7], bytes: 3 });
    const two = candidate("b", { right: b, ms: [8, 9, 7], bytes: 3 });
    const mixed = [two, one].map(({ id, values }) => ({
      id,
      values: { ...values, accuracy: new Map(shuffled([...values.accuracy!], 9)) },
    }));
    const plain = paretoShares([accuracy, latency, size], [one, two], options)!.candidates;
    const other = paretoShares([size, latency, accuracy], mixed, options)!.candidates.toReversed();
    expect(other.map(({ share }) => share)).toEqual(plain.map(({ share }) => share));
    expect(plain.some(({ share }) => share > 0 && share < 1)).toBe(true);
  });

  it("records estimates, units, seed and resamples, 2,000 by default", () => {
    const one = candidate("a", { right: [1, 0], ms: [3, 1, 2], bytes: 7 });
    const result = paretoShares([accuracy, latency, size], [one], { seed: 1 })!;
    expect(result).toEqual({
      candidates: [{ id: "a", share: 1, onFront: true, estimates: { accuracy: 0.5, latency: 2, size: 7 } }],
      units: { questions: 2, launches: 3, file: 1 },
      seed: 1,
      resamples: 2000,
    });
  });

  it("is null without candidates", () => {
    expect(paretoShares([size], [], options)).toBeNull();
  });

  it("refuses no objectives, no resamples and a candidate that lacks an objective", () => {
    const one = candidate("a", {});
    expect(() => paretoShares([], [one], options)).toThrow("at least one objective");
    expect(() => paretoShares([size], [one], { seed: 1, resamples: 0 })).toThrow(RangeError);
    expect(() => paretoShares([{ ...size, id: "energy" }], [one], options)).toThrow(
      "Candidate a has no values of energy",
    );
    expect(() => paretoShares([latency], [one], options)).toThrow("no launches in common");
  });
});
