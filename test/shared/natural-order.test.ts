import { describe, expect, it } from "vitest";
import { byName } from "#shared/natural-order.ts";

describe("byName", () => {
  it("counts numbers, and takes capitals like small letters", () => {
    expect(["m10", "M2", "m1", "b", "m2.5"].sort(byName)).toEqual(["b", "m1", "M2", "m2.5", "m10"]);
  });

  it("is one order whatever the order before, also of names that read alike", () => {
    const names = ["é", "e", "E", "m02", "m2"];
    expect(names.toSorted(byName)).toEqual(names.toReversed().toSorted(byName));
    for (const name of names) expect(byName(name, name)).toBe(0);
  });
});
