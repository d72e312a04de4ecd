import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { probeReportSchema } from "#shared/providers/probe.ts";
import { scratchDir } from "../helpers/lab.ts";

const CLI = join(import.meta.dirname, "..", "..", "out", "main", "cli.js");

/** The built command line in a process of its own. */
function quantscope(home: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, "--home", home, ...args], { cwd: scratchDir(), encoding: "utf8" });
}

describe("quantscope providers", () => {
  it("prints one JSON document with --json, and needs no data folder", () => {
    const home = join(scratchDir(), "home");
    const { status, stdout, stderr } = quantscope(home, "providers", "--json");
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const report = probeReportSchema.parse(JSON.parse(stdout));
    expect(report.providers[0]).toMatchObject({ provider: "cpu", usable: true });
    expect(existsSync(home)).toBe(false);
  });

  it("prints a table for people", () => {
    const { status, stdout, stderr } = quantscope(scratchDir(), "providers");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^int4\s+works/m);
    expect(stderr).toContain("trying CPU ...");
  });

  it("ends with 1 for what it does not know", () => {
    const { status, stderr } = quantscope(scratchDir(), "providers", "--fast");
    expect(status).toBe(1);
    expect(stderr).toContain("unknown option '--fast'");
  });
});
