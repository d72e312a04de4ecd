import { afterEach, describe, expect, it, vi } from "vitest";
import { LabError } from "#shared/errors.ts";
import type { WorkerMessage } from "#core/runs/protocol.ts";
import { type CellOutcome, runCell, type RunCellOptions } from "#core/runs/run-cell.ts";
import type { ExitReason, Spawner } from "#core/runs/spawner.ts";
import { cellJob } from "./sample-job.ts";

/** A child that does what the test says, and dies when it is killed unless it is deaf. */
function fakeChild(deaf = false) {
  let hear: (message: WorkerMessage) => void = () => undefined;
  let exit: (reason: ExitReason) => void = () => undefined;
  const child = {
    started: 0,
    kills: 0,
    say: (message: WorkerMessage) => {
      hear(message);
    },
    die: (reason: Partial<ExitReason> = {}) => {
      exit({ code: null, signal: null, stderr: "", ...reason });
    },
  };
  const spawner: Spawner = {
    launcher: "fake",
    start: () => {
      child.started++;
      return {
        pid: 1,
        send: () => undefined,
        onMessage: (listener) => (hear = listener),
        onExit: (listener) => (exit = listener),
        kill: () => {
          child.kills++;
          if (!deaf) child.die({ signal: "SIGKILL" });
        },
      };
    },
  };
  return { child, spawner };
}

const progress: WorkerMessage = { type: "progress", pass: "load", done: 0, total: 1 };

function start(
  spawner: Spawner,
  extra: Partial<RunCellOptions> = {},
): { outcome: Promise<CellOutcome>; heard: WorkerMessage[]; controller: AbortController } {
  const heard: WorkerMessage[] = [];
  const controller = new AbortController();
  const outcome = runCell({
    spawner,
    job: cellJob(),
    timeoutSeconds: undefined,
    signal: controller.signal,
    onMessage: (message) => heard.push(message),
    ...extra,
  });
  return { outcome, heard, controller };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("runCell", () => {
  it("passes on how much slower the processor got", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.say({ type: "done", canaryDrift: 0.07 });
    expect(await outcome).toMatchObject({ canaryDrift: 0.07 });
  });

  it("tells of a child that sends nothing, again and again, and that it is heard once more; it ends none", async () => {
    vi.useFakeTimers();
    const { child, spawner } = fakeChild();
    const told: (number | null)[] = [];
    const { outcome } = start(spawner, { onSilence: (seconds) => told.push(seconds) });
    vi.advanceTimersByTime(29_000);
    child.say(progress);
    vi.advanceTimersByTime(29_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([30]);
    vi.advanceTimersByTime(60_000);
    child.say(progress);
    expect(told).toEqual([30, 60, 90, null]);
    vi.advanceTimersByTime(31_000);
    expect(child.kills).toBe(0);
    child.say({ type: "done", canaryDrift: null });
    vi.advanceTimersByTime(120_000);
    expect((await outcome).status).toBe("done");
    expect(told).toEqual([30, 60, 90, null, 30, null]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("names the library that a provider lacks, which only stderr tells", async () => {
    const { child, spawner } = fakeChild(true);
    const { outcome } = start(spawner);
    const error = { code: "PROVIDER_UNAVAILABLE" as const, message: "CUDA does not work here.", details: {} };
    child.say({ type: "failed", error });
    child.die({ code: 1, stderr: "libcublasLt.so.13: cannot open shared object file: No such file or directory" });
    expect((await outcome).error!.message).toBe(
      "CUDA does not work here. (libcublasLt.so.13 is missing or cannot be loaded.)",
    );
  });

  it("names the cell's limit when its last launch had less time left", async () => {
    const { outcome } = start(fakeChild().spawner, { timeoutSeconds: 0.001, limitSeconds: 600 });
    expect((await outcome).error).toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("limit of 600 s") as string,
    });
  });

  it("is done when the child says so, and passes on what came before, in order", async () => {
    const { child, spawner } = fakeChild();
    const { outcome, heard } = start(spawner);
    child.say(progress);
    child.say({ ...progress, done: 1 });
    child.say({ type: "done", canaryDrift: null });
    expect(await outcome).toEqual({ status: "done", error: null, canaryDrift: null });
    expect(heard).toEqual([progress, { ...progress, done: 1 }]);
  });

  it("does not wait for a child that hangs after its last word", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.say({ type: "done", canaryDrift: null });
    expect((await outcome).status).toBe("done");
    expect(child.kills).toBe(1);
  });

  it("stays done when the child then crashes while it ends", async () => {
    const { child, spawner } = fakeChild(true);
    const { outcome } = start(spawner);
    child.say({ type: "done", canaryDrift: null });
    child.die({ code: 139, stderr: "free(): invalid pointer" });
    expect(await outcome).toEqual({ status: "done", error: null, canaryDrift: null });
  });

  it("fails with the child's own error", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    const error = new LabError("TOKENIZER_INVALID", "no tokenizer", { file: "x" }).toEnvelope();
    child.say({ type: "failed", error });
    expect(await outcome).toEqual({ status: "failed", error, canaryDrift: null });
  });

  it("tells the exit code and the last lines of a child that died without a word", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.die({ code: 7, stderr: ["one", "two", "three", "four", "five", "six"].join("\n") });
    expect(await outcome).toMatchObject({
      status: "failed",
      error: {
        code: "WORKER_DIED",
        message: "The measuring process ended with exit code 7. It wrote: two three four five six.",
        details: { code: 7, signal: null },
      },
    });
  });

  it("guesses that memory ran out when somebody else sent SIGKILL", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.die({ signal: "SIGKILL" });
    const { error } = await outcome;
    expect(error).toMatchObject({ code: "WORKER_DIED" });
    expect(error!.message).toMatch(/was killed \(SIGKILL\).*most often because memory ran out/);
  });

  it("does not guess about another signal", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.die({ signal: "SIGSEGV" });
    expect((await outcome).error!.message).toBe("The measuring process was killed (SIGSEGV).");
  });

  it.each([
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    "mmap: Cannot allocate memory",
  ])("says that memory ran out when the last words were: %s", async (stderr) => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.die({ signal: "SIGABRT", stderr });
    const { error } = await outcome;
    expect(error!.code).toBe("OUT_OF_MEMORY");
    expect(error!.message).toContain(stderr);
    expect(error!.message).toContain("smaller batch sizes");
  });

  it("says that a child could not be started when it ended without code and signal", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner);
    child.die({ stderr: "spawn node ENOENT" });
    expect((await outcome).error!.message).toMatch(/could not be started.*spawn node ENOENT/);
  });

  it("ends a child at its time limit", async () => {
    vi.useFakeTimers();
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner, { timeoutSeconds: 2 });
    await vi.advanceTimersByTimeAsync(1999);
    expect(child.kills).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(child.kills).toBe(1);
    expect(await outcome).toMatchObject({
      status: "failed",
      error: { code: "TIMEOUT", message: expect.stringContaining("limit of 2 s (limits.cellSeconds)") as string },
    });
  });

  it("does not take a limit beyond what timers can hold for none at all", async () => {
    vi.useFakeTimers();
    const { child, spawner } = fakeChild();
    start(spawner, { timeoutSeconds: 3_000_000 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(child.kills).toBe(0);
  });

  it("leaves no timer behind", async () => {
    vi.useFakeTimers();
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner, { timeoutSeconds: 2 });
    child.say({ type: "done", canaryDrift: null });
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
  });

  it("starts nothing when the run was cancelled before", async () => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner, { signal: AbortSignal.abort() });
    expect(await outcome).toMatchObject({ status: "cancelled", error: { code: "CANCELLED" } });
    expect(child.started).toBe(0);
  });

  it("kills the child when the run is cancelled, and ignores what it still had to say", async () => {
    const { child, spawner } = fakeChild(true);
    const { outcome, heard, controller } = start(spawner);
    child.say(progress);
    controller.abort();
    child.say({ ...progress, done: 1 });
    child.say({ type: "done", canaryDrift: null });
    child.die({ signal: "SIGKILL" });
    expect(await outcome).toMatchObject({ status: "cancelled", error: { code: "CANCELLED" } });
    expect(heard).toEqual([progress]);
  });

  it("stays done when the run is cancelled after the child's last word", async () => {
    const { child, spawner } = fakeChild(true);
    const { outcome, controller } = start(spawner);
    child.say({ type: "done", canaryDrift: null });
    controller.abort();
    child.die({ signal: "SIGKILL" });
    expect(await outcome).toEqual({ status: "done", error: null, canaryDrift: null });
  });

  it.each([
    [new LabError("DISK_FULL", "The disk is full."), "DISK_FULL", "The disk is full."],
    [new Error("a bug"), "INTERNAL", "a bug"],
    ["thrown text", "INTERNAL", "thrown text"],
    [undefined, "INTERNAL", "undefined"],
  ])("ends the cell when storing throws %s", async (thrown, code, message) => {
    const { child, spawner } = fakeChild();
    const { outcome } = start(spawner, {
      onMessage: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a library may throw anything
        throw thrown;
      },
    });
    child.say(progress);
    expect(await outcome).toMatchObject({ status: "failed", error: { code, message } });
    expect(child.kills).toBe(1);
  });

  it("fails, and does not reject, when no child can be started", async () => {
    const spawner: Spawner = {
      launcher: "none",
      start: () => {
        throw new Error("too many processes");
      },
    };
    expect(await start(spawner).outcome).toMatchObject({
      status: "failed",
      error: { code: "WORKER_DIED", message: expect.stringContaining("too many processes") as string },
    });
  });
});
