import { availableParallelism } from "node:os";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentSchema } from "#shared/results.ts";
import { appRoot, appVersion } from "#core/system/app-version.ts";
import { defaultThreads, powerSource, processor, readEnvironment } from "#core/system/environment.ts";

describe("readEnvironment", () => {
  it("says what results.json needs", async () => {
    const environment = await readEnvironment("fork");
    expect(environmentSchema.parse(environment)).toEqual(environment);
    expect(environment.runtime).toMatchObject({ node: process.versions.node, launcher: "fork" });
    expect(environment.os).toMatchObject({ platform: process.platform, arch: process.arch });
  });

  it("names the version of ONNX Runtime that is installed", async () => {
    const file = join(appRoot(), "node_modules", "onnxruntime-node", "package.json");
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
    expect((await readEnvironment("fork")).runtime.onnxruntime).toBe(version);
  });

  it("tells the machine apart without naming it, the same each time", async () => {
    const { machineId } = await readEnvironment("fork");
    expect(machineId).toMatch(/^[0-9a-f]{16}$/);
    expect((await readEnvironment("other")).machineId).toBe(machineId);
  });
});

describe("processor", () => {
  const read = { manufacturer: "Intel", brand: "Xeon", physicalCores: 2 };
  const four = Array.from({ length: 4 }, () => " Intel(R) Xeon(R) Processor @ 2.20GHz ");

  it("is called as the system calls each of its cores", () => {
    expect(processor(four, read, 4)).toEqual({
      model: "Intel(R) Xeon(R) Processor @ 2.20GHz",
      physicalCores: 2,
      logicalCores: 4,
    });
  });

  it("has no more cores than this process is let use", () => {
    expect(processor(four, { ...read, physicalCores: 64 }, 3).physicalCores).toBe(3);
    expect(processor(four, read, 1).physicalCores).toBe(1);
  });

  it("is called by what else is known where the system has no name, as on ARM", () => {
    const arm = { manufacturer: "ARM", brand: "Cortex-A76", physicalCores: 4 };
    expect(processor(["unknown", "unknown"], arm, 2).model).toBe("ARM Cortex-A76");
    expect(processor([""], { ...arm, manufacturer: "", brand: "" }, 2).model).toBe("unknown");
  });

  it("has as many cores as threads may run where nothing is told of them", () => {
    const cpu = processor([], { manufacturer: "", brand: "", physicalCores: 0 }, 6);
    expect(cpu).toEqual({ model: "unknown", physicalCores: 6, logicalCores: 6 });
  });
});

describe("powerSource", () => {
  it("is what feeds a machine that has a battery", () => {
    expect(powerSource({ hasBattery: true, acConnected: true })).toBe("mains");
    expect(powerSource({ hasBattery: true, acConnected: false })).toBe("battery");
  });

  it("is unknown without one", () => {
    expect(powerSource({ hasBattery: false, acConnected: true })).toBeNull();
  });
});

describe("defaultThreads", () => {
  it("is at least one and no more than this process may run at once", async () => {
    const threads = await defaultThreads();
    expect(Number.isInteger(threads)).toBe(true);
    expect(threads).toBeGreaterThanOrEqual(1);
    expect(threads).toBeLessThanOrEqual(availableParallelism());
  });
});

describe("appVersion", () => {
  it("is package.json's, found from wherever the code is, with the commit of a checkout", () => {
    const { version } = JSON.parse(readFileSync(join(appRoot(), "package.json"), "utf8")) as { version: string };
    expect(appVersion().version).toBe(version);
    if (existsSync(join(appRoot(), ".git"))) expect(appVersion().commit).toMatch(/^[0-9a-f]{40}$/);
    else expect(appVersion().commit).toBeNull();
  });
});
