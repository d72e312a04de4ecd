import { describe, expect, it } from "vitest";
import { chartCsv } from "#shared/exports/chart-csv.ts";
import { axisRange } from "#shared/charts/range.ts";
import { timeText } from "#shared/charts/time-ticks.ts";
import { trendChart } from "#shared/charts/trend.ts";
import { DAY_MS, FIRST_MS, type MadePoint, trendOf, value } from "../compare/trend/made-trend.ts";

const latency = (middle: number, extra: Partial<MadePoint> = {}): MadePoint => ({
  values: { latency: value(middle, 1) },
  ...extra,
});

describe("trendChart", () => {
  it("draws every number at its time with its interval, in the shown unit", () => {
    const { series, x, y } = trendChart(trendOf([latency(20), latency(22)]), "latency");
    expect([x.scale, y.unit]).toEqual(["time", "ms"]);
    expect(series).toMatchObject([{ id: "int4@cpu", label: "int4@cpu", look: { tone: "int4" } }]);
    expect(series[0]!.points).toMatchObject([
      { x: FIRST_MS, y: 20, low: 19, high: 21 },
      { x: FIRST_MS + DAY_MS, y: 22, note: "95 % interval over 6 launches · onnxruntime 1.29.0 · run 1" },
    ]);
    const memory = trendOf([{ values: { memory: value(2 ** 30, 2 ** 20, { kind: "range" }) } }]);
    expect(trendChart(memory, "memory").series[0]!.points[0]).toMatchObject({ y: 1024, low: 1023 });
    expect(
      trendChart(trendOf([{ values: { accuracy: value(0.5, 0.1) } }]), "accuracy").series[0]!.points[0],
    ).toMatchObject({ y: 50 });
  });

  it("draws a thousand runs as a thin line, and a few with their markers and whiskers", () => {
    const many = trendOf(Array.from({ length: 1000 }, (_, index) => latency(20 + (index % 7))));
    expect(trendChart(many, "latency").kind).toBe("stream");
    expect(trendChart(many, "latency").series[0]!.points).toHaveLength(1000);
    expect(trendChart(trendOf([latency(20), latency(22)]), "latency").kind).toBe("lines");
  });

  it("says the day beside the axis where all happened on one", () => {
    const oneDay = trendOf([
      latency(20),
      latency(22, { run: { startedAt: new Date(FIRST_MS + 60_000).toISOString() } }),
    ]);
    expect(trendChart(oneDay, "latency").x.label).toBe(`Run started, ${timeText(FIRST_MS).slice(0, 10)}`);
    expect(trendChart(trendOf([latency(20), latency(22)]), "latency").x.label).toBe("Run started");
  });

  it("joins no numbers of two setups or two machines, and says which line is which", () => {
    const setups = trendOf([latency(20), { values: { latency: value(30, 1, { setup: "batch 2" }) } }, latency(21)]);
    expect(trendChart(setups, "latency").series.map(({ label, points }) => [label, points.length])).toEqual([
      ["int4@cpu, batch 1", 2],
      ["int4@cpu, batch 2", 1],
    ]);
    const machines = trendOf([latency(20), latency(9, { run: { machineId: "n", machine: "EPYC + H200" } })]);
    expect(trendChart(machines, "latency").series.map(({ label }) => label)).toEqual([
      "int4@cpu, Ryzen",
      "int4@cpu, EPYC",
    ]);
  });

  it("marks where the surroundings changed, near ones as one, words in rows that do not meet", () => {
    const points = Array.from({ length: 41 }, (_, index) =>
      latency(20, {
        run: { onnxruntime: `1.${index < 20 ? 28 : index < 24 ? 29 : 30}.0`, driver: index < 21 ? "580" : "581" },
      }),
    );
    const { guides } = trendChart(trendOf(points), "latency");
    expect(guides).toEqual([
      { axis: "x", value: FIRST_MS + 20 * DAY_MS, label: "ORT 1.29.0, driver 581", row: 0 },
      { axis: "x", value: FIRST_MS + 24 * DAY_MS, label: "ORT 1.30.0", row: 1 },
    ]);
    expect(trendChart(trendOf(points), "latency", false).guides).toEqual([]);
  });

  it("keeps room for the words above the data", () => {
    const points = [latency(20), latency(20, { run: { app: "2" } }), latency(20)];
    const [, marked] = axisRange(trendChart(trendOf(points), "latency"), "y");
    const [, plain] = axisRange(trendChart(trendOf(points), "latency", false), "y");
    expect(marked).toBeGreaterThan(plain);
  });

  it("is empty where nobody measured the number, and says what would", () => {
    const model = trendChart(trendOf([latency(20)]), "accuracy");
    expect(model.series).toEqual([]);
    expect(model.guides).toEqual([]);
    expect(model.empty).toContain("benchmark pass");
  });

  it("gives moments in its CSV", () => {
    expect(chartCsv(trendChart(trendOf([latency(20)]), "latency")).split("\r\n")[1]).toContain(
      "2026-11-01T07:00:00.000Z",
    );
  });
});
