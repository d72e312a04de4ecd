/** The desktop app as it is built: under a stand-in for Electron everywhere, in Electron itself where its binary is. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { _electron } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../helpers/chromium.ts";
import { ElectronStandIn } from "../helpers/electron-stand-in.ts";
import { ROOT } from "../helpers/host-process.ts";
import { seedRuns } from "../helpers/seed-runs.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

describe("out/main/index.js with out/preload/index.cjs, under the stand-in", () => {
  it("opens a shut-in window whose page reaches the data folder", async () => {
    const home = temporaryFolder();
    seedRuns(home, [{ id: "a", name: "demo", cells: 4, seconds: 96 }]);
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const electron = new ElectronStandIn(browser);
    const page = await electron.start(join(ROOT, "out", "main", "index.js"), ["--home", home]);

    await page.getByText("Ready").waitFor();
    expect(await page.evaluate('lab.request("app.info", {})')).toMatchObject({ ok: true, value: { home } });
    expect(await page.evaluate('lab.request("runs.list", {})')).toMatchObject({
      value: { total: 1, runs: [{ id: "a", name: "demo", cellsDone: 4 }] },
    });
    expect(electron.options[0]).toMatchObject({ webPreferences: { sandbox: true, contextIsolation: true } });
    expect(electron.log).toEqual(["registerSchemesAsPrivileged", "enableSandbox"]);
    expect(electron.paths.get("userData")).toBe(join(home, "window"));
    await electron.quit();
    // The store is closed in order: its write-ahead log is folded in and gone.
    expect(existsSync(join(home, "quantscope.db-wal"))).toBe(false);
  });
});

const hasElectron = existsSync(join(ROOT, "node_modules", "electron", "path.txt"));
const reason = hasElectron ? "" : " (skipped: Electron's binary is not installed; npx install-electron fetches it)";

describe(`the app in Electron${reason}`, () => {
  it.skipIf(!hasElectron)("shows the page, sandboxed and without Node", async () => {
    const home = temporaryFolder();
    seedRuns(home, [{ id: "a", name: "demo" }]);
    const app = await _electron.launch({ args: [ROOT, "--home", home], cwd: ROOT });
    onTestFinished(() => app.close());
    const page = await app.firstWindow();
    await page.getByText("Ready").waitFor();
    expect(page.url()).toBe("lab://app/");
    expect(await page.evaluate<string>("typeof require + typeof process")).toBe("undefinedundefined");
    expect(await page.evaluate<string[]>("Object.keys(window.lab)")).toEqual(["request", "on", "droppedPath"]);
  });
});
