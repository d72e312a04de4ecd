import { describe, expect, it } from "vitest";
import { FORMAT_IDS, FORMATS } from "#shared/formats/formats.ts";
import {
  isUsable,
  PROBE_FORMATS,
  PROBE_STATUSES,
  PROBE_TOLERANCE,
  probeSquareSchema,
} from "#shared/providers/probe.ts";

describe("PROBE_FORMATS", () => {
  it("are float32 and all formats that can be made but the one that is made of them", () => {
    const made = FORMAT_IDS.filter((id) => FORMATS[id].makes);
    expect(new Set<string>([...PROBE_FORMATS, "mixed"])).toEqual(new Set(["fp32", ...made]));
  });
});

describe("PROBE_TOLERANCE", () => {
  it("grows as bits are taken away", () => {
    const order = ["fp32", "fp16", "w8", "int4", "nf4", "fp4"] as const;
    const limits = order.map((format) => PROBE_TOLERANCE[format]);
    expect(limits).toEqual(limits.toSorted((a, b) => a - b));
  });

  it("would not let numbers pass that have nothing to do with the reference", () => {
    // Two unrelated vectors of equal size differ by the square root of two.
    for (const format of PROBE_FORMATS) expect(PROBE_TOLERANCE[format]).toBeLessThan(0.5);
  });
});

describe("isUsable", () => {
  it("is true where the numbers are right, wherever they were computed", () => {
    expect(PROBE_STATUSES.filter(isUsable)).toEqual(["works", "falls back"]);
  });
});

describe("probeSquareSchema", () => {
  const square = {
    format: "fp32",
    status: "works",
    reason: null,
    relativeError: 0,
    tolerance: 0.002,
    placement: { CPUExecutionProvider: 8 },
    loadMs: 2.5,
  };

  it("takes what a probe gives", () => {
    expect(probeSquareSchema.parse(square)).toEqual(square);
  });

  it.each([
    ["a status that is none", { status: "fine" }],
    ["an error that is no number", { relativeError: NaN }],
    ["half a node", { placement: { CPUExecutionProvider: 0.5 } }],
  ])("refuses %s", (_, change) => {
    expect(probeSquareSchema.safeParse({ ...square, ...change }).success).toBe(false);
  });
});
