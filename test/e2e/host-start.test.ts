/** What `npm start` runs: Electron where it is, else the loopback host after one line that says why. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ROOT } from "../helpers/host-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

interface Started {
  /** Resolves with all of stdout so far once it matches. */
  output(pattern: RegExp): Promise<string>;
  stop(): void;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
}

/** No network, no cached download, no display: what is left is what the test adds. */
function start(args: readonly string[], env: NodeJS.ProcessEnv): Started {
  const offline = { ELECTRON_MIRROR: "http://127.0.0.1:9/", electron_config_cache: temporaryFolder() };
  const child = spawn(process.execPath, [join(ROOT, "scripts", "start.mjs"), ...args], {
    env: { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "", ...offline, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  onTestFinished(() => {
    child.kill();
  });
  return {
    output: async (pattern) => {
      await expect.poll(() => stdout, { timeout: 20_000 }).toMatch(pattern);
      return stdout;
    },
    stop: () => child.kill("SIGTERM"),
    ended: once(child, "close").then(([code]) => ({ code: code as number | null, stderr })),
  };
}

/** An "Electron" that says how it was called and ends with a code. */
function fakeElectron(code: number): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "electron"), `#!/bin/sh\necho "electron $*"\nexit ${code}\n`, { mode: 0o755 });
  return folder;
}

describe.skipIf(process.platform === "win32")("scripts/start.mjs", () => {
  it("says in one line that Electron cannot be fetched, serves the page, and ends with its host", async () => {
    const home = temporaryFolder();
    const app = start(["--home", home, "--no-open"], { ELECTRON_OVERRIDE_DIST_PATH: temporaryFolder() });
    const stdout = await app.output(/http:\S+/);
    const url = /http:\S+/.exec(stdout)![0];
    expect((await fetch(url, { redirect: "manual" })).status).toBe(302);
    app.stop();
    const { code, stderr } = await app.ended;
    expect(stderr).toMatch(/^quantscope: Electron's binary could not be fetched; .*loopback host\.\n$/);
    expect(code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("runs Electron on a display and ends as it ends", async () => {
    const dist = fakeElectron(7);
    const app = start(["--home", "lab"], { ELECTRON_OVERRIDE_DIST_PATH: dist, DISPLAY: ":0" });
    expect(await app.output(/electron/)).toBe(`electron ${ROOT} --home lab\n`);
    expect(await app.ended).toEqual({ code: 7, stderr: "" });
  });

  it.skipIf(process.platform !== "linux")("serves the page where Electron has no display", async () => {
    const app = start(["--home", temporaryFolder(), "--no-open"], { ELECTRON_OVERRIDE_DIST_PATH: fakeElectron(0) });
    await app.output(/http:\S+/);
    app.stop();
    expect((await app.ended).stderr).toMatch(/^quantscope: there is no display .*\n$/);
  });

  it("serves the page where Electron cannot start", async () => {
    const dist = fakeElectron(127);
    const app = start(["--home", temporaryFolder(), "--no-open"], { ELECTRON_OVERRIDE_DIST_PATH: dist, DISPLAY: ":0" });
    await app.output(/http:\S+/);
    app.stop();
    expect((await app.ended).stderr).toMatch(/^quantscope: Electron could not start .*\n$/);
  });
});
