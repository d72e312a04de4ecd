import { describe, expect, it } from "vitest";
import type { ProbeReport, ProbeSquare } from "#shared/providers/probe.ts";
import { providersText } from "../../src/cli/providers-text.ts";

const square = (format: ProbeSquare["format"], change: Partial<ProbeSquare> = {}): ProbeSquare => ({
  format,
  status: "works",
  reason: null,
  relativeError: 0,
  tolerance: 0.002,
  placement: {},
  loadMs: 1,
  ...change,
});
const gone = (status: ProbeSquare["status"], reason: string): ProbeSquare[] =>
  (["fp32", "int8"] as const).map((format) => square(format, { status, reason, relativeError: null }));

const report: ProbeReport = {
  schemaVersion: 1,
  probedAt: "2026-11-21T09:00:00.000Z",
  platform: "linux-x64",
  onnxruntime: "1.30.0",
  gpus: [{ name: "NVIDIA H200", driver: "580.159.04", memoryBytes: 1024 * 2 ** 20 }],
  providers: [
    {
      provider: "cpu",
      label: "CPU",
      usable: true,
      reason: null,
      remedy: null,
      squares: [square("fp32"), square("int8", { relativeError: 0.0178 })],
    },
    {
      provider: "cuda",
      label: "CUDA",
      usable: true,
      reason: null,
      remedy: null,
      squares: [
        square("fp32", { relativeError: 8e-4 }),
        square("int8", { status: "falls back", reason: "3 of 13 nodes ran on another provider", relativeError: 0.02 }),
      ],
    },
    {
      provider: "webgpu",
      label: "WebGPU",
      usable: false,
      reason: "No supported adapters",
      remedy: "Install a driver.",
      squares: gone("no device", "No supported adapters"),
    },
    {
      provider: "coreml",
      label: "Core ML",
      usable: false,
      reason: null,
      remedy: null,
      squares: [gone("crashed", "the process was ended by SIGSEGV")[0]!, gone("refused", "no kernel")[1]!],
    },
  ],
};

describe("providersText", () => {
  const lines = providersText(report).split("\n");

  it("has a row for each format and a column for each provider that works", () => {
    expect(lines.find((line) => line.startsWith("format"))).toMatch(/^format\s+CPU\s+CUDA$/);
    expect(lines.find((line) => line.startsWith("fp32"))).toMatch(/works 0\s+works 8e-4$/);
    expect(lines.find((line) => line.startsWith("int8"))).toMatch(/works 2e-2\s+falls back 2e-2$/);
  });

  it("says why a square is less than it could be", () => {
    expect(lines).toContain("CUDA int8 falls back: 3 of 13 nodes ran on another provider.");
  });

  it("has a line for each provider that does not work, with the remedy where there is one", () => {
    expect(lines).toContain("WebGPU: no device: No supported adapters. Install a driver.");
    expect(lines).toContain("Core ML fp32 crashed: the process was ended by SIGSEGV.");
    expect(lines).toContain("Core ML int8 refused: no kernel.");
  });

  it("names the GPUs", () => {
    expect(lines).toContain("NVIDIA H200, 1,024 MiB, driver 580.159.04");
  });
});
