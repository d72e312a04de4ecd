import { describe, expect, it } from "vitest";
import { resultsJson } from "#shared/exports/results-json.ts";
import { sampleResults } from "./sample.ts";

const results = sampleResults();

describe("resultsJson", () => {
  it("is, put together, what JSON.stringify makes", () => {
    expect([...resultsJson(results)].join("")).toBe(`${JSON.stringify(results)}\n`);
    const none = { ...results, cells: [] };
    expect([...resultsJson(none)].join("")).toBe(`${JSON.stringify(none)}\n`);
  });

  it("has a part for every cell", () => {
    const parts = [...resultsJson(results)];
    for (const { label } of results.cells) {
      expect(parts.filter((part) => part.includes(`"label":"${label}"`)).length).toBeGreaterThan(0);
    }
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(JSON.stringify(results.cells).length);
  });

  it("leaves out what is undefined", () => {
    const odd = { ...results, textSet: undefined } as unknown as typeof results;
    expect(JSON.parse([...resultsJson(odd)].join(""))).not.toHaveProperty("textSet");
  });
});
