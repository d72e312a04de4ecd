import { describe, expect, it } from "vitest";
import { paretoOf } from "#shared/compare/pareto-of.ts";
import type { CellResult } from "#shared/results.ts";
import { cell, forwardLaunch, launched } from "./cells.ts";

/** Equally fast; the peak where others ran before, alone, and on a device, in MiB. */
function measured(label: string, timing: number, alone: number | null, device: number | null = null): CellResult {
  const deviceMemoryBytes = device === null ? null : device * 2 ** 20;
  const bare = { kind: "memory" as const, latencyMs: [], computeMs: [] };
  return cell(label, {
    forward: [
      launched([
        forwardLaunch(1, 10, timing, { deviceMemoryBytes }),
        ...(alone === null ? [] : [forwardLaunch(1, 10, alone, { ...bare, deviceMemoryBytes })]),
      ]),
    ],
  });
}

const frontOf = (...cells: CellResult[]): [string[] | undefined, string[] | undefined] => {
  const pareto = paretoOf(cells, 0);
  return [pareto?.objectives, pareto?.cells.filter(({ onFront }) => onFront).map(({ label }) => label)];
};

describe("paretoOf", () => {
  it("goes by processes of one batch size alone where each cell has them, as the tables do", () => {
    const cells = [measured("fp32@cpu", 100, 400), measured("int4@cpu", 200, 300)];
    expect(frontOf(...cells)).toEqual([["peak memory", "latency"], ["int4@cpu"]]);
  });

  it("goes by the timing processes of all where one has no others", () => {
    expect(frontOf(measured("fp32@cpu", 100, null), measured("int4@cpu", 200, 300))[1]).toEqual(["fp32@cpu"]);
  });

  it("goes by the device's memory where each used one, by the machine's where one did not", () => {
    const [ours, theirs] = [measured("fp32@cuda", 100, null, 900), measured("int4@cuda", 200, null, 300)];
    expect(frontOf(ours, theirs)).toEqual([["device memory", "latency"], ["int4@cuda"]]);
    expect(frontOf(ours, measured("int4@cpu", 200, null))).toEqual([["peak memory", "latency"], ["fp32@cuda"]]);
  });

  it("is null where memory alone was measured, and of one cell", () => {
    expect(paretoOf([measured("fp32@cpu", 100, null)], 0)).toBeNull();
    expect(paretoOf([cell("fp32@cpu"), cell("int4@cpu")], 0)).toBeNull();
  });
});
