import { describe, expect, it } from "vitest";
import {
  cellsOf,
  cellsText,
  cellsToCompare,
  changed,
  filterOf,
  sortOf,
} from "../../../src/renderer/views/history/query.ts";

describe("filterOf", () => {
  it("reads what the address says, and leaves out what there is not", () => {
    expect(
      filterOf({
        q: "night ",
        model: "m",
        format: "int4",
        provider: "cuda",
        status: "done",
        tag: "t",
        machine: "x",
        tab: "trend",
      }),
    ).toEqual({
      ...{ text: "night ", model: "m", format: "int4", provider: "cuda", status: "done", tag: "t", machine: "x" },
    });
    expect(filterOf({ q: "  ", format: "int5", provider: "tpu", status: "paused" })).toEqual({});
    expect(filterOf({ q: "x".repeat(500) }).text).toHaveLength(200);
  });
});

describe("sortOf", () => {
  it("is the newest first unless the address names a column", () => {
    expect(sortOf({})).toEqual({ by: "started", descending: true });
    expect(sortOf({ sort: "spec", order: "down" })).toEqual({ by: "started", descending: true });
    expect(sortOf({ sort: "name" })).toEqual({ by: "name", descending: false });
    expect(sortOf({ sort: "cells", order: "down" })).toEqual({ by: "cells", descending: true });
  });
});

describe("changed", () => {
  it("puts entries in and takes empty ones out", () => {
    expect(changed({ q: "a", tag: "t" }, { q: "", model: "m", tag: undefined })).toEqual({ model: "m" });
  });
});

describe("cellsText", () => {
  it("comes back as it was, whatever is in the names", () => {
    const cells = [
      { run: "2026~a/b", cell: "int4@cpu#2" },
      { run: "ü%", cell: "fp32@cpu" },
    ];
    expect(cellsOf(cellsText(cells))).toEqual(cells);
    expect(cellsOf(cellsText([]))).toEqual([]);
  });
});

describe("cellsOf", () => {
  it("leaves out what is no cell, and more than can be compared", () => {
    expect(cellsOf(undefined)).toEqual([]);
    expect(cellsOf("a~b/~/c~%E0%A4%A/x~r/c")).toEqual([{ run: "r", cell: "c" }]);
    expect(cellsOf(Array.from({ length: 20 }, (_, index) => `r${index}/c`).join("~"))).toHaveLength(8);
  });
});

describe("cellsToCompare", () => {
  const fp32 = { format: "fp32", provider: "cpu" } as const;
  const int4 = { format: "int4", provider: "cpu" } as const;

  it("takes the formats that all runs have", () => {
    const runs = [
      { id: "a", kinds: [fp32, int4] },
      { id: "b", kinds: [int4] },
    ];
    expect(cellsToCompare(runs)).toEqual([
      { run: "a", cell: "int4@cpu" },
      { run: "b", cell: "int4@cpu" },
    ]);
  });

  it("takes the first of each where they have none in common, and all of one run", () => {
    expect(
      cellsToCompare([
        { id: "a", kinds: [fp32] },
        { id: "b", kinds: [int4] },
      ]).map(({ cell }) => cell),
    ).toEqual(["fp32@cpu", "int4@cpu"]);
    expect(cellsToCompare([{ id: "a", kinds: [fp32, int4] }])).toHaveLength(2);
    expect(cellsToCompare([])).toEqual([]);
  });

  it("keeps within what can be compared at once", () => {
    const runs = Array.from({ length: 30 }, (_, index) => ({ id: `r${index}`, kinds: [fp32, int4] }));
    expect(cellsToCompare(runs)).toHaveLength(8);
  });
});
