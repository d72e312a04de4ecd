import { describe, expect, it } from "vitest";
import { type LoadClock, watchBackgroundCpu } from "#core/measure/background-cpu.ts";

function clock(): { times: Record<"wall" | "busy" | "own", number>; clock: LoadClock } {
  const times = { wall: 5000, busy: 90_000, own: 700 };
  return { times, clock: { wallMs: () => times.wall, busyMs: () => times.busy, ownMs: () => times.own } };
}

describe("watchBackgroundCpu", () => {
  it("is the work of all cores without this process's own, per wall time", () => {
    const { times, clock: fake } = clock();
    const foreign = watchBackgroundCpu(fake);
    times.wall += 2000;
    times.busy += 3500;
    times.own += 2000;
    expect(foreign()).toBe(0.75);
  });

  it("is zero where this process did all the work", () => {
    const { times, clock: fake } = clock();
    const foreign = watchBackgroundCpu(fake);
    times.wall += 1000;
    times.busy += 1990;
    times.own += 2000;
    expect(foreign()).toBe(0);
  });

  it("says nothing of a block shorter than half a second", () => {
    const { times, clock: fake } = clock();
    const foreign = watchBackgroundCpu(fake);
    times.wall += 499;
    times.busy += 499;
    expect(foreign()).toBeNull();
  });

  it("reads the real machine's counters", async () => {
    const foreign = watchBackgroundCpu();
    await new Promise((resolve) => setTimeout(resolve, 520));
    const cores = foreign();
    expect(cores).not.toBeNull();
    expect(cores).toBeGreaterThanOrEqual(0);
    expect(cores).toBeLessThan(1024);
  });
});
