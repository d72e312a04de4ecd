/** Runs in the desktop app as it is built, under the stand-in: to the end, cancelled by the page, stopped by quitting. */
import type { Browser, Page } from "playwright-core";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reply, RunResults } from "#shared/api.ts";
import type { Comparison } from "#shared/results.ts";
import { openLab } from "#core/app/open-lab.ts";
import { listRuns } from "#core/store/read-run.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { ElectronStandIn, type StandInMenuItem } from "../helpers/electron-stand-in.ts";
import { ROOT } from "../helpers/host-process.ts";
import { readPdf } from "../helpers/read-pdf.ts";

const [STAY, STOP] = [0, 2];
const spec = {
  schemaVersion: 1,
  name: "night",
  model: "demo",
  depth: "preview",
  cells: [{ format: "fp32" }, { format: "int4" }],
  passes: { forward: { batchSizes: [1, 2] }, benchmark: { questions: "demo" } },
};

const tiny = {
  ...spec,
  name: "tiny",
  launches: 1,
  sample: { limit: 12, seed: 1 },
  passes: {
    forward: { batchSizes: [1], sequenceLength: 16, warmup: 1, minIterations: 3, minSeconds: 0 },
    tokens: { questions: "demo" },
    benchmark: { questions: "demo", modes: ["loglikelihood"] },
  },
};

function menuItem(items: readonly StandInMenuItem[], id: string): StandInMenuItem | undefined {
  return items.flatMap((item) => [item, ...(item.submenu ?? [])]).find((item) => item.id === id);
}

// A built main script starts once in a process: one window sees three runs.
let browser: Browser;
let electron: ElectronStandIn;
let page: Page;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "quantscope-"));
  browser = await launchChromium();
  electron = new ElectronStandIn(browser);
  page = await electron.start(join(ROOT, "out", "main", "index.js"), ["--home", home]);
  await page.evaluate(`{
    window.heard = [];
    lab.on("run.event", ({ event }) => heard.push(event.type === "ended" ? "ended " + event.status : event.type));
    lab.on("menu.chosen", ({ command }) => heard.push(command));
  }`);
});
afterAll(async () => {
  await browser.close();
  rmSync(home, { recursive: true, force: true });
});

const ask = (name: string, input: unknown): Promise<Reply> =>
  page.evaluate(`lab.request(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
const heard = (): Promise<string[]> => page.evaluate("heard");
const start = async (name: string, given: object): Promise<string> => {
  await page.evaluate("heard.length = 0");
  const started = (await ask("runs.start", { spec: { ...given, name } })) as { value: { id: string } };
  return started.value.id;
};

describe("runs in out/main/index.js, under the stand-in", () => {
  it("measures to the end and gives the page its verdict", async () => {
    expect(await ask("app.info", {})).toMatchObject({ value: { transport: "electron", nativeDialogs: true } });
    const id = await start("tiny", tiny);
    await expect.poll(heard, { timeout: 240_000 }).toContain("ended done");
    expect(await heard()).toEqual(expect.arrayContaining(["started", "cell", "launch", "measured"]));
    expect(electron.progress.some((share) => share >= 0)).toBe(true);
    expect(electron.progress.at(-1)).toBe(-1);

    expect(await ask("runs.get", { id })).toMatchObject({ ok: true, value: { run: { name: "tiny", status: "done" } } });
    const reply = (await ask("runs.results", { id })) as { value: RunResults };
    expect(reply.value.reference).toBe("fp32@cpu");
    expect(reply.value.summaries).toMatchObject([{ label: "fp32@cpu", counts: { tokens: 12, answers: 12 } }, {}]);
    const [comparison] = reply.value.results.comparisons;
    expect(comparison).toMatchObject({ candidate: "int4@cpu", tokens: { positions: 12 } });
    expect(comparison!.verdict.sentence).not.toBe("");

    const path = join(home, "run.json");
    electron.answers.save = path;
    expect(await ask("runs.export", { ids: [id], format: "json" })).toMatchObject({ value: { how: "saved", path } });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ schemaVersion: 1, run: { id } });
  });

  it("prints a report in a window that nobody sees, which then goes", async () => {
    const { value } = (await ask("runs.list", {})) as { value: { runs: { id: string; name: string }[] } };
    const { id } = value.runs.find(({ name }) => name === "tiny")!;
    const path = join(home, "run.pdf");
    electron.answers.save = path;
    expect(await ask("runs.export", { ids: [id], format: "pdf" })).toMatchObject({ value: { how: "saved", path } });
    const { pages, size, text } = readPdf(readFileSync(path));
    expect(pages).toBeGreaterThan(1);
    expect(size).toEqual([210, 297]);
    const { value: judged } = (await ask("runs.verdicts", { id })) as { value: { comparisons: Comparison[] } };
    expect(text).toContain(judged.comparisons[0]!.verdict.sentence.replaceAll(/\s+/g, ""));
    expect(text).toContain(`page1of${pages}`);

    const [, printer] = electron.options;
    expect(printer).toMatchObject({ show: false, webPreferences: { sandbox: true, javascript: false } });
    expect(electron.options).toHaveLength(2);
    expect(electron.windows()).toBe(1);
    electron.answers.save = null;
    expect(await ask("runs.export", { ids: [id], format: "pdf" })).toMatchObject({ value: { how: "cancelled" } });
    expect(readdirSync(join(home, "exports"))).toEqual([]);
  });

  it("stops a run in the middle when the page cancels it, and is free for the next", async () => {
    const id = await start("cancelled", spec);
    await expect.poll(heard, { timeout: 60_000 }).toContain("measured");
    expect(await ask("runs.cancel", { id })).toMatchObject({ ok: true });
    await expect.poll(heard, { timeout: 20_000 }).toContain("ended cancelled");
    expect(await ask("runs.live", {})).toMatchObject({ value: { active: null } });
    expect(await ask("runs.get", { id })).toMatchObject({ value: { run: { status: "cancelled" } } });
  });

  it("asks whoever quits, and stores what was measured", async () => {
    await start("night", spec);
    menuItem(electron.menu, "view.models")!.click!();
    await expect.poll(heard, { timeout: 60_000 }).toContain("measured");
    expect(await heard()).toEqual(expect.arrayContaining(["view.models", "started", "progress"]));

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
    expect(listRuns(lab.db, { limit: 10, offset: 0 })).toMatchObject([
      { name: "night", status: "cancelled" },
      { name: "cancelled", status: "cancelled" },
      { name: "tiny", status: "done" },
    ]);
  });
});
