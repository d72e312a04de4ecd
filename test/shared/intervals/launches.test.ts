import { describe, it } from "vitest";
import { launchFamilies } from "../../../bench/intervals/families.ts";
import { expectCoverage } from "./covers.ts";

describe.each(launchFamilies())("the interval of $name", (family) => {
  it.each(family.sizes)("holds the truth in at least 93 of 100 experiments of %i", (n) => {
    expectCoverage(family, n, 600);
  });
});
