/** The desktop app as it is built: under a stand-in for Electron everywhere, in Electron itself where its binary is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { _electron } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../helpers/chromium.ts";
import { ElectronStandIn } from "../helpers/electron-stand-in.ts";
import { untilReady } from "../helpers/found.ts";
import { ROOT } from "../helpers/host-process.ts";
import { readPdf } from "../helpers/read-pdf.ts";
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

    await untilReady(page);
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
  it.skipIf(!hasElectron)("shows the page, shut in, and measures for it", async () => {
    const home = temporaryFolder();
    seedRuns(home, [{ id: "a", name: "demo" }]);
    const app = await _electron.launch({ args: [ROOT, "--home", home], cwd: ROOT });
    onTestFinished(() => app.close());
    const page = await app.firstWindow();
    await untilReady(page);
    const ask = (name: string, input: unknown): Promise<unknown> =>
      page.evaluate(`lab.request(${JSON.stringify(name)}, ${JSON.stringify(input)})`);

    expect(page.url()).toBe("lab://app/");
    expect(await page.evaluate<string>("typeof require + typeof process")).toBe("undefinedundefined");
    expect(await page.evaluate<string[]>("Object.keys(window.lab)")).toEqual(["request", "on", "droppedPath"]);
    expect(await ask("app.info", {})).toMatchObject({ ok: true, value: { home, transport: "electron" } });
    expect(await ask("fs.readFile", {})).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });

    // What only Electron can prove: its sandbox, its protocol, its guards.
    expect(await page.evaluate(`fetch("lab://app/..%2fpackage.json").then(({ status }) => status)`)).toBe(404);
    expect(await page.evaluate(`window.open("https://example.org/") === null`)).toBe(true);
    await page.evaluate(`location.assign("https://example.org/")`).catch(() => undefined);
    expect(await page.evaluate("Notification.requestPermission()")).toBe("denied");
    expect(await page.evaluate(`navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => "denied")`)).toBe(
      "denied",
    );
    expect(page.url()).toBe("lab://app/");
    expect(app.windows()).toHaveLength(1);

    await page.evaluate(`{
      window.heard = [];
      lab.on("menu.chosen", ({ command }) => heard.push(command));
      lab.on("run.event", ({ event }) => event.type === "ended" && heard.push(event.status));
    }`);
    await app.evaluate(({ Menu }) => {
      Menu.getApplicationMenu()?.getMenuItemById("view.system")?.click();
    });
    await expect.poll(() => page.evaluate("heard")).toContain("view.system");
    const passes = { forward: { batchSizes: [1], minIterations: 3, minSeconds: 0 } };
    const spec = { schemaVersion: 1, name: "tiny", model: "demo", launches: 1, cells: [{ format: "fp32" }], passes };
    const started = (await ask("runs.start", { spec })) as { value: { id: string } };
    await expect.poll(() => page.evaluate("heard"), { timeout: 120_000 }).toContain("done");

    const path = join(home, "run.pdf");
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    const printed = await ask("runs.export", { ids: [started.value.id], format: "pdf" });
    expect(printed).toMatchObject({ ok: true, value: { how: "saved", path } });
    const { pages, size } = readPdf(readFileSync(path));
    expect([pages > 0, size]).toEqual([true, [210, 297]]);
    expect(app.windows()).toHaveLength(1);
  });
});
