/** Run as on another machine (the project "elsewhere"): that the stand-in is one, for this process and for those it starts. */
import { execFileSync } from "node:child_process";
import { availableParallelism, freemem, hostname, totalmem } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultThreads, readEnvironment } from "#core/system/environment.ts";
import { MACHINES } from "./machines.mjs";

const machine = MACHINES[process.env.QUANTSCOPE_TEST_MACHINE!]!;
const ENVIRONMENT = join(import.meta.dirname, "..", "..", "src", "core", "system", "environment.ts");

describe("a test on another machine", () => {
  it("finds that machine's processors, memory and name", async () => {
    const { cpu, memoryBytes } = await readEnvironment("test");
    const { cpu: model, physicalCores, logicalCores } = machine;
    expect(cpu).toEqual({ model, physicalCores, logicalCores });
    expect([memoryBytes, totalmem(), freemem()]).toEqual([machine.memoryBytes, machine.memoryBytes, machine.freeBytes]);
    expect([hostname(), availableParallelism()]).toEqual([machine.host, logicalCores]);
    expect(await defaultThreads()).toBe(physicalCores);
  });

  it("has its time zone and its language", () => {
    const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
    // Node says the zone by the name that it had first.
    expect([timeZone, locale]).toEqual(["Asia/Katmandu", "de-DE"]);
  });

  it("starts processes that find the same", () => {
    const script = `import { readEnvironment } from ${JSON.stringify(ENVIRONMENT)};
      console.log(JSON.stringify([(await readEnvironment("test")).cpu.model, new Date(0).getHours(), process.availableMemory()]))`;
    const told = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    expect(JSON.parse(told)).toEqual([machine.cpu, 5, machine.freeBytes]);
  });
});
