import { describe, expect, it } from "vitest";
import { deltaP } from "#shared/metrics/delta-p.ts";
import { createRandom } from "#shared/random.ts";
import { shuffled } from "../stats/shuffled.ts";

const options = { seed: 8, resamples: 1000 };

describe("deltaP", () => {
  it("is mean and root mean square of the change, in points", () => {
    // numpy: 100 (exp(-candidate) - exp(-reference)) of these four.
    const result = deltaP(
      [
        [1, 1],
        [0.25, 4],
      ],
      [
        [2, 1],
        [0.5, 3],
      ],
      options,
    )!;
    expect(result.meanPoints).toBeCloseTo(-9.333571295361784, 12);
    expect(result.rmsPoints).toBeCloseTo(14.55543125993912, 12);
    expect(result).toMatchObject({ n: 4, chunks: 2, interval: null });
  });

  it("is -25 points from 1/2 to 1/4, and -50 to 0", () => {
    expect(deltaP([[Math.LN2]], [[2 * Math.LN2]], options)?.meanPoints).toBeCloseTo(-25, 12);
    expect(deltaP([[Math.LN2]], [[Infinity]], options)?.meanPoints).toBeCloseTo(-50, 12);
  });

  it("is exactly 0 without an interval for identical variants", () => {
    const random = createRandom(2);
    const chunks = Array.from({ length: 12 }, () => Array.from({ length: 5 }, random.nextFloat));
    const result = deltaP(chunks, structuredClone(chunks), options);
    expect(result).toMatchObject({ meanPoints: 0, rmsPoints: 0, interval: null });
  });

  it("has an interval around the mean from ten chunks on, whatever their order", () => {
    const random = createRandom(3);
    const pairs = Array.from({ length: 10 }, () => [[random.nextFloat()], [1 + random.nextFloat()]] as const);
    const of = (items: typeof pairs): ReturnType<typeof deltaP> =>
      deltaP(
        items.map(([a]) => a),
        items.map(([, b]) => b),
        options,
      );
    const one = of(pairs)!;
    expect(one.interval!.low).toBeLessThan(one.meanPoints);
    expect(one.interval!.high).toBeGreaterThan(one.meanPoints);
    expect(of(shuffled(pairs, 1))).toMatchObject({ meanPoints: one.meanPoints, interval: one.interval });
  });

  it("leaves empty chunks out and is null without tokens", () => {
    expect(deltaP([[], [1]], [[], [1]], options)).toMatchObject({ n: 1, chunks: 1 });
    expect(deltaP([[]], [[]], options)).toBeNull();
    expect(deltaP([], [], options)).toBeNull();
  });

  it("refuses NaN and texts that do not pair up", () => {
    expect(() => deltaP([[Number.NaN]], [[1]], options)).toThrow("Reference chunk 0");
    expect(() => deltaP([[1]], [[Number.NaN]], options)).toThrow("Candidate chunk 0");
    expect(() => deltaP([[1]], [[1, 2]], options)).toThrow("Tokens of chunk 0");
    expect(() => deltaP([[1]], [], options)).toThrow("Chunks must have one length");
  });
});
