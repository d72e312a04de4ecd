/** The built main and preload scripts under the stand-in: the first start, and everything that a page is not allowed. */
import type { Browser, Page } from "playwright-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reply } from "#shared/api.ts";
import { openLab } from "#core/app/open-lab.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { SWITCHES } from "../../src/main/chromium-switches.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { dropFile } from "../helpers/drop-file.ts";
import { ElectronStandIn } from "../helpers/electron-stand-in.ts";
import { untilReady } from "../helpers/found.ts";
import { ROOT } from "../helpers/host-process.ts";
import { seedRuns } from "../helpers/seed-runs.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

// A built main script starts once in a process: all of this is about one window.
let browser: Browser;
let electron: ElectronStandIn;
let page: Page;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "quantscope-"));
  browser = await launchChromium();
  electron = new ElectronStandIn(browser);
  page = await electron.start(join(ROOT, "out", "main", "index.js"), ["--home", home]);
});
afterAll(async () => {
  await electron.quit();
  await browser.close();
  rmSync(home, { recursive: true, force: true });
});

const ask = (name: string, input: unknown): Promise<Reply> =>
  page.evaluate(`lab.request(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
const refused = (): string[] => electron.contents[0]!.refused;

describe("the first start", () => {
  it("makes the data folder and shows an empty lab with the bundled model", async () => {
    await untilReady(page);
    expect(await ask("app.info", {})).toMatchObject({ ok: true, value: { home, transport: "electron" } });
    expect(await ask("runs.list", {})).toEqual({ ok: true, value: { total: 0, runs: [] } });
    expect(await ask("models.list", {})).toMatchObject({ value: { models: [{ name: "demo", bundled: true }] } });
    expect(await page.locator("h1").count()).toBe(1);
  });

  it("has told Chromium to look up and fetch nothing", () => {
    expect([...electron.switches]).toEqual(SWITCHES.map(({ name, value }) => [name, value]));
    expect(electron.switches.get("host-resolver-rules")).toBe("MAP * ~NOTFOUND");
    expect(electron.spellCheckers).toEqual([false]);
  });

  it("has a page for every menu command that names one", async () => {
    await page.evaluate(`{ window.chosen = []; lab.on("menu.chosen", ({ command }) => chosen.push(command)); }`);
    const items = electron.menu.flatMap(({ submenu }) => submenu ?? []);
    const views = items.filter(({ id }) => id?.startsWith("view."));
    expect(views.map(({ id }) => id)).toContain("view.models");
    for (const { click } of views) click!();
    await expect.poll(() => page.evaluate("chosen")).toEqual(views.map(({ id }) => id));
  });

  it("opens the command palette from the menu", async () => {
    const items = electron.menu.flatMap(({ submenu }) => submenu ?? []);
    items.find(({ id }) => id === "palette.open")!.click!();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });
});

describe("the bridge", () => {
  it.each([["fs.readFile"], ["constructor"], ["runs.erase"], ["lab:request"]])("refuses %s", async (name) => {
    expect(await ask(name, { path: "/etc/passwd" })).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
  });

  const top = { url: "lab://app/", parent: null };
  it.each([
    ["another site", { url: "https://example.org/", parent: null }],
    ["a site whose name begins like ours", { url: "lab://app.example.org/", parent: null }],
    ["a local file", { url: "file:///tmp/page.html", parent: null }],
    ["a frame in our page", { url: "lab://app/", parent: top }],
    ["a frame that is gone", null],
  ])("refuses %s, by request and by drop", async (_who, frame) => {
    const asked = await electron.send("lab:request", frame, "app.info", {});
    expect(asked).toMatchObject({ ok: false, error: { code: "BAD_REQUEST" } });
    expect(electron.send("lab:dropped", frame, "/etc")).toBe(false);
    expect(await ask("models.add", { path: "/etc" })).toMatchObject({ error: { code: "PATH_REFUSED" } });
  });

  it("lets nothing through but what is for the named event", async () => {
    expect(await electron.send("lab:request", top, "app.info", {})).toMatchObject({ ok: true });
    expect(await page.evaluate("Object.keys(lab)")).toEqual(["request", "on", "droppedPath"]);
  });
});

describe("the app's scheme", () => {
  it.each([
    "lab://app/..%2fpreload%2findex.cjs",
    "lab://app/%2e%2e%2f%2e%2e%2fpackage.json",
    "lab://app/..%5c..%5cpackage.json",
    "lab://app/assets/..%2f..%2f..%2fpackage.json",
    "lab://app//etc/passwd",
    "lab://other/index.html",
    "lab://app.example.org/index.html",
  ])("serves no file outside the pages: %s", async (url) => {
    const response = await electron.fetch(url);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("quantscope");
  });

  it("serves the built page with its policy, and takes nothing", async () => {
    const response = await electron.fetch("lab://app/");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect((await electron.fetch("lab://app/", "POST")).status).toBe(404);
  });
});

describe("a page that wants out", () => {
  it.each(["https://example.org/", "file:///etc/passwd", "http://127.0.0.1:9/", "data:text/html,hello"])(
    "goes nowhere: %s",
    async (url) => {
      const here = page.url();
      await page.evaluate(`location.assign(${JSON.stringify(url)})`).catch(() => undefined);
      await page.evaluate("new Promise((resolve) => setTimeout(resolve, 50))");
      expect(page.url()).toBe(here);
      expect(await ask("app.info", {})).toMatchObject({ ok: true });
    },
  );

  it("is stopped by the app's guard, and by no accident", () => {
    expect(refused()).toEqual(expect.arrayContaining(["https://example.org/", "http://127.0.0.1:9/"]));
    expect(electron.contents[0]!.left).toEqual([]);
  });

  it("opens no window", async () => {
    await page.evaluate(`window.open("https://example.org/")`);
    await expect.poll(() => refused().filter((what) => what.startsWith("window "))).toHaveLength(1);
    await expect.poll(() => page.context().pages().length).toBe(1);
  });

  it("has no answer from another site, whatever it asks with", async () => {
    const before = refused().length;
    const tried = await page.evaluate(`Promise.allSettled([
      fetch("https://example.org/"),
      new Promise((resolve, reject) => Object.assign(new Image(), { onload: resolve, onerror: reject, src: "https://example.org/a.png" })),
      new Promise((resolve, reject) => { const s = new WebSocket("wss://example.org/"); s.onopen = resolve; s.onerror = reject; }),
    ]).then((all) => all.map(({ status }) => status))`);
    expect(tried).toEqual(["rejected", "rejected", "rejected"]);
    await page.evaluate(`new Promise((resolve) => {
      const frame = Object.assign(document.createElement("iframe"), { onload: resolve, src: "https://example.org/" });
      document.body.append(frame);
    })`);
    // The policy stops all of it before a request is made, the frame before the guard is asked.
    expect(electron.contents[0]!.left).toEqual([]);
    expect(refused()).toHaveLength(before);
  });

  it.each(["media", "geolocation", "notifications", "clipboard-read", "fullscreen", "usb"])(
    "is not given the permission %s",
    (permission) => {
      for (const way of ["request", "check", "device"] as const) {
        expect(electron.permissions[way](permission)).toBe(false);
      }
    },
  );

  it("stays where it is when an HTML file is dropped on it", async () => {
    const file = join(home, "page.html");
    writeFileSync(file, "<h1>dropped</h1>");
    // What a browser does with the same drop where nobody stops it.
    const unguarded = await browser.newPage();
    await dropFile(unguarded, file);
    await expect
      .poll(() =>
        unguarded
          .context()
          .pages()
          .map((each) => each.url())
          .join(),
      )
      .toContain("page.html");
    await unguarded.close();
    const here = page.url();
    await dropFile(page, file);
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
    expect(page.url()).toBe(here);
    expect(page.context().pages()).toHaveLength(1);
    expect(await page.getByText("dropped", { exact: true }).count()).toBe(0);
  });
});

describe("importing runs", () => {
  const choose = (): void => {
    const items = electron.menu.flatMap(({ submenu }) => submenu ?? []);
    items.find(({ id }) => id === "runs.import")!.click!();
  };
  let outside: string;
  let file: string;
  beforeAll(() => {
    outside = mkdtempSync(join(tmpdir(), "quantscope-"));
    file = join(outside, "a.qsrun");
  });
  afterAll(() => {
    rmSync(outside, { recursive: true, force: true });
  });

  it("asks with the system's own dialog from the menu, and takes what lies anywhere", async () => {
    const elsewhere = temporaryFolder();
    seedRuns(elsewhere, [{ id: "a", name: "From afar" }]);
    using lab = openLab(elsewhere);
    writeFileSync(file, exportBundle(lab.db, "a").content);
    // The page may not name it until its user chose it.
    expect(await ask("runs.import", { paths: [file] })).toMatchObject({ error: { code: "PATH_REFUSED" } });
    electron.answers.open = file;
    choose();
    await page.getByText("“From afar” was imported").waitFor();
    expect(await ask("runs.list", {})).toMatchObject({ value: { total: 1, runs: [{ id: "a", name: "From afar" }] } });
    choose();
    await page.getByText("“From afar” is already here").waitFor();
    expect(await ask("runs.list", {})).toMatchObject({ value: { total: 1 } });
  });

  it("says what is wrong with a damaged file; nothing where the dialog was closed", async () => {
    electron.answers.open = null;
    choose();
    const cut = join(outside, "cut.qsrun");
    writeFileSync(cut, "PK");
    electron.answers.open = cut;
    choose();
    const answers = page.getByRole("dialog", { name: "Not everything was imported" });
    await answers.getByText("cut.qsrun could not be imported").waitFor();
    await answers.getByText("BUNDLE_INVALID").waitFor();
    await page.keyboard.press("Escape");
    await answers.waitFor({ state: "detached" });
    expect(await ask("runs.list", {})).toMatchObject({ value: { total: 1 } });
  });

  it("takes a file that is dropped on the window", async () => {
    const dismiss = page.getByRole("button", { name: "Dismiss" });
    while ((await dismiss.count()) > 0) await dismiss.first().click();
    await dropFile(page, file);
    await page.getByText("“From afar” is already here").waitFor();
  });
});
