import { describe, expect, it } from "vitest";
import { decisionChart } from "#shared/charts/decision.ts";
import type { ForestPanel } from "#shared/charts/forest-model.ts";
import type { Comparison, Results } from "#shared/results.ts";
import { sampleResults } from "../exports/sample.ts";

const MIB = 2 ** 20;
const results = sampleResults();
const panel = (id: string, from: Results = results): ForestPanel =>
  decisionChart(from).panels.find((each) => each.id === id)!;
const withComparison = (rest: Partial<Comparison>, limits?: Results["limits"]): Results => ({
  ...results,
  comparisons: results.comparisons.map((each) => ({ ...each, ...rest })),
  ...(limits && { limits }),
});
const ratio = { batchSize: 1, ratio: 2, low: 1.5, high: 2.5, launches: 6, kind: "signed-rank" as const };

describe("decisionChart", () => {
  it("has a row for each candidate and a panel for each measure", () => {
    const { rows, panels } = decisionChart(results);
    expect(rows.map(({ label }) => label)).toEqual(results.comparisons.map(({ candidate }) => candidate));
    expect(panels.map(({ id }) => id)).toEqual(["memory", "latency", "decode", "accuracy"]);
    for (const { points } of panels) expect(points).toHaveLength(rows.length);
  });

  it("leaves out what nobody measured, and is empty without a comparison", () => {
    expect(decisionChart(withComparison({ decodeRatio: [] })).panels.map(({ id }) => id)).not.toContain("decode");
    expect(decisionChart({ ...results, comparisons: [] }).panels).toEqual([]);
  });

  it("draws the user's limits as ratios of the reference and as a loss", () => {
    const memoryRatio = [{ ...ratio, of: "resident" as const, referenceBytes: 400 * MIB, candidateBytes: 200 * MIB }];
    const limited = withComparison({ memoryRatio }, { marginPoints: 2, peakMemoryBytes: 100 * MIB });
    // At most 100 MiB is at least four times less than 400.
    expect(panel("memory", limited).limit).toBe(4);
    expect(panel("latency", limited).limit).toBeNull();
    expect(panel("accuracy", limited).limit).toBe(-2);
  });

  it("calls a range a range, and gives one launch no ends", () => {
    const few = withComparison({ latencyRatio: [{ ...ratio, kind: "range", launches: 2 }] });
    expect(panel("latency", few).points[0]).toMatchObject({ ends: "range", note: "range of 2 launches", text: "2.0x" });
    const one = withComparison({ latencyRatio: [{ ...ratio, kind: "range", launches: 1 }] });
    expect(panel("latency", one).points[0]).toMatchObject({ ends: null, low: null, note: "1 launch" });
  });

  it("shows the accuracy's interval that decides before any other", () => {
    const [first] = results.comparisons;
    const decision = { estimate: -1, low: -3, high: 0.5, confidence: 0.975, candidates: 2, look: 1 };
    const decided = withComparison({ verdict: { ...first!.verdict, decision } });
    expect(panel("accuracy", decided).points[0]).toMatchObject({ value: -1, low: -3, high: 0.5, text: "−1.0" });
    const undecided = withComparison({ verdict: { ...first!.verdict, decision: null } });
    expect(panel("accuracy", undecided).points[0]!.value).toBe(first!.accuracyDelta!.points);
  });
});
