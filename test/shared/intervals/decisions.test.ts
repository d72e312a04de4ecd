import { describe, it } from "vitest";
import { decisionFamilies } from "../../../bench/intervals/decisions.ts";
import { expectCoverage } from "./covers.ts";

describe.each(decisionFamilies())("the $name", (family) => {
  it.each(family.sizes)("holds the truth in at least 93 of 100 experiments of %i", (n) => {
    expectCoverage(family, n, 200);
  });
});
