import { describe, expect, it } from "vitest";
import type { Compared, ComparedCell } from "#shared/api.ts";
import { latencyByBatch } from "#shared/charts/from-results.ts";
import { isPaired, type MetricRow, type MetricValue } from "#shared/tables/metric-grid.ts";
import { fileDifference, speedDifference } from "#shared/metrics/metric-values.ts";
import {
  compareMarkdown,
  differs,
  refusalOf,
  toldApart,
  uncoloured,
} from "../../../src/renderer/views/compare/compare-view.ts";

const value = (exact: MetricValue["exact"], difference: MetricValue["difference"] = null): MetricValue => ({
  ...{ value: String(exact[0]), low: null, high: null, note: "", exact, difference },
});
const row = (values: MetricRow["values"], extra: Partial<MetricRow> = {}): MetricRow => ({
  ...{ id: "load", group: "Size", label: "Load", unit: "ms", definition: "", values, ...extra },
});

describe("differs", () => {
  it("goes by the difference's own interval where there is one", () => {
    const unclear = { text: "no clear change", tone: "none" } as const;
    expect(differs(row([value([1, null, null]), value([9, null, null], unclear)]), 0)).toBe(false);
    expect(differs(row([value([1, null, null]), value([1, null, null], { text: "", tone: "worse" })]), 0)).toBe(true);
  });

  it("does not call the same what was measured too little to know", () => {
    const untested = speedDifference({ ratio: 1.5, low: 1.2, high: 1.8, kind: "range", launches: 2 });
    const same = speedDifference({ ratio: 1, low: 0.9, high: 1.1, kind: "signed-rank", launches: 6 });
    expect(differs(row([value([1, null, null]), value([2, null, null], untested)]), 0)).toBe(true);
    expect(differs(row([value([1, null, null]), value([2, null, null], same)]), 0)).toBe(false);
  });

  it("goes by intervals that are apart, else by what is shown", () => {
    expect(differs(row([value([10, 9, 11]), value([12, 10.9, 13])]), 0)).toBe(false);
    expect(differs(row([value([10, 9, 11]), value([12, 11.1, 13])]), 0)).toBe(true);
    expect(differs(row([value([10, null, null]), value([12, null, null])]), 0)).toBe(true);
    expect(differs(row([value([10, null, null]), null]), 0)).toBe(true);
  });

  it("knows what a paired number is where nothing changed", () => {
    const jaccard = { id: "jaccard-20", group: "Next tokens" } as const;
    expect(differs(row([null, value([1, 1, 1])], jaccard), 0)).toBe(false);
    expect(differs(row([null, value([0.8, 0.7, 0.9])], jaccard), 0)).toBe(true);
    expect(differs(row([null, value([0, null, null])], { id: "flips", group: "Answers" }), 0)).toBe(false);
    expect(isPaired(row([], { id: "file" }))).toBe(false);
  });
});

describe("uncoloured", () => {
  it("takes the colour of a difference between two models away, and leaves it a difference", () => {
    const smaller = uncoloured(value([1, null, null], fileDifference(29_715.8)));
    expect(smaller.difference).toEqual({ text: "29715.8x smaller", tone: "none", counts: true });
    expect(differs(row([value([9, null, null]), smaller]), 0)).toBe(true);
    const same = uncoloured(value([1, null, null], fileDifference(1)));
    expect(differs(row([value([1, null, null]), same]), 0)).toBe(false);
    expect(uncoloured(value([1, null, null])).difference).toBeNull();
  });
});

describe("refusalOf", () => {
  const cell = {
    parts: [{ part: "speed", can: false, reasons: ["two machines", "on battery"], shared: "" }],
  } as unknown as ComparedCell;

  it("gives the reasons of a group that is not compared, and nothing of others", () => {
    expect(refusalOf(cell, "Speed")).toBe("two machines; on battery");
    expect(refusalOf(cell, "Memory")).toBeNull();
    expect(refusalOf(cell, "Size")).toBeNull();
  });
});

describe("compareMarkdown", () => {
  const run = {
    id: "a|b",
    name: "night <1>",
    startedAt: "2026-11-21T07:00:00.000Z",
    status: "done",
    importedFrom: null,
  };
  const cell = (key: string): unknown => ({ key, run, cell: key, model: "llama", parts: [] });
  const compared = {
    cells: [cell("fp32@cpu"), cell("int4@cpu")],
    baseline: "fp32@cpu",
    table: { results: { cells: [], comparisons: [] } },
  } as unknown as Compared;
  const columns = ["fp32@cpu", "int4@cpu"].map((label) => ({ cell: { label } })) as unknown as Parameters<
    typeof compareMarkdown
  >[1];

  it("is a table with units, intervals and differences, and says whose cells these are", () => {
    const faster = {
      ...value([5, 4, 6], { text: "2.0x faster", tone: "better" }),
      value: "5.0",
      low: "4.0",
      high: "6.0",
    };
    const text = compareMarkdown(compared, columns, [row([value([10, null, null]), faster]), row([null, null])]);
    expect(text.split("\n").slice(0, 4)).toEqual([
      "| metric | fp32@cpu (baseline) | int4@cpu |",
      "| :-- | --: | --: |",
      "| Load (ms) | 10 | 5.0 (4.0–6.0), 2.0x faster |",
      "| Load (ms) | – | – |",
    ]);
    expect(text).toContain(String.raw`- fp32@cpu: llama, night &lt;1>, 2026-11-21 07:00 UTC, run a\|b`);
  });
});

describe("toldApart", () => {
  it("leaves a format its colour, and gives its further lines a marker and a dash of their own", () => {
    const looks = [0, 1, 2].map(
      (variant) => ({ tone: "int4", marker: "diamond", dash: [], fill: "solid", variant }) as const,
    );
    const model = { series: looks.map((look, index) => ({ id: String(index), look })) } as unknown as ReturnType<
      typeof latencyByBatch
    >;
    const { series } = toldApart(model);
    expect(series[0]!.look).toEqual(looks[0]);
    expect(new Set(series.map(({ look }) => look.marker)).size).toBe(3);
    expect(series.every(({ look }) => look.tone === "int4")).toBe(true);
  });
});
