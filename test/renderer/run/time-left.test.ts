import { describe, expect, it } from "vitest";
import { TimeLeft } from "../../../src/renderer/views/run/time-left.ts";

describe("TimeLeft", () => {
  it("shows the first estimate as it is, and none while there is none", () => {
    const left = new TimeLeft();
    expect([left.see("a", null, 0), left.see("a", 60_000, 1000), left.see("a", null, 2000)]).toEqual([
      null,
      60_000,
      null,
    ]);
    expect(left.see("a", 9000, 3000)).toBe(9000);
    expect(left.see("b", 90_000, 4000)).toBe(90_000);
  });

  it("counts down like a clock while the estimate does", () => {
    const left = new TimeLeft();
    for (let second = 0; second <= 30; second++) {
      expect(left.see("a", 60_000 - 1000 * second, 1000 * second)).toBeCloseTo(60_000 - 1000 * second, 6);
    }
  });

  it("never jumps: estimates that swing by half move it by seconds, and mostly down", () => {
    const left = new TimeLeft();
    const shown = Array.from({ length: 120 }, (_, second) => {
      const truth = 120_000 - 1000 * second;
      return left.see("a", truth * (second % 2 === 0 ? 1.5 : 0.5), 1000 * second)!;
    });
    const steps = shown.slice(1).map((ms, index) => ms - shown[index]!);
    expect(Math.max(...steps.map(Math.abs))).toBeLessThan(6000);
    expect(shown.at(-1)!).toBeLessThan(30_000);
  });

  it("gets to a lasting new estimate within a minute", () => {
    const left = new TimeLeft();
    left.see("a", 20_000, 0);
    let shown = 0;
    for (let second = 1; second <= 60; second++) shown = left.see("a", 100_000 - 1000 * second, 1000 * second)!;
    expect(shown).toBeGreaterThan(28_000);
    expect(shown).toBeLessThanOrEqual(40_000);
  });
});
