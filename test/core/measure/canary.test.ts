import { describe, expect, it } from "vitest";
import { openCanary } from "#core/measure/canary.ts";

/** Work that takes the given times, one after the other. */
function work(...ms: number[]): () => number {
  return () => {
    const next = ms.shift();
    if (next === undefined) throw new Error("the canary worked more often than it should");
    return next;
  };
}

describe("openCanary", () => {
  it("compares the medians of five pieces of work, without the first of all", () => {
    const canary = openCanary(work(500, 20, 21, 19, 20, 90, 22, 24, 22, 10, 22));
    expect(canary.drift()).toBeCloseTo(0.1, 10);
  });

  it("is negative where the processor got faster", () => {
    expect(openCanary(work(20, 20, 20, 20, 20, 20, 15, 15, 15, 15, 15)).drift()).toBeCloseTo(-0.25, 10);
  });

  it("does real work that takes about the same time again", () => {
    const drift = openCanary().drift();
    expect(drift).toBeGreaterThan(-0.9);
    expect(drift).toBeLessThan(9);
  });

  it("needs no memory", () => {
    const before = process.memoryUsage().rss;
    openCanary().drift();
    expect(process.memoryUsage().rss - before).toBeLessThan(8 * 2 ** 20);
  });
});
