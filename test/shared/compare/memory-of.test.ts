import { describe, expect, it } from "vitest";
import { headlineMemory, memoryBasis, memoryFinding, memoryRatio, memoryWords } from "#shared/compare/memory-of.ts";
import type { CellResult, ForwardLaunch } from "#shared/results.ts";
import { cell, forwardLaunch, launched, MIB } from "./cells.ts";

type Kind = ForwardLaunch["kind"];

/** One process: its whole peak and the mapped files, in MiB above the idle process, whose own files are 50 MiB. */
interface Process {
  readonly peak: number;
  readonly mapped?: number;
  /** Of loading; default nothing. */
  readonly loadPeak?: number;
  readonly loadMapped?: number;
  readonly device?: number;
  readonly kind?: Kind;
  readonly source?: "VmHWM" | "maxRSS";
}

function measured(label: string, processes: readonly Process[], batchSize = 1): CellResult {
  const counts = { timing: 0, memory: 0 };
  const numbered = processes.map((each) => ({
    kind: "timing" as const,
    ...each,
    launch: ++counts[each.kind ?? "timing"],
  }));
  const rows = numbered.map(({ launch, kind, peak, mapped, loadPeak = 0, device }) =>
    forwardLaunch(batchSize, 10, Math.max(peak, loadPeak), {
      launch,
      kind,
      runPeakBytes: peak * MIB,
      fileBytes: mapped === undefined ? null : (50 + mapped) * MIB,
      deviceMemoryBytes: device === undefined ? null : device * MIB,
    }),
  );
  return cell(label, {
    forward: [launched(rows)],
    launches: numbered.map(({ launch, kind, mapped, loadPeak = 0, loadMapped = 0, source = "VmHWM" }, order) => ({
      kind,
      launch,
      batchSize: kind === "memory" ? batchSize : null,
      order,
      status: "done",
      startedAt: "",
      elapsedMs: 1,
      loadMs: 1,
      canaryDrift: null,
      memory: {
        baseBytes: 90 * MIB,
        loadPeakBytes: loadPeak * MIB,
        steadyBytes: 0,
        source,
        ...(mapped !== undefined && { baseFileBytes: 50 * MIB, loadFileBytes: (50 + loadMapped) * MIB }),
      },
    })),
  });
}

const mebibytes = (bytes: number | null | undefined): number | null => (bytes == null ? null : bytes / MIB);

describe("headlineMemory", () => {
  it("leaves mapped files out and tells them beside", () => {
    const found = headlineMemory(measured("fp32@cpu", [{ peak: 730, mapped: 100 }]), 1)!;
    expect(found).toMatchObject({ of: "anonymous", kind: "timing", bytes: 630 * MIB, mappedBytes: 100 * MIB });
    expect(memoryWords(found)).toBe("own memory; 100 MiB of mapped files beside it");
  });

  it("is the peak of loading where that took more of its own", () => {
    const loading = measured("int4@cpu", [{ peak: 300, mapped: 100, loadPeak: 290, loadMapped: 10 }]);
    expect(mebibytes(headlineMemory(loading, 1)?.bytes)).toBe(280);
  });

  it("is the median of the launches", () => {
    const three = measured("fp32@cpu", [
      { peak: 30, mapped: 0 },
      { peak: 10, mapped: 0 },
      { peak: 20, mapped: 10 },
    ]);
    const found = headlineMemory(three, 1)!;
    expect(mebibytes(found.bytes)).toBe(10);
    expect([...found.byLaunch].map(([launch, bytes]) => [launch, bytes / MIB])).toEqual([
      [1, 30],
      [2, 10],
      [3, 10],
    ]);
  });

  it("takes processes of one batch size alone before those in which others ran", () => {
    const both = measured("fp32@cpu", [{ peak: 500 }, { peak: 400, kind: "memory" }, { peak: 420, kind: "memory" }]);
    expect(headlineMemory(both, 1)).toMatchObject({ kind: "memory", bytes: 410 * MIB });
  });

  it("takes the device's memory where there is any, and not a device that reports nothing", () => {
    expect(headlineMemory(measured("int4@cuda", [{ peak: 900, mapped: 1, device: 200 }]), 1)).toMatchObject({
      of: "device",
      bytes: 200 * MIB,
      mappedBytes: null,
    });
    expect(headlineMemory(measured("int4@cuda", [{ peak: 900, mapped: 1, device: 0 }]), 1)?.of).toBe("anonymous");
  });

  it("is the whole resident memory where the system does not tell the parts apart, and says so", () => {
    for (const unknown of [{ peak: 730 }, { peak: 730, mapped: 100, source: "maxRSS" as const }]) {
      const found = headlineMemory(measured("fp32@cpu", [unknown]), 1)!;
      expect(found).toMatchObject({ of: "resident", bytes: 730 * MIB, mappedBytes: null });
      expect(memoryWords(found)).toBe("resident memory, mapped files included");
    }
  });

  it("is null for a batch size that was not measured or was skipped", () => {
    expect(headlineMemory(measured("fp32@cpu", [{ peak: 1 }]), 2)).toBeNull();
    const skipped = launched([forwardLaunch(1, 10, 5, { skipped: "too large", peakMemoryBytes: null })]);
    expect(headlineMemory(cell("fp32@cpu", { forward: [skipped] }), 1)).toBeNull();
  });
});

describe("memoryBasis", () => {
  it("is what all cells have: one old process among them, and all are read whole", () => {
    const [known, old] = [measured("fp32@cpu", [{ peak: 730, mapped: 100 }]), measured("int4@cpu", [{ peak: 300 }])];
    expect(memoryBasis([known, known], 1)).toEqual({ of: "anonymous", kind: "timing" });
    expect(memoryBasis([known, old], 1)).toEqual({ of: "resident", kind: "timing" });
  });

  it("takes processes of one batch size alone only where each cell has them", () => {
    const alone = measured("fp32@cpu", [{ peak: 500 }, { peak: 400, kind: "memory" }]);
    expect(memoryBasis([alone, measured("int4@cpu", [{ peak: 300 }])], 1)?.kind).toBe("timing");
    expect(memoryBasis([alone, alone], 1)?.kind).toBe("memory");
  });

  it("leaves out cells that did not get so far, and is null without any", () => {
    expect(memoryBasis([measured("fp32@cpu", [{ peak: 1 }]), cell("int4@cpu")], 1)?.of).toBe("resident");
    expect(memoryBasis([cell("int4@cpu")], 1)).toBeNull();
  });
});

describe("memoryRatio", () => {
  const six = (peaks: readonly number[], mapped: number): Process[] => peaks.map((peak) => ({ peak, mapped }));

  it("compares own memory, launch by launch, with an interval from six on", () => {
    const reference = measured("fp32@cpu", six([730, 728, 732, 731, 729, 730], 100));
    const candidate = measured("int4@cpu", six([315, 316, 314, 315, 317, 313], 0));
    const ratio = memoryRatio(reference, candidate, 1)!;
    expect(ratio).toMatchObject({ kind: "signed-rank", launches: 6, of: "anonymous", batchSize: 1 });
    expect(ratio.ratio).toBeCloseTo(2, 2);
    expect([ratio.low, ratio.high]).toEqual([expect.closeTo(629 / 317, 9), expect.closeTo(630 / 313, 9)]);
    expect([mebibytes(ratio.referenceBytes), mebibytes(ratio.candidateBytes)]).toEqual([630, 315]);
    expect(memoryFinding(ratio)).toBe("less");
  });

  it("is a range of fewer launches", () => {
    const [ours, theirs] = [measured("a@cpu", six([400, 410], 0)), measured("b@cpu", six([200, 100], 0))];
    expect(memoryRatio(ours, theirs, 1)).toMatchObject({
      kind: "range",
      launches: 2,
      low: expect.closeTo(2, 9) as number,
      high: expect.closeTo(4.1, 9) as number,
    });
  });

  it("reads both sides by what both have, a machine's memory where one used a device", () => {
    const ratio = memoryRatio(
      measured("fp32@cpu", [{ peak: 600, mapped: 100 }]),
      measured("int4@cuda", [{ peak: 300, mapped: 50, device: 10 }]),
      1,
    );
    expect(ratio).toMatchObject({ of: "anonymous", referenceBytes: 500 * MIB, candidateBytes: 250 * MIB });
  });

  it("is null without a launch in common", () => {
    const one = measured("fp32@cpu", [{ peak: 600 }]);
    const second = { ...one, forward: [launched([forwardLaunch(1, 10, 300, { launch: 2 })])] };
    expect(memoryRatio(one, second, 1)).toBeNull();
    expect(memoryRatio(one, cell("int4@cpu"), 1)).toBeNull();
  });
});

describe("memoryFinding", () => {
  const ratio = (
    referenceBytes: number,
    candidateBytes: number,
    low: number,
    high: number,
  ): Parameters<typeof memoryFinding>[0] => ({
    batchSize: 1,
    ratio: referenceBytes / candidateBytes,
    low,
    high,
    kind: "signed-rank",
    launches: 6,
    of: "anonymous",
    referenceBytes: referenceBytes * MIB,
    candidateBytes: candidateBytes * MIB,
  });

  it("is the same below 2 % or 5 MiB, or where the interval holds 1", () => {
    expect(memoryFinding(ratio(600, 591, 1.01, 1.02))).toBe("same");
    expect(memoryFinding(ratio(12, 8, 1.4, 1.6))).toBe("same");
    expect(memoryFinding(ratio(600, 500, 0.9, 1.5))).toBe("same");
    expect(memoryFinding(ratio(600, 900, 0.6, 0.7))).toBe("more");
  });
});
