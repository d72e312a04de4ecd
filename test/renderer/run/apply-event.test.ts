import { describe, expect, it } from "vitest";
import type { LiveCell, LiveRun, LiveRunEvent } from "#shared/api.ts";
import { LiveRunState } from "#core/app/runs/live-run.ts";
import { twoLaunchesOfTwoCells } from "../../core/app/runs/two-launches.ts";
import { applyEvent, settled } from "../../../src/renderer/views/run/apply-event.ts";

const cell = (label: string, rest: Partial<LiveCell> = {}): LiveCell => ({
  label,
  status: "waiting",
  error: null,
  launch: null,
  progress: null,
  measured: [],
  samples: { atMs: [], residentBytes: [], tokensPerSecond: [] },
  ...rest,
});

const RUN: LiveRun = {
  id: "r",
  name: "x",
  model: "m",
  phase: "planning",
  startedAt: "2026-11-21T10:00:00.000Z",
  resumed: false,
  making: null,
  questions: 0,
  remainingMs: null,
  estimate: null,
  launchesDone: 0,
  launchesTotal: 0,
  cancelling: false,
  waitingForStore: false,
  silentSeconds: null,
  cells: [cell("fp32@cpu"), cell("int4@cpu")],
};

const after = (...events: readonly LiveRunEvent[]): LiveRun => events.reduce(applyEvent, RUN);
const of = (run: LiveRun, label: string): LiveCell => run.cells.find((each) => each.label === label)!;

const LAUNCH: LiveRunEvent = {
  type: "launch",
  label: "fp32@cpu",
  kind: "timing",
  launch: 1,
  launchesDone: 0,
  launchesTotal: 6,
};
const PROGRESS: LiveRunEvent = {
  type: "progress",
  label: "fp32@cpu",
  pass: "forward",
  done: 1,
  total: 3,
  remainingMs: 5000,
};

describe("applyEvent", () => {
  it("keeps for how long the process is silent", () => {
    const silent = (seconds: number | null): LiveRunEvent => ({ type: "silent", label: "fp32@cpu", seconds });
    expect(after(silent(30)).silentSeconds).toBe(30);
    expect(after(silent(30), silent(null)).silentSeconds).toBeNull();
    expect(after(silent(30), LAUNCH).silentSeconds).toBeNull();
  });

  it("shows what is made", () => {
    const run = after({ type: "making", format: "int4", bytesDone: 1, bytesTotal: 2 });
    expect(run).toMatchObject({ phase: "making", making: { format: "int4", bytesDone: 1, bytesTotal: 2 } });
  });

  it("takes the planned cells over and keeps what is known of them", () => {
    const estimate = { seconds: 12, basis: "rough" as const, cells: [] };
    const run = after(
      { type: "cell", label: "int4@cpu", status: "done", error: null },
      { type: "started", labels: ["int4@cpu", "w8@cpu"], questions: 7, estimate },
    );
    expect(run).toMatchObject({ phase: "measuring", making: null, questions: 7, remainingMs: 12_000 });
    expect(run.cells.map(({ label, status }) => [label, status])).toEqual([
      ["int4@cpu", "done"],
      ["w8@cpu", "waiting"],
    ]);
  });

  it("begins a process with loading, and ends what another cell was at", () => {
    const run = after(LAUNCH, PROGRESS, { ...LAUNCH, label: "int4@cpu", launchesDone: 1 });
    expect(of(run, "fp32@cpu").progress).toBeNull();
    expect(of(run, "int4@cpu").progress).toEqual({ pass: "load", done: 0, total: 1 });
    expect(run).toMatchObject({ launchesDone: 1, launchesTotal: 6 });
  });

  it("keeps progress and the time left", () => {
    const run = after(LAUNCH, PROGRESS);
    expect(of(run, "fp32@cpu").progress).toEqual({ pass: "forward", done: 1, total: 3 });
    expect(run.remainingMs).toBe(5000);
  });

  it("keeps why a cell failed, and no progress of it", () => {
    const error = { code: "OUT_OF_MEMORY" as const, message: "Leave out batch 32.", details: {} };
    const run = after(LAUNCH, PROGRESS, { type: "cell", label: "fp32@cpu", status: "failed", error });
    expect(of(run, "fp32@cpu")).toMatchObject({ status: "failed", error, progress: null });
  });

  it("adds what was measured, of questions the last sums alone", () => {
    const asked = (count: number): LiveRunEvent => ({
      type: "measured",
      label: "fp32@cpu",
      measured: {
        kind: "questions",
        asked: count,
        loglikelihoodCorrect: 1,
        generateCorrect: null,
        sameTop1: 0,
        compared: 0,
      },
    });
    const load: LiveRunEvent = {
      type: "measured",
      label: "fp32@cpu",
      measured: { kind: "load", loadMs: 3, steadyBytes: null, peakBytes: null },
    };
    expect(of(after(load, asked(10), load, asked(20)), "fp32@cpu").measured.map(({ kind }) => kind)).toEqual([
      "load",
      "load",
      "questions",
    ]);
  });

  it("joins samples, leaves out those that it has, and keeps the newest", () => {
    const samples = (...atMs: readonly number[]): LiveRunEvent => ({
      type: "samples",
      label: "fp32@cpu",
      samples: { atMs: [...atMs], residentBytes: atMs.map((at) => at * 10), tokensPerSecond: atMs.map(() => 0) },
    });
    const run = after(samples(1, 2), samples(2, 3), samples(1));
    expect(of(run, "fp32@cpu").samples).toMatchObject({ atMs: [1, 2, 3], residentBytes: [10, 20, 30] });
    const many = applyEvent(run, samples(...Array.from({ length: 1000 }, (_, index) => 10 + index)));
    expect(of(many, "fp32@cpu").samples.atMs).toHaveLength(600);
    expect(of(many, "fp32@cpu").samples.residentBytes.at(-1)).toBe(10_090);
    expect(of(applyEvent(many, LAUNCH), "fp32@cpu").samples.atMs).toEqual([]);
  });

  it("changes nothing that it was given", () => {
    const before = structuredClone(RUN);
    after(LAUNCH, PROGRESS);
    expect(RUN).toEqual(before);
  });
});

describe("applyEvent and the lab's own sum", () => {
  it("are the same after every event of two launches of two cells", () => {
    const { events, spec } = twoLaunchesOfTwoCells();
    const lab = new LiveRunState({ id: "r", model: "m", spec, resumed: false });
    let page = lab.snapshot();
    for (const event of events) {
      const told = lab.apply(event);
      if (told) page = applyEvent(page, told);
      expect(page, event.type).toEqual(lab.snapshot());
    }
  });

  it("are the same for a page that comes in the middle", () => {
    const { events, spec } = twoLaunchesOfTwoCells();
    for (let from = 1; from < events.length; from++) {
      const lab = new LiveRunState({ id: "r", model: "m", spec, resumed: false });
      for (const event of events.slice(0, from)) lab.apply(event);
      let page = lab.snapshot();
      for (const event of events.slice(from)) {
        const told = lab.apply(event);
        if (told) page = applyEvent(page, told);
      }
      expect(page).toEqual(lab.snapshot());
    }
  });
});

describe("settled", () => {
  const begun: LiveRun = {
    ...RUN,
    cancelling: true,
    cells: [
      cell("fp32@cpu", { status: "done" }),
      cell("w8@cpu", { status: "running", progress: { pass: "forward", done: 1, total: 3 } }),
      cell("int4@cpu"),
    ],
  };
  const statuses = (run: LiveRun): string[] => run.cells.map(({ status }) => status);

  it.each(["cancelled", "failed"] as const)("leaves nothing running of a run that was %s", (status) => {
    const run = settled(begun, [{ id: "r", status }]);
    expect(statuses(run)).toEqual(["done", status, "waiting"]);
    expect(run.cancelling).toBe(false);
    expect(run.cells.every(({ progress }) => progress === null)).toBe(true);
  });

  it("calls a run cancelled of whose end nothing is known", () => {
    expect(statuses(settled(begun, []))).toEqual(["done", "cancelled", "waiting"]);
    expect(statuses(settled(begun, [{ id: "other", status: "done" }]))).toEqual(["done", "cancelled", "waiting"]);
  });
});
