import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRowFile } from "#core/measure/reference-rows.ts";
import { compareTokens, tokensAt } from "#core/measure/token-row.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

// By hand: ln(e^2 + e + 1) = 2.407606; see docs/measurement.md for the divergences.
const ROW = Float32Array.of(2, 1, 0);
const near = (value: number): unknown => expect.closeTo(value, 5);

describe("compareTokens", () => {
  it("has the most likely tokens and nothing to compare in the reference itself", () => {
    expect(compareTokens(ROW, 3, null)).toEqual({
      topIds: [0, 1, 2],
      topLogprobs: [near(-0.407606), near(-1.407606), near(-2.407606)],
      logSumExp: near(2.407606),
      referenceLogprobs: null,
      klDivergence: null,
    });
  });

  it("says what it thinks of the reference's tokens, in the reference's order, and how far it is from it", () => {
    const found = compareTokens(Float32Array.of(1, 2, 0), 3, { topIds: [0, 1], logits: ROW });
    expect(found.topIds).toEqual([1, 0, 2]);
    expect(found.referenceLogprobs).toEqual([near(-1.407606), near(-0.407606)]);
    expect(found.klDivergence).toBeCloseTo(0.420512, 5);
  });

  it("has no divergence where the reference's logits were not kept", () => {
    expect(compareTokens(ROW, 3, { topIds: [2], logits: null })).toMatchObject({
      referenceLogprobs: [near(-2.407606)],
      klDivergence: null,
    });
  });

  it("ranks no padding, and counts it in probabilities and divergence", () => {
    const padded = Float32Array.of(2, 1, 0, 9);
    const found = compareTokens(padded, 3, { topIds: [0], logits: Float32Array.of(2, 1, 0, -9) });
    expect(found.topIds).toEqual([0, 1, 2]);
    expect(found.topLogprobs[0]).toBeLessThan(-7);
    expect(found.klDivergence).toBeGreaterThan(6);
  });

  it("keeps 64 tokens of more", () => {
    const row = Float32Array.from({ length: 100 }, (_, id) => -id);
    expect(compareTokens(row, 100, null).topIds).toEqual(Array.from({ length: 64 }, (_, id) => id));
  });

  it.each([NaN, Infinity])("stores a row with %d as broken", (value) => {
    const broken = Float32Array.of(1, value, 0);
    const nothing = { topIds: [], topLogprobs: [], logSumExp: null, klDivergence: null };
    expect(compareTokens(broken, 3, null)).toEqual({ ...nothing, referenceLogprobs: null });
    expect(compareTokens(broken, 3, { topIds: [0], logits: ROW })).toEqual({ ...nothing, referenceLogprobs: [] });
    expect(compareTokens(ROW, 3, { topIds: [], logits: broken })).toMatchObject({
      topIds: [0, 1, 2],
      referenceLogprobs: [],
      klDivergence: null,
    });
  });
});

describe("tokensAt", () => {
  it("leaves the reference's row for the others, and does not compare it with itself", () => {
    const dir = join(temporaryFolder(), "reference");
    const set = { name: "text", positions: 1 };
    const place = { index: 0, ids: [1] };
    {
      using rows = openRowFile({ role: "write", dir }, set);
      expect(tokensAt(place, ROW, 3, rows)).toMatchObject({ referenceLogprobs: null, klDivergence: null });
    }
    using rows = openRowFile({ role: "read", dir }, set);
    expect(tokensAt(place, ROW, 3, rows).klDivergence).toBe(0);
    expect(tokensAt(place, Float32Array.of(1, 2, 0), 3, rows)).toMatchObject({
      referenceLogprobs: [near(-1.407606), near(-0.407606), near(-2.407606)],
      klDivergence: near(0.420512),
    });
    expect(tokensAt(place, Float32Array.of(1, 2, 0, 0), 3, rows)).toMatchObject({
      referenceLogprobs: null,
      klDivergence: null,
    });
  });
});
