import { describe, expect, it } from "vitest";
import { PROBE_STATUSES, isUsable } from "#shared/providers/probe.ts";
import type { Comparison } from "#shared/results.ts";
import { parseSpec } from "#shared/spec.ts";
import { calibrationSpec, noiseRows } from "../../../src/renderer/views/system/calibration.ts";
import {
  errorWords,
  placementWords,
  probeSummary,
  STATUS_WORDS,
} from "../../../src/renderer/views/system/probe-words.ts";

describe("STATUS_WORDS", () => {
  it("looks good or half good exactly where a cell gives right numbers", () => {
    for (const status of PROBE_STATUSES) {
      expect(["good", "half"].includes(STATUS_WORDS[status].tone)).toBe(isUsable(status));
    }
  });
});

describe("placementWords", () => {
  it("counts nodes by provider; null where nothing ran", () => {
    const placement = { CUDAExecutionProvider: 12, CPUExecutionProvider: 3 };
    expect(placementWords({ placement })).toBe("12 on CUDA, 3 on CPU");
    expect(placementWords({ placement: {} })).toBeNull();
  });
});

describe("errorWords", () => {
  it("sets the error beside what rounding explains; null where nothing was computed", () => {
    expect(errorWords({ relativeError: 0.031, tolerance: 0.2 })).toBe("3.10 % (up to 20.0 % is rounding)");
    expect(errorWords({ relativeError: null, tolerance: 0.2 })).toBeNull();
  });
});

describe("probeSummary", () => {
  it("counts the providers that are of use", () => {
    const provider = { provider: "cpu" as const, label: "CPU", reason: null, remedy: null, squares: [] };
    expect(probeSummary([{ ...provider, usable: true }])).toBe("1 of 1 provider works here");
    expect(
      probeSummary([
        { ...provider, usable: true },
        { ...provider, usable: true },
      ]),
    ).toBe("2 of 2 providers work here");
  });
});

describe("calibrationSpec", () => {
  it("is a spec with the same cell twice", () => {
    const spec = parseSpec(calibrationSpec("A/A calibration", "demo", "fp32", "preview"));
    expect(spec.cells).toHaveLength(2);
    expect(spec.cells[0]).toEqual(spec.cells[1]);
    expect(spec.name).toBe("A/A calibration: demo fp32, preview");
  });
});

describe("noiseRows", () => {
  const none = { latencyRatio: [], decodeRatio: [], memoryRatio: [] };
  const ratio = { batchSize: 4, kind: "signed-rank", launches: 6 } as const;

  it("turns the ratio of the first to the second into the change of the second, with its interval", () => {
    const latencyRatio = [{ ...ratio, ratio: 0.8, low: 0.5, high: 1 }];
    const [row] = noiseRows({ ...none, latencyRatio } as unknown as Comparison);
    expect(row).toEqual({ what: "Latency, batch 4", percent: 25, low: 0, high: 100, verdict: "same" });
  });

  it("tells apart where the interval excludes no change, and not from a mere range of launches", () => {
    const latencyRatio = [{ ...ratio, ratio: 0.8, low: 0.75, high: 0.9 }];
    expect(noiseRows({ ...none, latencyRatio } as unknown as Comparison)[0]!.verdict).toBe("differs");
    const range = [{ ...latencyRatio[0]!, kind: "range" as const }];
    const memoryRatio = [{ batchSize: 4, ratio: 0.8, low: 0.75, high: 0.9 }];
    const unsure = noiseRows({ ...none, latencyRatio: range, memoryRatio } as unknown as Comparison);
    expect(unsure.map(({ verdict }) => verdict)).toEqual(["unsure", "unsure"]);
  });

  it("has nothing to say of a run without measurements", () => {
    expect(noiseRows(none as unknown as Comparison)).toEqual([]);
  });
});
