import { describe, expect, it } from "vitest";
import { collectGarbage, openGarbageWatch, openPeakMemory, residentParts } from "#core/measure/memory.ts";

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

describe("residentParts", () => {
  const status = (swap: string): string =>
    `Name:\tnode\nVmRSS:\t  3000 kB\nRssAnon:\t  2000 kB\nRssFile:\t   900 kB\nRssShmem:\t 100 kB\n${swap}`;

  it("tells memory of its own from pages of files", () => {
    expect(residentParts(status("VmSwap:\t       0 kB\n"))).toEqual({
      anonymousBytes: 2000 * 1024,
      fileBytes: 900 * 1024,
      swapped: false,
    });
  });

  it("notices a part that was swapped out", () => {
    expect(residentParts(status("VmSwap:\t       4 kB\n")).swapped).toBe(true);
  });

  it("says nothing where the system does not tell", () => {
    const nothing = { anonymousBytes: null, fileBytes: null, swapped: false };
    expect(residentParts("Name:\tnode\n")).toEqual(nothing);
    expect(residentParts(null)).toEqual(nothing);
  });

  it.runIf(process.platform === "linux")("counts a touched buffer as memory of its own", () => {
    collectGarbage();
    const before = residentParts();
    const buffer = touch(50);
    const after = residentParts();
    expect(after.anonymousBytes! - before.anonymousBytes!).toBeGreaterThan(45 * MEBIBYTE);
    expect(after.fileBytes! - before.fileBytes!).toBeLessThan(10 * MEBIBYTE);
    expect(buffer.at(-1)).toBe(1);
  });
});

describe("openGarbageWatch", () => {
  it("collects when buffers have grown beyond the limit, not before", () => {
    collectGarbage();
    const held = (): number => process.memoryUsage().arrayBuffers;
    const start = held();
    const watch = openGarbageWatch(40 * MEBIBYTE);
    (() => touch(30))();
    watch();
    expect(held() - start).toBeGreaterThan(25 * MEBIBYTE);
    (() => touch(30))();
    watch();
    // One of the two may still lie on the stack.
    expect(held() - start).toBeLessThan(40 * MEBIBYTE);
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
