import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratchDir } from "../helpers/lab.ts";
import { seedResult } from "../helpers/seed-result.ts";

const CLI = join(import.meta.dirname, "..", "..", "src", "cli", "index.ts");

/** The command line as a process of its own whose output nobody reads from the start. */
async function unread(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

describe("the command line, when nobody reads its output any more", () => {
  it("writes every file that was asked for and ends with 0, without a word", async () => {
    const [home, out] = [scratchDir(), join(scratchDir(), "out")];
    seedResult(home, { id: "a", name: "first", questions: 4, launches: 1, cells: [{ format: "fp32" }] });
    const formats = ["md", "csv", "json"];
    const { code, stderr } = await unread("--home", home, "export", "a", "--format", formats.join(","), "--out", out);
    expect([code, stderr]).toEqual([0, ""]);
    expect(readdirSync(out).sort()).toEqual(["charts", "measurements.csv", "report.md", "results.json"]);
  });

  it("still says what went wrong, by its exit code", async () => {
    const { code, stderr } = await unread("--home", scratchDir(), "export", "none", "--out", scratchDir());
    expect(code).toBe(1);
    expect(stderr).toContain("RUN_NOT_FOUND");
  });

  it("ends with 0 after its help", async () => {
    expect(await unread("--help")).toEqual({ code: 0, stderr: "" });
  });
});
