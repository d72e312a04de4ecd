import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunEstimate } from "#core/runs/estimate.ts";
import type { RunEvent } from "#core/runs/execute.ts";
import { openProgressLine, type ProgressLine } from "../../src/cli/progress-line.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function open(terminal: { isTTY: boolean; columns?: number }): { line: ProgressLine; written: () => string } {
  let text = "";
  const stream = { ...terminal, write: (part: string) => ((text += part), true) } as unknown as NodeJS.WriteStream;
  const written = (): string => {
    const all = text;
    text = "";
    return all;
  };
  return { line: openProgressLine(stream), written };
}

const GIB = 2 ** 30;
const estimate: RunEstimate = {
  seconds: 75,
  cells: [{ label: "fp32@cpu", seconds: 75, peakBytes: GIB, peakMeasured: false, basis: "rough" }],
  freeBytes: 8 * GIB,
  basis: "rough",
};
const ESTIMATE =
  "about 1 min 15 s, up to 1,024 MiB of memory of 8,192 MiB free; a rough guess: nothing was measured on this machine yet\n";
const started: RunEvent = {
  type: "started",
  runId: "r1",
  labels: ["fp32@cpu", "int4@cpu"],
  questions: 1600,
  duplicates: 0,
  estimate,
};
const launch: RunEvent = { type: "launch", label: "int4@cpu", kind: "timing", launch: 1, done: 1, total: 12 };
const progress = (done: number, remainingMs = 75_000): RunEvent => ({
  type: "progress",
  label: "int4@cpu",
  pass: "questions",
  done,
  total: 1600,
  remainingMs,
});
const CLEAR = "\r\x1b[K";

describe("openProgressLine", () => {
  it("says that a run waits for its store, and that it does no longer", () => {
    const { line, written } = open({ isTTY: false });
    line.onEvent({ type: "waiting", waiting: true });
    expect(written()).toMatch(/^waiting for the store, locked by another program;.*\n$/);
    line.onEvent({ type: "waiting", waiting: false });
    expect(written()).toMatch(/^the store is free again.*\n$/);
  });
});

describe("openProgressLine in a terminal", () => {
  it("says that a worker is silent, on a line of its own, and nothing when it is over", () => {
    const { line, written } = open({ isTTY: true, columns: 100 });
    line.onEvent({ type: "silent", label: "int4@cpu", seconds: 30 });
    line.onEvent({ type: "silent", label: "int4@cpu", seconds: null });
    expect(written()).toBe(
      "int4@cpu: the worker has sent nothing for 30 s; it is left running, Ctrl-C stops the run\n",
    );
  });

  it("shows what would steer the terminal", () => {
    const { line, written } = open({ isTTY: true, columns: 100 });
    const error = { code: "WORKER_DIED" as const, message: "It wrote:\u001b[2J\u202e", details: {} };
    line.onEvent({ type: "cell", label: "int4@cpu", status: "failed", error });
    expect(written()).toBe("int4@cpu failed: It wrote:\\x1b[2J\\u202e [WORKER_DIED]\n");
  });

  it("redraws one line: cell, pass, how far, how long", () => {
    const { line, written } = open({ isTTY: true, columns: 100 });
    line.onEvent(started);
    expect(written()).toBe(`run r1: fp32@cpu, int4@cpu; 1,600 questions\n${ESTIMATE}`);
    line.onEvent(launch);
    line.onEvent(progress(16));
    expect(written()).toBe("[2/12] int4@cpu: questions 16/1600, about 1 min 15 s left");
    line.end();
    expect(written()).toBe(CLEAR);
    line.end();
    expect(written()).toBe("");
  });

  it("warns of questions that are asked twice", () => {
    const { line, written } = open({ isTTY: true, columns: 100 });
    line.onEvent({ ...started, duplicates: 3 });
    expect(written()).toMatch(
      /^run .*\nwarning: 3 of 1,600 questions repeat another one: they count twice, so that the interval comes out too narrow\nabout /,
    );
  });

  it("never wraps: a line is shorter than the terminal is wide", () => {
    const { line, written } = open({ isTTY: true, columns: 30 });
    line.onEvent(progress(16));
    expect(written()).toHaveLength(29);
  });

  it("puts what must stay on a line of its own", () => {
    const { line, written } = open({ isTTY: true, columns: 100 });
    line.onEvent(progress(16));
    written();
    const error = { code: "TIMEOUT" as const, message: "Too late.", details: {} };
    line.onEvent({ type: "cell", label: "int4@cpu", status: "failed", error });
    expect(written()).toBe(`${CLEAR}int4@cpu failed: Too late. [TIMEOUT]\n`);
  });

  it("warns before a run that needs more memory than is free", () => {
    const { line, written } = open({ isTTY: true });
    line.onEvent({ ...started, estimate: { ...estimate, freeBytes: GIB / 2, basis: "measured" } });
    expect(written()).toContain(
      "(more than is free: large batch sizes will be left out); from earlier runs of these files",
    );
  });

  it("says nothing of a cell that goes well", () => {
    const { line, written } = open({ isTTY: true });
    line.onEvent({ type: "cell", label: "int4@cpu", status: "done", error: null });
    expect(written()).toBe("");
  });

  it("shows how much of a variant is made", () => {
    const { line, written } = open({ isTTY: true, columns: 100 });
    line.onEvent({ type: "making", format: "int4", progress: null });
    expect(written()).toBe("making the int4 variant");
  });
});

describe("openProgressLine without a terminal", () => {
  it("writes a line at once, then at most one in five seconds, and the start of each pass", () => {
    const { line, written } = open({ isTTY: false });
    line.onEvent({ type: "making", format: "int4", progress: null });
    expect(written()).toBe("making the int4 variant\n");
    line.onEvent(progress(16));
    expect(written()).toBe("");
    vi.advanceTimersByTime(4999);
    line.onEvent(progress(32));
    expect(written()).toBe("");
    vi.advanceTimersByTime(1);
    line.onEvent(progress(48));
    expect(written()).toBe("int4@cpu: questions 48/1600, about 1 min 15 s left\n");
    line.onEvent(progress(0));
    expect(written()).toBe("int4@cpu: questions 0/1600, about 1 min 15 s left\n");
  });

  it("writes no control characters, and nothing at the end", () => {
    const { line, written } = open({ isTTY: false });
    line.onEvent(started);
    line.onEvent(progress(0));
    line.note("cancelling ...");
    line.end();
    expect(written()).not.toMatch(/[\x1b\r]/);
  });

  it.each([
    [0, "run r1: fp32@cpu\n"],
    [1, "run r1: fp32@cpu; 1 question\n"],
  ])("reads well with %d questions", (questions, text) => {
    const { line, written } = open({ isTTY: false });
    line.onEvent({ type: "started", runId: "r1", labels: ["fp32@cpu"], questions, duplicates: 0, estimate });
    expect(written()).toBe(text + ESTIMATE);
  });
});
