import { describe, expect, it } from "vitest";
import { top1Agreement } from "#shared/metrics/top1-agreement.ts";

const pair = (reference: number | null, candidate: number | null) => ({ reference, candidate });

describe("top1Agreement", () => {
  it("is the share of positions with the same first token", () => {
    const pairs = [pair(1, 1), pair(2, 2), pair(3, 4), pair(0, 0)];
    expect(top1Agreement(pairs)).toMatchObject({ n: 4, agreed: 3, share: 0.75, skipped: 0 });
  });

  it("has the Wilson interval", () => {
    const pairs = Array.from({ length: 10 }, (_, i) => pair(1, i < 7 ? 1 : 2));
    expect(top1Agreement(pairs).interval?.low).toBeCloseTo(0.3968, 4);
  });

  it("counts disagreements with a sure reference apart", () => {
    const pairs = [
      { ...pair(1, 2), referenceMargin: 0.5 },
      { ...pair(1, 2), referenceMargin: 0.1 },
      { ...pair(1, 1), referenceMargin: 0.9 },
      { ...pair(1, 2), referenceMargin: null },
    ];
    expect(top1Agreement(pairs)).toMatchObject({ n: 4, agreed: 1, confidentDisagreements: 1 });
  });

  it("skips invalid sides and counts them", () => {
    expect(top1Agreement([pair(null, 1), pair(1, null), pair(0, 0)])).toMatchObject({ n: 1, agreed: 1, skipped: 2 });
  });

  it("does not take two invalid sides for agreement", () => {
    expect(top1Agreement([pair(null, null)])).toMatchObject({ n: 0, agreed: 0, share: null, skipped: 1 });
  });

  it("is null without positions", () => {
    expect(top1Agreement([])).toMatchObject({ n: 0, share: null, interval: null });
  });
});
