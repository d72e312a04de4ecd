/** A run in the desktop app as it is built, under the stand-in: what a page asks, hears, and what quitting does to it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LiveRunEvent, Reply } from "#shared/api.ts";
import { openLab } from "#core/app/open-lab.ts";
import { listRuns } from "#core/store/read-run.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { ElectronStandIn, type StandInMenuItem } from "../helpers/electron-stand-in.ts";
import { ROOT } from "../helpers/host-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const [STAY, STOP] = [0, 2];
const spec = {
  schemaVersion: 1,
  name: "night",
  model: "demo",
  depth: "preview",
  cells: [{ format: "fp32" }, { format: "int4" }],
  passes: { forward: { batchSizes: [1, 2] }, benchmark: { questions: "demo" } },
};

function menuItem(items: readonly StandInMenuItem[], id: string): StandInMenuItem | undefined {
  return items.flatMap((item) => [item, ...(item.submenu ?? [])]).find((item) => item.id === id);
}

describe("a run in out/main/index.js, under the stand-in", () => {
  it("tells the page, the taskbar and whoever quits; stopped, it is stored", async () => {
    const home = temporaryFolder();
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const electron = new ElectronStandIn(browser);
    const page = await electron.start(join(ROOT, "out", "main", "index.js"), ["--home", home]);
    const ask = (name: string, input: unknown): Promise<Reply> =>
      page.evaluate(`lab.request(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
    const heard = (): Promise<LiveRunEvent["type"][]> => page.evaluate("heard");
    await page.evaluate(`{
      window.heard = [];
      lab.on("run.event", ({ event }) => heard.push(event.type));
      lab.on("menu.chosen", ({ command }) => heard.push(command));
    }`);

    expect(await ask("app.info", {})).toMatchObject({ value: { transport: "electron", nativeDialogs: true } });
    menuItem(electron.menu, "view.models")!.click!();
    expect(await ask("runs.start", { spec })).toMatchObject({ ok: true });
    await expect.poll(heard, { timeout: 60_000 }).toContain("measured");
    expect(await heard()).toEqual(expect.arrayContaining(["view.models", "started", "cell", "launch", "progress"]));
    expect(electron.progress.some((share) => share >= 0)).toBe(true);

    // Whoever presses Quit is asked, and may stay.
    electron.answers.messageBox = STAY;
    electron.app.emit("window-all-closed");
    await expect.poll(() => electron.log).toContain("showMessageBox: Quit while a run is being measured?");
    expect(await ask("runs.live", {})).toMatchObject({ value: { active: { name: "night", cancelling: false } } });

    electron.answers.messageBox = STOP;
    await electron.quit();
    await expect.poll(() => existsSync(join(home, "quantscope.db-wal")), { timeout: 20_000 }).toBe(false);
    expect(electron.progress.at(-1)).toBe(-1);
    using lab = openLab(home);
    expect(listRuns(lab.db, { limit: 10, offset: 0 })).toMatchObject([{ name: "night", status: "cancelled" }]);
  });
});
