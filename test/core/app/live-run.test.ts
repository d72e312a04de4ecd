import { describe, expect, it } from "vitest";
import { parseSpec } from "#shared/spec.ts";
import { joinSamples, LiveRunState } from "#core/app/live-run.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import * as sample from "../store/sample-run.ts";

const LABEL = "fp32@cpu";

function state(): LiveRunState {
  const spec = parseSpec({
    schemaVersion: 1,
    name: "n",
    model: "m",
    cells: [{ format: "fp32" }],
    passes: { forward: {} },
  });
  return new LiveRunState({ id: "r", model: "m", spec, resumed: false });
}

const stored = (message: WorkerMessage): RunEvent => ({ type: "stored", label: LABEL, pass: "forward", message });
const answers = (correct: boolean): WorkerMessage => ({
  type: "questions",
  setIndex: 0,
  results: [
    { tokens: null, loglikelihood: sample.scored("q1", { correct }), generate: null },
    { tokens: null, loglikelihood: sample.scored("q2", { predicted: null, correct: false }), generate: null },
  ],
});

describe("LiveRunState", () => {
  it("makes a number of what was measured, and keeps it for who comes late", () => {
    const live = state();
    const message = { type: "forward", result: sample.forwardLaunch(4, { latencyMs: [3, 1, 2] }) } as const;
    const told = live.apply(stored(message));
    expect(told).toMatchObject({ type: "measured", label: LABEL, measured: { batchSize: 4, medianMs: 2, runs: 3 } });
    expect(live.snapshot().cells[0]!.measured).toEqual([(told as { measured: unknown }).measured]);
  });

  it("says null for the median of nothing", () => {
    const told = state().apply(
      stored({ type: "forward", result: sample.forwardLaunch(1, { latencyMs: [], skipped: "memory" }) }),
    );
    expect(told).toMatchObject({ measured: { medianMs: null, runs: 0, skipped: "memory" } });
  });

  it("sums questions, leaving out what nobody asked and what was not a number", () => {
    const live = state();
    live.apply(stored(answers(true)));
    live.apply(stored(answers(false)));
    live.apply(stored(answers(true)));
    expect(live.snapshot().cells[0]!.measured).toEqual([
      { kind: "questions", asked: 6, loglikelihoodCorrect: 2, generateCorrect: null },
    ]);
  });

  it("begins the samples anew with each launch and keeps the newest", () => {
    const live = state();
    const samples = (from: number): RunEvent => ({
      type: "samples",
      label: LABEL,
      kind: "timing",
      samples: {
        atMs: Array.from({ length: 500 }, (_, index) => from + index),
        residentBytes: Array<number>(500).fill(1),
        tokensPerSecond: Array<number>(500).fill(2),
      },
    });
    live.apply(samples(0));
    live.apply(samples(500));
    const { atMs, residentBytes } = live.snapshot().cells[0]!.samples;
    expect([atMs.length, atMs[0], atMs.at(-1), residentBytes.length]).toEqual([600, 400, 999, 600]);
    live.apply({ type: "launch", label: LABEL, kind: "timing", launch: 2, done: 1, total: 2 });
    expect(live.snapshot().cells[0]!.samples.atMs).toEqual([]);
  });

  it("takes the cells as planned when the run starts", () => {
    const live = state();
    const estimate = { seconds: 60, cells: [], freeBytes: 1, basis: "rough" } as const;
    live.apply({ type: "started", runId: "r", labels: [LABEL, "int4@cpu"], questions: 7, estimate });
    expect(live.snapshot()).toMatchObject({ phase: "measuring", questions: 7, remainingMs: 60_000 });
    expect(live.snapshot().cells.map(({ label }) => label)).toEqual([LABEL, "int4@cpu"]);
  });

  it("gives a copy: what a page holds does not change behind its back", () => {
    const live = state();
    const before = live.snapshot();
    live.apply({ type: "cell", label: LABEL, status: "running", error: null });
    expect(before.cells[0]!.status).toBe("waiting");
  });

  it("tells nothing of what has no number for a page", () => {
    expect(state().apply(stored({ type: "selfTests", result: sample.selfTests }))).toBeNull();
  });
});

describe("joinSamples", () => {
  it("keeps the columns side by side", () => {
    const one = { atMs: [1], residentBytes: [2], tokensPerSecond: [3] };
    expect(joinSamples(one, { atMs: [4], residentBytes: [5], tokensPerSecond: [6] })).toEqual({
      atMs: [1, 4],
      residentBytes: [2, 5],
      tokensPerSecond: [3, 6],
    });
  });
});
