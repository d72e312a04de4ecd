import { describe, expect, it } from "vitest";
import { type CellResult, resultsSchema } from "#shared/results.ts";
import { buildResults, referenceCell } from "#shared/verdict/build-results.ts";
import { benchmark, cell, flipping, fp32, int4, stored, tokens } from "../compare/cells.ts";

describe("buildResults", () => {
  it("compares every other cell with the reference, in the cells' order", () => {
    const { comparisons } = buildResults(stored([int4(), fp32(), cell("w8@cpu")]));
    expect(comparisons.map(({ reference, candidate }) => [reference, candidate])).toEqual([
      ["fp32@cpu", "int4@cpu"],
      ["fp32@cpu", "w8@cpu"],
    ]);
  });

  it("gives what the schema accepts, and the same after a trip through JSON", () => {
    const [before, after] = flipping(100, 3, 3);
    const rows = tokens(Array.from({ length: 12 }, () => [1, 2, 3]));
    const cells = [
      fp32({ benchmark: [benchmark(before)], tokens: rows }),
      int4({ benchmark: [benchmark(after)], tokens: rows }),
    ];
    const results = buildResults(stored(cells));
    const json: unknown = JSON.parse(JSON.stringify(results));
    expect(resultsSchema.parse(json)).toEqual(results);
  });

  it("takes the k of the spec", () => {
    const rows = tokens([[1, 2, 3]]);
    const spec = { passes: { tokens: { questions: "q.csv", topK: [2] } } };
    const [comparison] = buildResults(stored([fp32({ tokens: rows }), int4({ tokens: rows })], spec)).comparisons;
    expect(Object.keys(comparison!.jaccard)).toEqual(["2"]);
  });

  it("judges several candidates together (Holm), and stores each one's own p-value", () => {
    const [before, worse] = flipping(1600, 54, 27);
    const [, same] = flipping(1600, 0, 0);
    const cells = [
      fp32({ benchmark: [benchmark(before)] }),
      int4({ benchmark: [benchmark(worse)] }),
      cell("w8@cpu", { benchmark: [benchmark(same.map((_, index) => before[index]!))] }),
      cell("nf4@cpu"),
    ];
    const { comparisons } = buildResults(stored(cells));
    const [first] = comparisons;
    expect(first!.accuracyDelta!.mcnemarP).toBeCloseTo(0.0036, 3);
    expect(first!.verdict.sentence).toContain("96.6 % CI −2.9 to −0.4, for 2 candidates");
    expect(comparisons.map(({ verdict }) => verdict.answer)).toEqual(["keep", "not enough data", "not enough data"]);
  });

  it("compares nothing where there is one cell or none", () => {
    expect(buildResults(stored([fp32()])).comparisons).toEqual([]);
    expect(buildResults(stored([])).comparisons).toEqual([]);
  });
});

describe("referenceCell", () => {
  const cells = [int4(), fp32(), cell("fp16@cpu")];

  it("is the one that is named, else the first of the highest precision", () => {
    expect(referenceCell(cells, "fp16@cpu")!.label).toBe("fp16@cpu");
    expect(referenceCell(cells, undefined)!.label).toBe("fp32@cpu");
  });

  it("is nobody among none", () => {
    const none: CellResult[] = [];
    expect(referenceCell(none, "fp32@cpu")).toBeUndefined();
  });
});
