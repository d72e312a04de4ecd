import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { multinomialDraws } from "#shared/stats/multinomial.ts";

/** Mean and covariance of the counts over many draws. */
function moments(sizes: number[], draws: number, seed: number): { means: number[]; covariance: number[][] } {
  const draw = multinomialDraws(sizes, createRandom(seed));
  const counts = new Uint32Array(sizes.length);
  const sums = sizes.map(() => 0);
  const products = sizes.map(() => sizes.map(() => 0));
  for (let i = 0; i < draws; i += 1) {
    draw(counts);
    counts.forEach((count, a) => {
      sums[a]! += count;
      counts.forEach((other, b) => (products[a]![b]! += count * other));
    });
  }
  const means = sums.map((sum) => sum / draws);
  return { means, covariance: products.map((row, a) => row.map((sum, b) => sum / draws - means[a]! * means[b]!)) };
}

describe("multinomialDraws", () => {
  it("draws as many as there are things, every time", () => {
    for (const sizes of [[1], [5], [1, 1], [3, 900, 1, 96], new Array<number>(40).fill(7)]) {
      const draw = multinomialDraws(sizes, createRandom(1));
      const counts = new Uint32Array(sizes.length);
      for (let i = 0; i < 200; i += 1) {
        draw(counts);
        expect(counts.reduce((a, b) => a + b)).toBe(sizes.reduce((a, b) => a + b));
      }
    }
  });

  it.each([[[30, 70]], [[1, 2, 3, 4]], [[500, 1, 250, 249]]])(
    "has the multinomial's means and covariances for %j",
    (sizes) => {
      const n = sizes.reduce((a, b) => a + b);
      const { means, covariance } = moments(sizes, 40_000, 3);
      const shares = sizes.map((size) => size / n);
      // Both are means of 40,000 draws: six standard errors, of a mean and (with the fourth moment) of a variance.
      shares.forEach((share, a) => {
        const variance = n * share * (1 - share);
        expect(Math.abs(means[a]! - sizes[a]!)).toBeLessThan(6 * Math.sqrt(variance / 40_000));
        shares.forEach((other, b) => {
          const expected = a === b ? variance : -n * share * other;
          const scale = Math.sqrt((variance * n * other * (1 - other) * 4 + variance) / 40_000);
          expect(Math.abs(covariance[a]![b]! - expected)).toBeLessThan(6 * scale);
        });
      });
    },
  );

  it("gives each number of a small binomial its own probability", () => {
    const draw = multinomialDraws([1, 3], createRandom(5));
    const counts = new Uint32Array(2);
    const seen = new Array<number>(5).fill(0);
    for (let i = 0; i < 100_000; i += 1) {
      draw(counts);
      seen[counts[0]!]! += 1;
    }
    // Bin(4, 1/4): 81, 108, 54, 12 and 1 of 256.
    [81, 108, 54, 12, 1].forEach((of256, k) => {
      const share = of256 / 256;
      const error = Math.sqrt((share * (1 - share)) / 100_000);
      expect(Math.abs(seen[k]! / 100_000 - share)).toBeLessThan(5 * error);
    });
  });

  it("gives the same counts for the same seed, others for another", () => {
    const first = (seed: number): number[] => {
      const counts = new Uint32Array(3);
      multinomialDraws([100, 200, 300], createRandom(seed))(counts);
      return [...counts];
    };
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  it("stays right where a probability is too small for a number", () => {
    const counts = new Uint32Array(2);
    const draw = multinomialDraws([1, 99_999], createRandom(6));
    let sum = 0;
    for (let i = 0; i < 20_000; i += 1) {
      draw(counts);
      sum += counts[0]!;
    }
    // Almost a Poisson of mean 1.
    expect(Math.abs(sum / 20_000 - 1)).toBeLessThan(6 / Math.sqrt(20_000));
  });

  it("refuses groups without a thing in them, and parts of things", () => {
    expect(() => multinomialDraws([3, 0], createRandom(1))).toThrow("size of group 1");
    expect(() => multinomialDraws([1.5], createRandom(1))).toThrow(RangeError);
  });
});
