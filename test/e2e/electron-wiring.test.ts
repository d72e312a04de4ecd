/** src/main's glue and src/preload in a real Electron, an old one, where somebody has it: scripts/electron-wiring/README.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { _electron } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildForElectron9 } from "../../scripts/electron-wiring/build.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const binary = process.env.QUANTSCOPE_OLD_ELECTRON;
const missing = binary === undefined || (process.platform === "linux" && !process.env.DISPLAY);
const reason = missing ? " (skipped: QUANTSCOPE_OLD_ELECTRON names no Electron 9, or there is no display)" : "";

describe(`the glue in a real Electron 9${reason}`, () => {
  it.skipIf(missing)("opens a shut-in window with the bridge, and keeps the page at home", async () => {
    const folder = temporaryFolder();
    await buildForElectron9(folder);
    mkdirSync(join(folder, "pages"));
    writeFileSync(
      join(folder, "pages", "index.html"),
      `<!doctype html><title>wiring</title><script>window.inline = true</script><script src="/page.js"></script><p id="out">`,
    );
    writeFileSync(
      join(folder, "pages", "page.js"),
      `lab.on("runs.changed", () => { window.told = true; });
       lab.request("runs.list", { limit: 7 }).then((reply) => { document.getElementById("out").textContent = JSON.stringify(reply); });`,
    );
    // As root, as in most containers, Chromium's own sandbox refuses to start.
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const app = await _electron.launch({
      executablePath: binary!,
      args: [...sandbox, join(folder, "main.cjs"), folder],
    });
    onTestFinished(() => app.close());
    const page = await app.firstWindow();
    await expect.poll(() => page.evaluate("document.body.innerText")).toContain('"total":7');

    expect(page.url()).toBe("lab://app/");
    expect(await page.evaluate("typeof require + typeof process")).toBe("undefinedundefined");
    expect(await page.evaluate("Object.keys(window.lab)")).toEqual(["request", "on", "droppedPath"]);
    expect(await page.evaluate(`lab.request("fs.readFile", {})`)).toMatchObject({
      ok: false,
      error: { code: "BAD_REQUEST" },
    });
    await app.evaluate(({ app: running }) => void running.emit("wiring-broadcast"));
    await expect.poll(() => page.evaluate("window.told")).toBe(true);

    // The policy is the protocol handler's: the script in the page did not run, no other site answers.
    expect(await page.evaluate("window.inline")).toBeUndefined();
    expect(await page.evaluate(`fetch("https://example.org/").catch(({ name }) => name)`)).toBe("TypeError");
    expect(await page.evaluate(`fetch("lab://app/..%2fmain.cjs").then(({ status }) => status)`)).toBe(404);

    // Electron grants what nobody refuses. New windows are left out: their handler is not Electron 9's.
    expect(await page.evaluate("Notification.requestPermission()")).toBe("denied");
    await page.evaluate(`setTimeout(() => location.assign("https://example.org/"))`);
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))");
    expect(page.url()).toBe("lab://app/");
    expect(await page.evaluate("window.told")).toBe(true);
  });
});
