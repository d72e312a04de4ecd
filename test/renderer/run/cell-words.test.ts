import { describe, expect, it } from "vitest";
import type { LiveCell, LiveRun } from "#shared/api.ts";
import { parseSpec } from "#shared/spec.ts";
import {
  figuresOf,
  launchWords,
  nowWords,
  leftWords,
  passLeftMs,
  phaseWords,
  progressWords,
  shareOf,
  storeWords,
  silentWords,
  runWords,
} from "../../../src/renderer/views/run/cell-words.ts";
import { Rates } from "../../../src/renderer/views/run/rate.ts";

const MIB = 2 ** 20;
const CELL: LiveCell = {
  label: "int4@cpu",
  status: "running",
  error: null,
  launch: { kind: "timing", launch: 2 },
  progress: { pass: "questions", done: 10, total: 50 },
  measured: [],
  samples: { atMs: [], residentBytes: [], tokensPerSecond: [] },
};
const SPEC = parseSpec({
  schemaVersion: 1,
  name: "x",
  model: "m",
  cells: [{ format: "fp32" }],
  depth: "preview",
  passes: { forward: {} },
});
const RUN: LiveRun = {
  id: "r",
  name: "x",
  model: "m",
  phase: "measuring",
  startedAt: "",
  resumed: false,
  making: null,
  questions: 0,
  remainingMs: 30_000,
  estimate: null,
  launchesDone: 1,
  launchesTotal: 4,
  cancelling: false,
  waitingForStore: false,
  silentSeconds: null,
  cells: [],
};

describe("silentWords", () => {
  it("says how long nothing was heard, and that nothing was ended for it", () => {
    expect(silentWords(RUN)).toBeNull();
    expect(silentWords({ ...RUN, silentSeconds: 90 })).toBe(
      "The worker has sent nothing for 1 min 30 s. It is left running; cancel the run if that is too long.",
    );
  });
});

describe("nowWords", () => {
  it("names launch and pass, of answers only what is asked", () => {
    const progress = { pass: "questions" as const, done: 1, total: 9 };
    expect(nowWords({ ...CELL, progress: { ...progress, pass: "forward" } }, SPEC)).toBe("Timing 2 of 2, forward pass");
    expect(nowWords({ ...CELL, launch: { kind: "quality", launch: 1 }, progress }, SPEC)).toBe("Questions");
    expect(nowWords({ ...CELL, progress: null }, SPEC)).toBe("");
  });
});

describe("launchWords", () => {
  it("counts launches where it knows how many there are", () => {
    expect(launchWords(CELL, SPEC)).toBe("Timing 2 of 2");
    expect(launchWords(CELL, null)).toBe("Timing 2");
    expect(launchWords({ ...CELL, launch: { kind: "quality", launch: 1 } }, SPEC)).toBe("Answers");
    expect(launchWords({ ...CELL, launch: null }, SPEC)).toBe("");
  });
});

describe("progressWords", () => {
  it("names a speed only of what has one", () => {
    expect(progressWords(CELL, 4.12)).toBe("10 of 50 · 4.12/s");
    expect(progressWords({ ...CELL, progress: { pass: "forward", done: 1, total: 3 } }, 0.2)).toBe("1 of 3");
    expect(progressWords({ ...CELL, progress: { pass: "load", done: 0, total: 1 } }, null)).toBe("");
  });
});

describe("passLeftMs", () => {
  it("is what is left by the speed, and unknown without one", () => {
    expect(passLeftMs(CELL, 4)).toBe(10_000);
    expect(passLeftMs(CELL, null)).toBeNull();
    expect(passLeftMs(CELL, 0)).toBeNull();
    expect(passLeftMs({ ...CELL, progress: { pass: "questions", done: 50, total: 50 } }, 4)).toBeNull();
  });
});

describe("figuresOf", () => {
  const forward = (batchSize: number, medianMs: number | null, peakMiB: number): LiveCell["measured"][number] => ({
    kind: "forward",
    launch: 1,
    batchSize,
    medianMs,
    runs: 5,
    peakMemoryBytes: peakMiB * MIB,
    deviceMemoryBytes: null,
    skipped: null,
  });

  it("takes latency at the smallest batch, the highest peak, and the share of right answers", () => {
    const measured: LiveCell["measured"] = [
      { kind: "load", loadMs: 1, steadyBytes: null, peakBytes: 90 * MIB },
      forward(1, 4, 100),
      forward(8, 20, 300),
      forward(1, 6, 100),
      { kind: "questions", asked: 40, loglikelihoodCorrect: 10, generateCorrect: null, sameTop1: 18, compared: 20 },
    ];
    expect(figuresOf({ ...CELL, measured })).toEqual({
      latency: "5.00",
      memory: "300",
      speed: null,
      right: "25 %",
      same: "90 %",
    });
  });

  it("has nothing before anything was measured, or where nothing could be", () => {
    expect(figuresOf(CELL)).toEqual({ latency: null, memory: null, speed: null, right: null, same: null });
    expect(figuresOf({ ...CELL, measured: [forward(1, null, 1)] }).latency).toBeNull();
  });
});

describe("phaseWords", () => {
  it("says what goes on", () => {
    expect(phaseWords(RUN)).toBe("Launch 2 of 4");
    expect(phaseWords({ ...RUN, launchesDone: 4 })).toBe("Launch 4 of 4");
    expect(phaseWords({ ...RUN, cancelling: true })).toBe("Stopping");
    expect(phaseWords({ ...RUN, phase: "making", making: { format: "int4", bytesDone: 0, bytesTotal: 0 } })).toBe(
      "Making int4",
    );
  });
});

describe("shareOf", () => {
  it("is by time where that is known, else by launches, and unknown before it measures", () => {
    expect(shareOf(RUN, 10_000)).toBe(0.25);
    expect(shareOf({ ...RUN, remainingMs: null }, 10_000)).toBe(0.25);
    expect(shareOf({ ...RUN, phase: "planning" }, 10_000)).toBeNull();
  });
});

describe("leftWords", () => {
  it("is a whole number of seconds, one at least", () => {
    expect(leftWords(4400)).toBe("≈ 4 s");
    expect(leftWords(0)).toBe("≈ 1 s");
    expect(leftWords(null)).toBeNull();
  });
});

describe("Rates", () => {
  const at = (done: number, launch = 1): LiveCell => ({
    ...CELL,
    launch: { kind: "quality", launch },
    progress: { pass: "questions", done, total: 50 },
  });

  it("needs two looks, and follows the newer ones", () => {
    const rates = new Rates();
    rates.see(at(0), 0);
    expect(rates.of(CELL.label)).toBeNull();
    rates.see(at(10), 1000);
    expect(rates.of(CELL.label)).toBe(10);
    rates.see(at(12), 2000);
    expect(rates.of(CELL.label)).toBeCloseTo(0.6 * 10 + 0.4 * 2);
  });

  it("begins anew with another process, and forgets with the progress", () => {
    const rates = new Rates();
    rates.see(at(0), 0);
    rates.see(at(10), 1000);
    rates.see(at(10, 2), 2000);
    expect(rates.of(CELL.label)).toBeNull();
    rates.see({ ...CELL, progress: null }, 3000);
    rates.see(at(20), 4000);
    expect(rates.of(CELL.label)).toBeNull();
  });
});

describe("storeWords", () => {
  it("say that a run waits for its store, and nothing else", () => {
    expect(storeWords(RUN)).toBeNull();
    expect(storeWords({ ...RUN, waitingForStore: true })).toMatch(
      /^Waiting for the store, locked by another program\./,
    );
  });
});

describe("runWords", () => {
  const run = {
    name: "night",
    cells: [{ status: "done" }, { status: "running" }],
    cancelling: false,
  } as never as LiveRun;
  it("says what the lab is at", () => {
    expect(runWords({ ...run, phase: "planning" })).toBe("Preparing night");
    expect(runWords({ ...run, phase: "measuring" })).toBe("Measuring night, 1 of 2 cells done");
    expect(runWords({ ...run, phase: "measuring", cancelling: true })).toBe("Stopping night");
  });
});
