import { describe, expect, it } from "vitest";
import { paretoFront } from "#shared/charts/pareto.ts";

const at = (x: number, y: number): { x: number; y: number } => ({ x, y });

describe("paretoFront", () => {
  it("keeps what nothing beats, ascending in x", () => {
    const front = paretoFront([at(3, 9), at(1, 5), at(2, 4), at(2, 7), at(4, 9)], "lower", "higher");
    expect(front).toEqual([at(1, 5), at(2, 7), at(3, 9)]);
  });

  it("follows the directions", () => {
    expect(paretoFront([at(1, 1), at(2, 2)], "higher", "higher")).toEqual([at(2, 2)]);
    expect(paretoFront([at(1, 1), at(2, 2)], "lower", "lower")).toEqual([at(1, 1)]);
  });

  it("keeps equal points, and a single one", () => {
    expect(paretoFront([at(1, 1), at(1, 1)], "lower", "higher")).toHaveLength(2);
    expect(paretoFront([at(1, 1)], "lower", "higher")).toHaveLength(1);
    expect(paretoFront([], "lower", "higher")).toEqual([]);
  });
});
