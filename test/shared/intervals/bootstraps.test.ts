import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { bootstrapMean } from "#shared/stats/bootstrap.ts";
import { divergenceFamilies, type Family, textFamilies } from "../../../bench/intervals/families.ts";
import { divergences, drawn, meanOf } from "../../../bench/intervals/populations.ts";
import { expectCoverage } from "./covers.ts";

describe.each(textFamilies())("the interval of $name", (family) => {
  it.each(family.sizes)("holds the truth in at least 93 of 100 experiments of %i chunks", (n) => {
    expectCoverage(family, n, 600, 600);
  });
});

/** Large ones cost as much as all small ones together; one population of them is enough. */
const sizesOf = ({ name, sizes }: Family): readonly number[] =>
  name.includes("int4") ? sizes : sizes.filter((n) => n <= 320);
const experimentsOf = (n: number): number => (n <= 200 ? 400 : 200);

describe.each(divergenceFamilies())("the interval of $name", (family) => {
  it.each(sizesOf(family))("holds the truth in at least 93 of 100 experiments of %i questions", (n) => {
    expectCoverage(family, n, experimentsOf(n), 600);
  });
});

describe("a percentile interval, as it was before", () => {
  it("would hold the mean divergence of int4 in far fewer: this test can tell", () => {
    const population = divergences("int4");
    const truth = meanOf(population);
    const random = createRandom(5);
    let covered = 0;
    for (let round = 0; round < 200; round += 1) {
      const sample = drawn(population, 100, random);
      const means = Float64Array.from({ length: 400 }, () => meanOf(drawn(sample, 100, random))).sort();
      if (means[10]! <= truth && truth <= means[389]!) covered += 1;
    }
    expect(covered / 200).toBeLessThan(0.88);
    expect(bootstrapMean(drawn(population, 100, random), { seed: 1, tail: "heavy" })!.interval).not.toBeNull();
  });
});
