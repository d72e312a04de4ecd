import { describe, expect, it } from "vitest";
import { type DrawnCandidate, type DrawnObjective, jointDraws } from "#shared/stats/joint-draws.ts";
import { shuffled } from "./shuffled.ts";

const accuracy: DrawnObjective = { id: "accuracy", over: "questions", aggregate: "mean" };
const flips: DrawnObjective = { id: "flips", over: "questions", aggregate: "mean" };
const latency: DrawnObjective = { id: "latency", over: "launches", aggregate: "median" };

const candidate = (
  id: string,
  values: Record<string, readonly (readonly [string | number, number])[]>,
): DrawnCandidate => ({
  id,
  values: Object.fromEntries(Object.entries(values).map(([objective, units]) => [objective, new Map(units)])),
});

const twenty = Array.from({ length: 20 }, (_, i) => i);

describe("jointDraws", () => {
  it("starts with every unit once", () => {
    const one = candidate("a", {
      accuracy: [
        ["q1", 1],
        ["q2", 0],
        ["q3", 0],
        ["q4", 1],
      ],
      latency: [
        [0, 10],
        [1, 12],
        [2, 50],
      ],
    });
    const draws = jointDraws([accuracy, latency], [one], 1);
    expect([draws.value(0, 0), draws.value(1, 0)]).toEqual([0.5, 12]);
    expect(draws.units).toEqual({ questions: 4, launches: 3 });
  });

  it("draws the same units for all candidates and all objectives over them", () => {
    const units = twenty.map((i) => [`q${i}`, (i * 7) % 20] as const);
    const shifted = units.map(([unit, value]) => [unit, value + 100] as const);
    const draws = jointDraws(
      [accuracy, flips],
      [candidate("a", { accuracy: units, flips: shifted }), candidate("b", { accuracy: shifted, flips: units })],
      2,
    );
    const seen = new Set<number>();
    for (let round = 0; round < 50; round += 1) {
      draws.draw();
      seen.add(draws.value(0, 0));
      expect(draws.value(0, 1)).toBeCloseTo(draws.value(0, 0) + 100, 10);
      expect(draws.value(1, 1)).toBe(draws.value(0, 0));
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  it("keeps to units that every candidate has, in every objective over them", () => {
    const a = candidate("a", {
      accuracy: [
        ["q1", 1],
        ["q2", 0],
      ],
      flips: [
        ["q1", 0],
        ["q2", 0],
        ["q3", 1],
      ],
    });
    const b = candidate("b", {
      accuracy: [
        ["q3", 1],
        ["q2", 1],
      ],
      flips: [
        ["q2", 1],
        ["q9", 0],
      ],
    });
    const draws = jointDraws([accuracy, flips], [a, b], 3);
    expect(draws.units).toEqual({ questions: 1 });
    expect([draws.value(0, 0), draws.value(0, 1), draws.value(1, 1)]).toEqual([0, 1, 1]);
  });

  it("does not depend on the order of the units", () => {
    const units = twenty.map((i) => [i % 2 ? i : `q${i}`, Math.sqrt(i)] as const);
    const one = jointDraws([accuracy], [candidate("a", { accuracy: units })], 4);
    const other = jointDraws([accuracy], [candidate("a", { accuracy: shuffled(units, 5) })], 4);
    for (let round = 0; round < 20; round += 1) {
      one.draw();
      other.draw();
      expect(other.value(0, 0)).toBe(one.value(0, 0));
    }
  });

  it("refuses a candidate without an objective, units that have nothing in common, and NaN", () => {
    const a = candidate("a", { accuracy: [["q1", 1]] });
    expect(() => jointDraws([accuracy, latency], [a], 1)).toThrow("Candidate a has no values of latency");
    const b = candidate("b", { accuracy: [["q2", 1]] });
    expect(() => jointDraws([accuracy], [a, b], 1)).toThrow("no questions in common (accuracy)");
    const broken = candidate("c", { accuracy: [["q1", Number.NaN]] });
    expect(() => jointDraws([accuracy], [broken], 1)).toThrow("accuracy of c: value 0 is NaN");
  });
});
