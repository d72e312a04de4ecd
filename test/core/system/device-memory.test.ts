import { describe, expect, it } from "vitest";
import { openDeviceMemory } from "#core/system/device-memory.ts";
import type { NvidiaSmi } from "#core/system/nvidia-smi.ts";

const MEBIBYTE = 2 ** 20;
const PID = 4321;

/** An nvidia-smi whose answers a test changes. */
function smi(answers: { device: string | null; process: string | null }): NvidiaSmi {
  return (args) => (args[0]!.startsWith("--query-compute-apps") ? answers.process : answers.device);
}

describe("openDeviceMemory", () => {
  it("reads the process's own memory where it is listed", () => {
    const probe = openDeviceMemory("cuda", [PID], smi({ device: "9000", process: `${PID}, 700\n1, 8000` }))!;
    expect(probe.kind).toBeNull();
    expect(probe.sample()).toEqual({ usedBytes: 700 * MEBIBYTE });
    expect(probe.kind).toBe("nvidia-smi process");
  });

  it("takes the whole device from before the session on where processes are not told, and says so", () => {
    const answers = { device: "9000", process: `${PID}, [N/A]` };
    const probe = openDeviceMemory("webgpu", [PID], smi(answers))!;
    answers.device = "9640";
    expect(probe.sample()).toEqual({ usedBytes: 640 * MEBIBYTE });
    expect(probe.kind).toBe("nvidia-smi device");
  });

  it("never mixes the two kinds: one that is gone is no answer", () => {
    const answers = { device: "9000", process: `${PID}, 700` };
    const probe = openDeviceMemory("cuda", [PID], smi(answers))!;
    probe.sample();
    answers.process = "";
    expect(probe.sample()).toBeNull();
    expect(probe.kind).toBe("nvidia-smi process");
  });

  it("is not below zero when others freed memory meanwhile", () => {
    const answers = { device: "9000", process: "" };
    const probe = openDeviceMemory("cuda", [PID], smi(answers))!;
    answers.device = "100";
    expect(probe.sample()).toEqual({ usedBytes: 0 });
  });

  it("does not know without nvidia-smi, nor when it was there only later", () => {
    const answers: { device: string | null; process: string | null } = { device: null, process: null };
    const probe = openDeviceMemory("cuda", [PID], smi(answers))!;
    expect(probe.sample()).toBeNull();
    answers.device = "5000";
    expect(probe.sample()).toBeNull();
    expect(probe.kind).toBeNull();
  });

  it.each(["cpu", "coreml"] as const)("has nothing to read for %s, whose memory is the main memory", (provider) => {
    expect(openDeviceMemory(provider)).toBeNull();
  });
});
