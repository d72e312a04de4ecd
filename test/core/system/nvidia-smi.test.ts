import { describe, expect, it } from "vitest";
import { askNvidiaSmi, nvidiaSmi, parseDeviceMemory, parseGpus, parseProcessMemory } from "#core/system/nvidia-smi.ts";

const MEBIBYTE = 2 ** 20;
/** What nvidia-smi prints on stdout where it finds nothing, by its own words. */
const NO_DEVICES = "No devices were found\n";
const NO_DRIVER =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n";

describe("parseGpus", () => {
  it("reads name, driver and memory of each GPU", () => {
    expect(parseGpus("NVIDIA H200, 580.159.04, 143771\nNVIDIA GeForce RTX 4090, 580.159.04, 24564\n")).toEqual([
      { name: "NVIDIA H200", driver: "580.159.04", memoryBytes: 143_771 * MEBIBYTE },
      { name: "NVIDIA GeForce RTX 4090", driver: "580.159.04", memoryBytes: 24_564 * MEBIBYTE },
    ]);
  });

  it("reads the lines of Windows, and a name with a comma in it", () => {
    expect(parseGpus("Quadro, special, 551.61, 8192\r\n")).toEqual([
      { name: "Quadro, special", driver: "551.61", memoryBytes: 8192 * MEBIBYTE },
    ]);
  });

  it("leaves memory open where the driver does", () => {
    expect(parseGpus("NVIDIA GB10, 580.95.05, [N/A]\n")).toEqual([
      { name: "NVIDIA GB10", driver: "580.95.05", memoryBytes: null },
    ]);
  });

  it.each([
    ["nothing", ""],
    ["no device", NO_DEVICES],
    ["no driver", NO_DRIVER],
  ])("finds no GPU in the answer for %s", (_, text) => {
    expect(parseGpus(text)).toEqual([]);
  });
});

describe("parseProcessMemory", () => {
  const own = new Set([4321, 4400]);

  it("adds up what the processes have on all GPUs, and nobody else's", () => {
    expect(parseProcessMemory("4321, 1024\n999, 20000\n4321, 512\n4400, 6\n", own)).toBe(1542 * MEBIBYTE);
  });

  it("takes no process for another whose number begins alike", () => {
    expect(parseProcessMemory("43210, 1024\n432, 10\n", own)).toBeNull();
  });

  it.each([
    ["no process", ""],
    ["others only", "999, 20000\n"],
    ["Windows' display driver model", "4321, [N/A]\r\n"],
    ["a driver that hides it", "4321, [Insufficient Permissions]\n"],
    ["one GPU of two that does not say", "4321, 1024\n4321, [N/A]\n"],
    ["no device", NO_DEVICES],
    ["no driver", NO_DRIVER],
  ])("does not know for %s", (_, text) => {
    expect(parseProcessMemory(text, own)).toBeNull();
  });
});

describe("parseDeviceMemory", () => {
  it("adds up all GPUs", () => {
    expect(parseDeviceMemory("4\n")).toBe(4 * MEBIBYTE);
    expect(parseDeviceMemory("4\n1000\n0\n")).toBe(1004 * MEBIBYTE);
  });

  it.each([
    ["nothing", ""],
    ["a GPU without a number", "[N/A]\n"],
    ["one of two without a number", "4\n[N/A]\n"],
    ["no device", NO_DEVICES],
    ["no driver", NO_DRIVER],
  ])("does not know for %s", (_, text) => {
    expect(parseDeviceMemory(text)).toBeNull();
  });
});

describe("nvidiaSmi", () => {
  it("is null for a question that no nvidia-smi answers, installed or not", () => {
    expect(nvidiaSmi(["--query-gpu=nonsense"])).toBeNull();
  });
});

describe("askNvidiaSmi", () => {
  it("is null for a question that no nvidia-smi answers, installed or not", async () => {
    expect(await askNvidiaSmi(["--query-gpu=nonsense"])).toBeNull();
  });
});
