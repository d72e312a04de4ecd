import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  isAlive,
  isOfAnotherBoot,
  isRunning,
  parentOf,
  sameStart,
  startOf,
  thisProcess,
} from "#core/system/process-identity.ts";

/** A process that does nothing until the test ends it. */
function idleProcess(): { pid: number; end: () => Promise<void> } {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  const closed = once(child, "close");
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return {
    pid: child.pid!,
    end: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

describe("isRunning", () => {
  it("knows this process and its children, and that an ended one is gone", async () => {
    expect(isRunning(thisProcess())).toBe(true);
    const child = idleProcess();
    const identity = { pid: child.pid, start: startOf(child.pid) };
    expect(identity.start).not.toBeNull();
    expect(isRunning(identity)).toBe(true);
    await child.end();
    expect(isRunning(identity)).toBe(false);
    expect(startOf(child.pid)).toBeNull();
  });

  it("takes a process that has the number of an earlier one for another", () => {
    const start = "2026-11-30T10:00:00.000Z";
    expect(isRunning({ pid: process.ppid, start }, { now: () => "2026-11-30T12:00:00.000Z" })).toBe(false);
    expect(isRunning({ pid: process.pid, start: "an earlier boot/17" })).toBe(false);
  });

  it("goes by the number where a start is not known, then or now", () => {
    expect(isRunning({ pid: process.ppid, start: null })).toBe(true);
    expect(isRunning({ pid: process.ppid, start: "b/1" }, { now: () => null })).toBe(true);
  });
});

describe("sameStart", () => {
  it.each([
    ["b/17", "b/17", true],
    ["b/17", "b/18", false],
    ["b/17", "c/17", false],
    ["2026-11-30T10:00:00.000Z", "2026-11-30T10:00:01.000Z", true],
    ["2026-11-30T10:00:00.000Z", "2026-11-30T10:01:00.000Z", false],
    ["2026-11-30T10:00:00.000Z", "b/17", false],
  ])("%s and %s: %s", (one, other, same) => {
    expect(sameStart(one, other)).toBe(same);
  });
});

describe("isOfAnotherBoot", () => {
  it("tells an earlier boot, or another machine's, where starts say it", () => {
    expect(isOfAnotherBoot(thisProcess().start)).toBe(false);
    expect(isOfAnotherBoot(null)).toBe(false);
    expect(isOfAnotherBoot("2026-11-30T10:00:00.000Z")).toBe(false);
    expect(isOfAnotherBoot("another boot/17")).toBe(process.platform === "linux");
  });
});

describe("parentOf", () => {
  it.skipIf(process.platform === "win32")("gives the process that started another", () => {
    expect(parentOf(idleProcess().pid)).toBe(process.pid);
    expect(parentOf(2 ** 31 - 2)).toBeNull();
  });
});

describe("isAlive", () => {
  it("goes by the number alone", () => {
    expect([process.pid, process.ppid, 2 ** 31 - 2].map(isAlive)).toEqual([true, true, false]);
  });
});
