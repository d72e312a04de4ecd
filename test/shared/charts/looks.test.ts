import { describe, expect, it } from "vitest";
import { looksOf } from "#shared/charts/looks.ts";

describe("looksOf", () => {
  it("gives a format its colour and marker on every provider, and the provider the inside of the marker", () => {
    const [cpu, cuda] = looksOf([
      { format: "int4", provider: "cpu" },
      { format: "int4", provider: "cuda" },
    ]);
    expect(cpu).toMatchObject({ tone: "int4", marker: "diamond", fill: "solid", variant: 0 });
    expect(cuda).toEqual({ ...cpu, fill: "hollow" });
  });

  it("tells two recipes of one format and provider apart", () => {
    const cell = { format: "int4", provider: "cpu" } as const;
    expect(looksOf([cell, { format: "fp32", provider: "cpu" }, cell, cell]).map(({ variant }) => variant)).toEqual([
      0, 0, 1, 2,
    ]);
  });
});
