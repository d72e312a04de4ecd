/**
 * WebGPU on machines without a GPU: Chromium's software Vulkan, which the browser tests carry anyway. The kernels, the way
 * to the device and the placement are the real ones; only the device is slow.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProviderProbe } from "#shared/providers/probe.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { appRoot } from "#core/system/app-version.ts";
import { probeProviders } from "#core/system/provider-probe.ts";
import { scratchDir, WORKER } from "../helpers/lab.ts";

const HERE = process.platform === "linux" && process.arch === "x64";

/** Unpacks loader and driver; returns their folder. */
function softwareVulkan(): string {
  const dir = scratchDir();
  const archive = join(appRoot(), "node_modules", "@sparticuz", "chromium", "bin", "swiftshader.tar.br");
  execFileSync("tar", ["-xf", "-", "-C", dir], { input: brotliDecompressSync(readFileSync(archive)) });
  const ICD = { library_path: join(dir, "libvk_swiftshader.so"), api_version: "1.3.0" };
  writeFileSync(join(dir, "icd.json"), JSON.stringify({ file_format_version: "1.0.0", ICD }));
  return dir;
}

async function probeWebGpu(libraries: string, driver: string): Promise<ProviderProbe> {
  // The loader of libraries reads its path when a process starts: it counts for the probing child.
  vi.stubEnv("LD_LIBRARY_PATH", libraries);
  for (const name of ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]) vi.stubEnv(name, driver);
  const { signal } = new AbortController();
  const { providers } = await probeProviders({ spawner: forkSpawner(WORKER), signal, temporaryDir: scratchDir() });
  return providers.find(({ provider }) => provider === "webgpu")!;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

// Software shaders are compiled on one core: seconds when the machine is free, many when it is not.
describe.runIf(HERE)("probeProviders with software Vulkan", { timeout: 120_000 }, () => {
  it("tells formats that run on WebGPU from those that fall back and those that the device refuses", async () => {
    const dir = softwareVulkan();
    const { usable, squares } = await probeWebGpu(dir, join(dir, "icd.json"));
    expect(usable).toBe(true);
    const square = (format: string) => squares.find((each) => each.format === format)!;
    for (const format of ["fp32", "w8", "int4", "nf4", "fp4"]) {
      expect(square(format)).toMatchObject({ format, status: "works" });
      expect(Object.keys(square(format).placement)).toEqual(["WebGpuExecutionProvider"]);
    }
    for (const format of ["int8", "uint8"]) {
      expect(square(format)).toMatchObject({ format, status: "falls back" });
      expect(square(format).placement.CPUExecutionProvider).toBeGreaterThan(0);
    }
    // SwiftShader has no float16 arithmetic.
    for (const format of ["fp16", "int4f16"]) {
      expect(square(format)).toMatchObject({ format, status: "refused" });
      expect(square(format).reason).toContain("f16");
    }
  });

  it("has no device where Vulkan is there and no driver", async () => {
    const { usable, reason, remedy, squares } = await probeWebGpu(softwareVulkan(), "/nowhere.json");
    expect(usable).toBe(false);
    expect(new Set(squares.map(({ status }) => status))).toEqual(new Set(["no device"]));
    expect(reason).toContain("No supported adapters");
    expect(remedy).toContain("Vulkan");
  });
});
