import { describe, expect, it } from "vitest";
import { z } from "zod";
import { buildResults } from "#shared/verdict/build-results.ts";
import { isValidAnswer, resultsSchema } from "#shared/results.ts";
import { answer, fp32, int4, stored } from "./compare/cells.ts";

const results = () => buildResults(stored([fp32(), int4()]));

describe("resultsSchema", () => {
  it("accepts what a run gives, with nothing lost", () => {
    expect(resultsSchema.parse(results())).toEqual(results());
  });

  it("can be written as JSON Schema", () => {
    expect(z.toJSONSchema(resultsSchema)).toMatchObject({ type: "object" });
  });

  it.each([
    ["another version", { ...results(), schemaVersion: 2 }, "schemaVersion"],
    ["a cell of an unknown format", { ...results(), cells: [{ ...fp32(), format: "int3" }] }, "cells.0.format"],
    ["a latency that is no number", { ...results(), cells: [fp32({ loadMs: NaN })] }, "cells.0.loadMs"],
    ["half a byte", { ...results(), cells: [fp32({ bytes: 0.5 })] }, "cells.0.bytes"],
    [
      "an error code that is not in the list",
      { ...results(), cells: [{ ...fp32(), error: { code: "OOPS", message: "" } }] },
      "cells.0.error.code",
    ],
    ["no comparisons", { ...results(), comparisons: undefined }, "comparisons"],
  ])("refuses %s", (_, value, path) => {
    expect(resultsSchema.safeParse(value).error!.issues[0]!.path.join(".")).toBe(path);
  });
});

describe("isValidAnswer", () => {
  it("takes right, wrong and unreadable answers, and none that came from NaN", () => {
    expect(isValidAnswer(answer(0, 0))).toBe(true);
    expect(isValidAnswer(answer(0, 3))).toBe(true);
    expect(isValidAnswer(answer(0, null, { formatFailure: true }))).toBe(true);
    expect(isValidAnswer(answer(0, null))).toBe(false);
  });
});
