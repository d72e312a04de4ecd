import { describe, expect, it } from "vitest";
import { parseSpec } from "#shared/spec.ts";
import { joinSamples, LiveRunState } from "#core/app/runs/live-run.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import * as sample from "../../store/sample-run.ts";
import { FLOAT, launchOf, SMALL, twoLaunchesOfTwoCells } from "./two-launches.ts";

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
  asked: 2,
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

  it("counts a question once whose generated answer comes apart from its scores", () => {
    const live = state();
    live.apply(stored(answers(true)));
    const written = { tokens: null, loglikelihood: null, generate: sample.generated("q1") };
    const told = live.apply(stored({ type: "questions", setIndex: 0, asked: 0, results: [written] }));
    expect(told).toMatchObject({
      measured: { kind: "questions", asked: 2, loglikelihoodCorrect: 1, generateCorrect: 1 },
    });
  });

  it("says for how long the process is silent, until it is heard or another one runs", () => {
    const live = state();
    const silent = (seconds: number | null): unknown => live.apply({ type: "silent", label: LABEL, seconds });
    expect(silent(30)).toEqual({ type: "silent", label: LABEL, seconds: 30 });
    expect(live.snapshot().silentSeconds).toBe(30);
    silent(null);
    expect(live.snapshot().silentSeconds).toBeNull();
    silent(60);
    for (const event of launchOf(LABEL, 2, 1, false)) live.apply(event);
    expect(live.snapshot().silentSeconds).toBeNull();
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
      {
        kind: "questions",
        asked: 6,
        loglikelihoodCorrect: 2,
        generateCorrect: null,
        sameTop1: 0,
        compared: 0,
      },
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

  it("begins each launch at its own beginning, and keeps what the cell has", () => {
    const live = state();
    for (const event of launchOf(LABEL, 1, 0, true)) live.apply(event);
    const [before] = live.snapshot().cells;
    expect(before!.progress).toEqual({ pass: "forward", done: 1, total: 1 });
    live.apply({ type: "launch", label: LABEL, kind: "timing", launch: 2, done: 1, total: 2 });
    const [after] = live.snapshot().cells;
    expect(after).toEqual({
      ...before,
      launch: { kind: "timing", launch: 2 },
      progress: { pass: "load", done: 0, total: 1 },
      samples: { atMs: [], residentBytes: [], tokensPerSecond: [] },
    });
    expect(after!.status).toBe("running");
    expect(after!.measured.map(({ kind }) => kind)).toEqual(["load", "forward"]);
  });

  it("has progress of the process that runs alone, after every event of two launches of two cells", () => {
    const { spec, events } = twoLaunchesOfTwoCells();
    const live = new LiveRunState({ id: "r", model: "m", spec, resumed: false });
    let running: string | null = null;
    for (const event of events) {
      if (event.type === "launch") running = event.label;
      if (event.type === "cell" && event.status === "done") running = null;
      live.apply(event);
      const busy = live.snapshot().cells.flatMap(({ label, progress }) => (progress === null ? [] : [label]));
      expect(busy, event.type).toEqual(running === null ? [] : [running]);
    }
    const { cells } = live.snapshot();
    expect(cells.map(({ label, status }) => [label, status])).toEqual([
      [FLOAT, "done"],
      [SMALL, "done"],
    ]);
    for (const { measured } of cells) {
      expect(measured.flatMap((each) => (each.kind === "forward" ? [each.launch] : []))).toEqual([1, 2]);
    }
  });

  it("counts next tokens that are the reference's, whichever cell the spec makes the reference", () => {
    const spec = parseSpec({
      schemaVersion: 1,
      name: "n",
      model: "m",
      cells: [{ format: "fp32" }, { format: "int4" }],
      reference: "int4",
      passes: { tokens: { questions: "q" } },
    });
    const live = new LiveRunState({ id: "r", model: "m", spec, resumed: false });
    const estimate = { seconds: 1, cells: [], freeBytes: 1, basis: "rough" } as const;
    live.apply({ type: "started", runId: "r", labels: [FLOAT, SMALL], questions: 3, duplicates: 0, estimate });
    const ask = (label: string, setIndex: number, top1: Readonly<Record<string, number[]>>): void => {
      const results = Object.entries(top1).map(([id, topIds]) => ({
        tokens: sample.tokenRow(id, { topIds }),
        loglikelihood: null,
        generate: null,
      }));
      live.apply({
        type: "stored",
        label,
        pass: "questions",
        message: { type: "questions", setIndex, asked: results.length, results },
      });
    };
    ask(SMALL, 0, { q1: [7, 1], q2: [8], q3: [] });
    ask(SMALL, 1, { q1: [9] });
    ask(FLOAT, 0, { q1: [7, 2], q2: [1, 8] });
    ask(FLOAT, 0, { q3: [4], q4: [4] });
    ask(FLOAT, 1, { q1: [9] });
    const counts = (label: string): unknown => live.snapshot().cells.find((cell) => cell.label === label)!.measured;
    expect(counts(FLOAT)).toMatchObject([{ asked: 5, sameTop1: 2, compared: 3 }]);
    expect(counts(SMALL)).toMatchObject([{ asked: 4, sameTop1: 0, compared: 0 }]);
  });

  it("takes the cells as planned when the run starts", () => {
    const live = state();
    const estimate = { seconds: 60, cells: [], freeBytes: 1, basis: "rough" } as const;
    live.apply({ type: "started", runId: "r", labels: [LABEL, "int4@cpu"], questions: 7, duplicates: 0, estimate });
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
