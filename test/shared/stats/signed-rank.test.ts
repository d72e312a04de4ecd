import { describe, expect, it } from "vitest";
import { signedRankCut } from "#shared/stats/signed-rank.ts";

describe("signedRankCut", () => {
  it.each([
    [6, 1, 96.9],
    [7, 3, 95.3],
    [8, 4, 96.1],
    [10, 9, 95.1],
    [12, 14, 95.8],
    [20, 53, 95.2],
  ])("for %i differences is k = %i with %f %%", (n, k, percent) => {
    const cut = signedRankCut(n);
    expect(cut?.k).toBe(k);
    expect(100 * (cut?.confidence ?? 0)).toBeCloseTo(percent, 1);
  });

  it("covers at least 95 % up to the exact limit", () => {
    for (let n = 6; n <= 100; n += 1) expect(signedRankCut(n)?.confidence).toBeGreaterThanOrEqual(0.95);
  });

  it("goes on smoothly with the normal approximation", () => {
    const cuts = [98, 99, 100, 101, 102, 103].map((n) => signedRankCut(n)!.k);
    const steps = cuts.slice(1).map((k, i) => k - cuts[i]!);
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(3);
  });

  it("is null below 6", () => {
    expect([0, 1, 5].map((n) => signedRankCut(n))).toEqual([null, null, null]);
  });

  it("refuses what is no count", () => {
    expect(() => signedRankCut(-1)).toThrow(RangeError);
    expect(() => signedRankCut(Number.NaN)).toThrow(RangeError);
  });
});
