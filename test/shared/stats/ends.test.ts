import { describe, expect, it } from "vitest";
import { endsOf, endsWords, ratioEnds, whiskerWords } from "#shared/stats/ends.ts";

const show = (value: number): string => value.toFixed(1);

describe("endsOf", () => {
  it("knows a range and one launch's runs from an interval", () => {
    expect((["signed-rank", "order-statistics", "interval", "range", "runs"] as const).map(endsOf)).toEqual([
      "interval",
      "interval",
      "interval",
      "range",
      "runs",
    ]);
  });
});

describe("endsWords", () => {
  it("calls a range a range", () => {
    expect(endsWords("range", 2, "launch")).toBe("range of 2 launches");
    expect(endsWords("interval", 6, "launch")).toBe("95 % interval over 6 launches");
    expect(endsWords("runs", 30, "launch")).toBe("95 % interval of the 30 runs of 1 launch");
  });
});

describe("ratioEnds", () => {
  const ends = { low: 1.9, high: 2.1 };

  it("is an interval from six launches on, else the range of so many", () => {
    expect(ratioEnds({ ...ends, kind: "signed-rank", launches: 6 }, show)).toBe(" (95 % CI 1.9 to 2.1)");
    expect(ratioEnds({ ...ends, kind: "runs", launches: 1 }, show)).toBe(" (95 % CI of one launch's runs 1.9 to 2.1)");
    expect(ratioEnds({ ...ends, kind: "range", launches: 2 }, show)).toBe(" (range of 2 launches: 1.9 to 2.1)");
  });

  it("has no ends of one number", () => {
    expect(ratioEnds({ low: 2, high: 2, kind: "range", launches: 1 }, show)).toBe(" (1 launch)");
  });
});

describe("whiskerWords", () => {
  it("says what the whiskers of a chart are, both where both are there", () => {
    expect(whiskerWords(["interval", null])).toBe("Bands and whiskers are 95 % intervals.");
    expect(whiskerWords(["runs"])).toBe("Bands and whiskers are 95 % intervals of one launch's runs.");
    expect(whiskerWords(["range"])).toBe("Dotted lines are ranges of what was seen, which are no intervals.");
    expect(whiskerWords(["range", "interval"])).toMatch(/95 % intervals; dotted lines are ranges of what was seen/);
  });

  it("says nothing where there are none", () => {
    expect(whiskerWords([null])).toBe("");
  });
});
