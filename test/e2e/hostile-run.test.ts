/** A run from elsewhere whose every text is HTML with a script in it: shown and exported as text, and never run. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { reportHtml } from "#shared/exports/html.ts";
import { openLab } from "#core/app/open-lab.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { importFiles } from "#core/bundles/import-files.ts";
import { readRun } from "#core/store/read-run.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { untilReady } from "../helpers/found.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { SEED_CELLS, seedResult } from "../helpers/seed-result.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { watchedPage } from "../helpers/watched-page.ts";

/** Ends whatever it may stand in: an attribute, a comment, a script, a style, a template of the pages. */
const HOSTILE = `"'><img src=x onerror=window.ran=1><svg/onload=window.ran=1>--></script></style><script>window.ran=1</script>{@html 1}\${1}`;
const LINK = "javascript:window.ran=1";

const PLACES = [
  "#/history",
  "#/history?run=r",
  ...["verdict", "cost", "quality", "flips", "texts", "evidence"].map((tab) => `#/result/r?tab=${tab}`),
  `#/compare?cells=${encodeURIComponent("r/fp32%40cpu~r/int8%40cpu")}`,
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** The run as a bundle of another lab. */
function hostileBundle(): string {
  const elsewhere = temporaryFolder();
  seedResult(elsewhere, { id: "r", name: HOSTILE, model: HOSTILE, questions: 24, cells: SEED_CELLS.slice(0, 2) });
  using lab = openLab(elsewhere);
  const { db } = lab;
  db.prepare("UPDATE questions SET question = question || ?, subject = ?, choices = json_array(?, ?, ?, ?)").run(
    ...[HOSTILE, HOSTILE, HOSTILE, LINK, `${HOSTILE}3`, `${HOSTILE}4`],
  );
  db.prepare("UPDATE generations SET text = ? || text, prompt = ? || prompt").run(HOSTILE, HOSTILE);
  db.prepare("UPDATE runs SET model_folder = ?, architecture = ?").run(LINK, HOSTILE);
  db.prepare("UPDATE cells SET status = 'failed', error_code = 'INTERNAL', error_message = ? WHERE position = 1").run(
    HOSTILE,
  );
  db.prepare("INSERT INTO run_tags VALUES ('r', ?)").run(HOSTILE.slice(0, 30));
  const file = join(temporaryFolder(), "hostile.qsrun");
  writeFileSync(file, exportBundle(db, "r").content);
  return file;
}

const ran = (page: Page): Promise<unknown> => page.evaluate("window.ran");

describe("a run whose texts are HTML", () => {
  it("shows as text on every page and tab, and runs nothing", async () => {
    const home = temporaryFolder();
    {
      using lab = openLab(home);
      expect(importFiles(lab.db, [hostileBundle()], {})).toMatchObject([{ runId: "r" }]);
    }
    const host = new HostProcess(["--home", home]);
    onTestFinished(async () => {
      await host.stop();
    });
    await using watched = await watchedPage(browser);
    const { page, complaints } = watched;
    const url = await host.url();
    for (const place of PLACES) {
      await page.goto("about:blank");
      await page.goto(url + place);
      await untilReady(page);
      await expect.poll(() => page.locator("main").innerText()).toContain("onerror=window.ran=1");
      expect(await page.locator("img[src=x], [onload], [onerror], a[href^='javascript:']").count(), place).toBe(0);
      expect(await ran(page), place).toBeUndefined();
    }
    expect(complaints).toEqual([]);
  });

  it("is text in the HTML report too", async () => {
    const home = temporaryFolder();
    using lab = openLab(home);
    importFiles(lab.db, [hostileBundle()], {});
    const html = join(temporaryFolder(), "report.html");
    writeFileSync(html, reportHtml(buildResults(readRun(lab.db, "r"))));
    await using watched = await watchedPage(browser, { offline: true });
    await watched.page.goto(`file://${html}`);
    expect(await watched.page.locator("body").innerText()).toContain("onerror=window.ran=1");
    expect(await watched.page.locator("img[src=x], [onload], [onerror], a[href^='javascript:']").count()).toBe(0);
    expect(await ran(watched.page)).toBeUndefined();
    expect(watched.complaints).toEqual([]);
  });
});
