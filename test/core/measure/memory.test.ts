import { describe, expect, it } from "vitest";
import { collectGarbage, openPeakMemory } from "#core/measure/memory.ts";

const MEBIBYTE = 2 ** 20;

/** Touches `mebibytes` outside the JavaScript heap, so that they are resident, and gives them back to the caller. */
const touch = (mebibytes: number): Buffer => Buffer.alloc(mebibytes * MEBIBYTE, 1);

describe("openPeakMemory", () => {
  const memory = openPeakMemory();

  it("shows a buffer of 100 MiB in the resident memory", () => {
    collectGarbage();
    const before = memory.residentBytes();
    const buffer = touch(100);
    expect(memory.residentBytes() - before).toBeGreaterThan(95 * MEBIBYTE);
    expect(memory.residentBytes() - before).toBeLessThan(130 * MEBIBYTE);
    expect(buffer.at(-1)).toBe(1);
  });

  it("remembers the peak after the memory is gone", () => {
    collectGarbage();
    memory.reset();
    const before = memory.residentBytes();
    touch(100);
    collectGarbage();
    expect(memory.peakBytes() - before).toBeGreaterThan(95 * MEBIBYTE);
  });

  it("never has a peak below what is resident", () => {
    const resident = memory.residentBytes();
    // The kernel counts per CPU and adds up in batches: a few pages may be missing.
    expect(memory.peakBytes()).toBeGreaterThan(resident - 2 * MEBIBYTE);
  });

  it.runIf(memory.source === "VmHWM")("forgets the peak when it is reset", () => {
    touch(100);
    collectGarbage();
    const peak = memory.peakBytes();
    memory.reset();
    expect(peak - memory.peakBytes()).toBeGreaterThan(80 * MEBIBYTE);
    expect(memory.peakBytes()).toBeLessThan(memory.residentBytes() + 10 * MEBIBYTE);
  });

  it.runIf(process.platform === "linux")("has a peak that can be reset wherever the kernel lets it", () => {
    expect(["VmHWM", "maxRSS"]).toContain(memory.source);
    expect(memory.peakBytes()).toBeGreaterThan(10 * MEBIBYTE);
  });
});

describe("collectGarbage", () => {
  it("frees what nothing refers to", async () => {
    const freed: string[] = [];
    const registry = new FinalizationRegistry<string>((name) => freed.push(name));
    (() => {
      registry.register({}, "garbage");
    })();
    for (let attempt = 0; attempt < 50 && freed.length === 0; attempt++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(freed).toEqual(["garbage"]);
  });
});
