import { describe, expect, it } from "vitest";
import type { ComparedCell } from "#shared/api.ts";
import { latencyByBatch } from "#shared/report/charts/from-results.ts";
import type { MetricRow, MetricValue } from "../../../src/renderer/views/result/metric-rows.ts";
import { differs, isPaired, refusalOf, toldApart } from "../../../src/renderer/views/compare/compare-view.ts";

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
