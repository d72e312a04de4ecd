/** The window around the pages: rail, keyboard, palette, theme, memory of where it was. In a real browser, over the built host. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { axeProblems } from "../helpers/axe.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { untilReady } from "../helpers/found.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { accessibilityProblems } from "../helpers/page-checks.js";
import { seedRuns } from "../helpers/seed-runs.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const THEMES = ["light", "dark"] as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

function startHost(home: string): HostProcess {
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop();
  });
  return host;
}

/** At `place`; empty for where the window goes by itself. */
async function open(
  host: HostProcess,
  options: Parameters<typeof watchedPage>[1] = {},
  place = "#/history",
): Promise<WatchedPage> {
  const watched = await watchedPage(browser, options);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await watched.page.goto((await host.url()) + place);
  await untilReady(watched.page);
  await watched.page.locator("h1", { hasText: "History" }).waitFor();
  return watched;
}

function homeWithRuns(): string {
  const home = temporaryFolder();
  seedRuns(home, [
    { id: "a", name: "demo", cells: 4 },
    {
      id: "b",
      name: "a name that is much longer than any column of any table of this window",
      status: "failed",
      cells: 3,
    },
  ]);
  return home;
}

const focused = (page: Page): Promise<string> =>
  page.evaluate<string>("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()");
const dataTheme = (page: Page): Promise<string | null> =>
  page.evaluate<string | null>("document.documentElement.getAttribute('data-theme')");

describe("the window", () => {
  it.each(THEMES.flatMap((theme) => SIZES.map((size) => ({ theme, size }))))(
    "is accessible in $theme at $size.width x $size.height, and complains of nothing",
    async ({ theme, size }) => {
      const { page, complaints } = await open(startHost(homeWithRuns()), { colorScheme: theme, viewport: size });
      await page.locator("tbody th").first().waitFor();
      expect(await axeProblems(page)).toEqual([]);
      expect(await page.evaluate(accessibilityProblems)).toEqual([]);
      expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
      expect(complaints).toEqual([]);
    },
  );

  it("begins in the content, with the rail one step back", async () => {
    const { page } = await open(startHost(homeWithRuns()));
    await expect.poll(() => page.evaluate<string>("document.activeElement.localName")).toBe("main");
    await page.keyboard.press("Shift+Tab");
    expect(await focused(page)).toBe("Narrow the rail");
    const outline = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).toBe("solid");
  });

  it("marks the view that is shown, and names it in the title", async () => {
    const { page } = await open(startHost(homeWithRuns()));
    const current = page.getByRole("navigation", { name: "Views" }).locator("[aria-current=page]");
    expect(await current.count()).toBe(1);
    expect(await page.title()).toBe(`${(await current.innerText()).trim()} – Quantscope`);
  });

  it("answers an address that it does not know with a view that it has", async () => {
    const { page, complaints } = await open(startHost(homeWithRuns()));
    const place = await page.evaluate<string>("location.hash");
    await page.evaluate("location.hash = '#/nowhere/%E0%A4%A'");
    await expect.poll(() => page.evaluate<string>("location.hash")).toBe(place);
    expect(complaints).toEqual([]);
  });
});

describe("the command palette", () => {
  it("opens on Ctrl+K, finds, runs, and gives the focus back", async () => {
    const { page, complaints } = await open(startHost(homeWithRuns()), { colorScheme: "light" });
    await page.keyboard.press("Control+k");
    const search = page.getByRole("combobox", { name: "Search commands" });
    await search.waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.type("dark th");
    expect(await page.getByRole("dialog").getByRole("option").allInnerTexts()).toEqual([
      expect.stringContaining("Dark theme"),
    ]);
    await page.keyboard.press("Enter");
    await search.waitFor({ state: "detached" });
    expect(await dataTheme(page)).toBe("dark");
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe("rgb(16, 20, 23)");
    expect(complaints).toEqual([]);
  });

  it("walks with the arrow keys, around the ends, and closes on Escape", async () => {
    const { page } = await open(startHost(homeWithRuns()));
    await page.keyboard.press("Control+k");
    const chosen = page.locator("[role=option][aria-selected=true]");
    const first = await chosen.innerText();
    await page.keyboard.press("ArrowUp");
    expect(await chosen.innerText()).not.toBe(first);
    await page.keyboard.press("ArrowDown");
    expect(await chosen.innerText()).toBe(first);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  });

  it("says when nothing is called that, and does nothing on Enter", async () => {
    const { page, complaints } = await open(startHost(homeWithRuns()));
    await page.keyboard.press("Control+k");
    await page.keyboard.type("zebra");
    await page.getByText("No command is called that.").waitFor();
    await page.keyboard.press("Enter");
    expect(await page.getByRole("combobox", { name: "Search commands" }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});

describe("keys", () => {
  it("go to a view with g and its letter, and with Ctrl and its number", async () => {
    const { page } = await open(startHost(homeWithRuns()));
    await page.evaluate("history.replaceState(null, '', '#/history?filter=x')");
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await expect.poll(() => page.evaluate<string>("location.hash")).toBe("#/history");
    // The event that tells of it comes in a task of its own; before it, the next address would be taken for the user's.
    await page.evaluate("new Promise((done) => setTimeout(done, 100))");
    await page.evaluate("history.replaceState(null, '', '#/history?filter=x')");
    await page.keyboard.press("Control+5");
    await expect.poll(() => page.evaluate<string>("location.hash")).toBe("#/history");
  });
});

describe("what the window remembers", () => {
  it("keeps theme, rail and place over a reload, before the first frame", async () => {
    const { page } = await open(startHost(homeWithRuns()));
    await page.getByRole("button", { name: "Narrow the rail" }).click();
    await page.getByRole("button", { name: "Theme: as the system" }).click();
    expect(await dataTheme(page)).toBe("light");
    await page.goto(`${new URL(page.url()).origin}/#/history?filter=demo`);
    await page.goto(`${new URL(page.url()).origin}/`);
    await page.getByRole("button", { name: "Widen the rail" }).waitFor();
    expect(await dataTheme(page)).toBe("light");
    expect(new URL(page.url()).hash).toBe("#/history?filter=demo");
  });

  it("finds it again in another browser and under another port, because the lab kept it", async () => {
    const home = homeWithRuns();
    const first = startHost(home);
    const { page } = await open(first);
    await page.getByRole("button", { name: "Theme: as the system" }).click();
    await page.evaluate("location.hash = '#/history?filter=demo'");
    // Kept a moment after the last change.
    await page.waitForTimeout(1000);
    await first.stop();
    const again = await open(startHost(home), {}, "");
    await expect.poll(() => dataTheme(again.page)).toBe("light");
    expect(new URL(again.page.url()).hash).toBe("#/history?filter=demo");
    expect(again.complaints).toEqual([]);
  });

  it("does not go back there from where the user has just gone", async () => {
    const home = homeWithRuns();
    const first = startHost(home);
    const { page } = await open(first);
    await page.evaluate("location.hash = '#/models'");
    await page.waitForTimeout(1000);
    await first.stop();
    const watched = await watchedPage(browser);
    onTestFinished(() => watched[Symbol.asyncDispose]());
    // The lab's answer comes between a new address and the event that tells of it.
    await watched.page.addInitScript(`
      const add = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (type, listener, options) {
        const late = { message: 1000, hashchange: 4000 }[type];
        add.call(this, type, late ? (event) => setTimeout(() => listener(event), late) : listener, options);
      };`);
    await watched.page.goto(await startHost(home).url());
    await watched.page.evaluate("location.hash = '#/system'");
    await untilReady(watched.page);
    await watched.page.waitForTimeout(2500);
    expect(new URL(watched.page.url()).hash).toBe("#/system");
    await watched.page.getByRole("heading", { name: "System" }).waitFor();
  });

  it("starts with its defaults where what was kept is broken", async () => {
    const watched = await watchedPage(browser);
    onTestFinished(() => watched[Symbol.asyncDispose]());
    await watched.page.addInitScript(
      "localStorage.setItem('quantscope.preferences', '{\"theme\": 7, \"places\": [1]')",
    );
    await watched.page.goto(await startHost(homeWithRuns()).url());
    await untilReady(watched.page);
    expect(await dataTheme(watched.page)).toBeNull();
    expect(watched.complaints).toEqual([]);
  });
});

describe("a file that is dropped beside every zone", () => {
  it("does not replace the page", async () => {
    const { page } = await open(startHost(homeWithRuns()));
    const prevented = await page.evaluate<boolean>(`(() => {
      const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: new DataTransfer() });
      return !document.body.dispatchEvent(drop);
    })()`);
    expect(prevented).toBe(true);
  });
});
