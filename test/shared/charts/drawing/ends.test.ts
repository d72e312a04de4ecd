import { describe, expect, it } from "vitest";
import { bandsOf, whiskerPath } from "#shared/charts/drawing/ends.ts";
import { type ChartPoint, point } from "#shared/charts/model.ts";

const at = (x: number, ends: ChartPoint["ends"], y = 1): { x: number; point: ChartPoint } => ({
  x,
  point: point(x, y, ends === null ? {} : { low: 0, high: 2, ends }),
});
const xsOf = (bands: readonly (readonly { readonly x: number }[])[]): number[][] =>
  bands.map((band) => band.map(({ x }) => x));

describe("bandsOf", () => {
  it("joins neighbours that have intervals of one kind", () => {
    const points = [at(1, "interval"), at(2, "interval"), at(4, "runs"), at(8, "runs")];
    expect(xsOf(bandsOf("lines", points))).toEqual([
      [1, 2],
      [4, 8],
    ]);
  });

  it("is broken by a range, by a point without ends and by a gap", () => {
    const points = [
      at(1, "interval"),
      at(2, "range"),
      at(3, "interval"),
      at(4, null),
      at(5, "interval"),
      at(6, "interval", NaN),
      at(7, "interval"),
    ];
    expect(bandsOf("lines", points)).toEqual([]);
  });

  it("is of lines only", () => {
    expect(bandsOf("dots", [at(1, "interval"), at(2, "interval")])).toEqual([]);
  });
});

describe("whiskerPath", () => {
  it("has caps for an interval, and none for a range", () => {
    expect(whiskerPath("interval", "y", 10, 5, 25)).toBe("M10 5V25M6.5 5H13.5M6.5 25H13.5");
    expect(whiskerPath("range", "y", 10, 5, 25)).toBe("M10 5V25");
    expect(whiskerPath("range", "x", 10, 5, 25)).toBe("M5 10H25");
  });
});
