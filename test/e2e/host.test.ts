/** The built pages in a real browser, served by the built loopback host as a process of its own. */
import type { Browser, Page } from "playwright-core";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../helpers/chromium.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { accessibilityProblems } from "../helpers/page-checks.js";
import { type SeedRun, seedRuns } from "../helpers/seed-runs.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LONG = "meta-llama/Llama-3.2-1B-Instruct-with-a-name-that-goes-on-and-on-and-on-v17-final-ONNX";
const RUNS: readonly SeedRun[] = [
  { id: "a", name: "demo", cells: 4, startedAt: "2026-01-05T10:00:00.000Z", seconds: 185 },
  {
    id: "b",
    name: "ship q4?",
    model: LONG,
    status: "failed",
    cells: 6,
    cellsDone: 2,
    startedAt: "2026-01-04T10:00:00.000Z",
  },
  {
    id: "c",
    name: LONG,
    status: "cancelled",
    cells: 3,
    cellsDone: 1,
    startedAt: "2026-01-03T10:00:00.000Z",
    seconds: 4.2,
  },
  { id: "d", name: "now", status: "running", cells: 2, cellsDone: 1, seconds: null },
];

function startHost(home: string, ...args: string[]): HostProcess {
  const host = new HostProcess(["--home", home, ...args]);
  onTestFinished(async () => {
    await host.stop();
  });
  return host;
}

async function openPage(host: HostProcess, options: Parameters<typeof watchedPage>[1] = {}): Promise<WatchedPage> {
  const watched = await watchedPage(browser, options);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await watched.page.goto(await host.url());
  await watched.page.getByText("Ready").waitFor();
  return watched;
}

const rowTexts = async (page: Page): Promise<string[]> =>
  (await page.locator("tbody tr").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));

describe("the page of an empty store", () => {
  it("says what to run, without a complaint of any kind", async () => {
    const home = temporaryFolder();
    const { page, complaints } = await openPage(startHost(home));
    expect(await page.getByRole("heading", { name: "No runs yet" }).isVisible()).toBe(true);
    expect(await page.getByText("npm run demo").isVisible()).toBe(true);
    expect(await page.locator("footer").innerText()).toContain(home);
    expect(await page.locator("table").count()).toBe(0);
    expect(new URL(page.url()).search).toBe("");
    expect(complaints).toEqual([]);
  });
});

describe("the page of a store with runs", () => {
  it("lists them, newest first", async () => {
    const home = temporaryFolder();
    seedRuns(home, RUNS);
    const { page, complaints } = await openPage(startHost(home), { timezoneId: "UTC" });
    await page.locator("tbody th").first().waitFor();
    const [now, ...rest] = await rowTexts(page);
    expect(now).toMatch(/^now demo Running 1 \/ 2 Today \d\d:\d\d \d+\.\d s$/);
    expect(rest).toEqual([
      "demo demo Done 4 / 4 2026-01-05 10:00 3 min 05 s",
      `ship q4? ${LONG} Failed 2 / 6 2026-01-04 10:00 42 s`.replace("v17-final-ONNX", " v17-final-ONNX"),
      `${LONG} demo Cancelled 1 / 3 2026-01-03 10:00 4.2 s`.replace("v17-final-ONNX", " v17-final-ONNX"),
    ]);
    expect(complaints).toEqual([]);
  });

  it("shortens long names in the middle and tells the whole in a tooltip", async () => {
    const home = temporaryFolder();
    seedRuns(home, RUNS);
    const { page } = await openPage(startHost(home));
    const name = page.locator("th").getByTitle(LONG);
    expect(await name.locator(".tail").innerText()).toBe("v17-final-ONNX");
    const head = await name.locator(".head").evaluate((node) => {
      const { scrollWidth, clientWidth } = node as unknown as { scrollWidth: number; clientWidth: number };
      return scrollWidth > clientWidth;
    });
    expect(head).toBe(true);
    const overflow = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
    expect(overflow).toBe(false);
  });

  it("lets a running duration go on", async () => {
    const home = temporaryFolder();
    seedRuns(home, RUNS);
    const { page } = await openPage(startHost(home));
    const duration = page.locator("tbody tr:first-child td.duration");
    const before = await duration.innerText();
    await expect.poll(() => duration.innerText(), { timeout: 5000 }).not.toBe(before);
  });

  it("sees new runs when the window is looked at again", async () => {
    const home = temporaryFolder();
    seedRuns(home, RUNS);
    const { page } = await openPage(startHost(home));
    await page.locator("tbody th").first().waitFor();
    seedRuns(home, [{ id: "e", name: "from a terminal", startedAt: "2099-01-01T00:00:00.000Z" }]);
    await page.evaluate("window.dispatchEvent(new Event('focus'))");
    await page.locator("tbody th", { hasText: "from a terminal" }).waitFor({ timeout: 5000 });
  });

  it("shows older runs on demand", async () => {
    const home = temporaryFolder();
    const day = Date.UTC(2026, 0, 1);
    const many = Array.from({ length: 230 }, (_, index) => ({
      id: `r${index}`,
      name: `run ${index}`,
      startedAt: new Date(day + index * 60_000).toISOString(),
    }));
    seedRuns(home, many);
    const { page, complaints } = await openPage(startHost(home));
    await page.getByText("200 of 230, newest first").waitFor();
    await page.getByRole("button", { name: "Show older runs" }).click();
    await page.getByText("230, newest first").waitFor();
    await expect.poll(() => page.locator("tbody tr").count()).toBe(230);
    expect(complaints).toEqual([]);
  });

  it.each(["light", "dark"] as const)("is accessible in %s", async (colorScheme) => {
    const home = temporaryFolder();
    seedRuns(home, RUNS);
    const { page } = await openPage(startHost(home), { colorScheme });
    await page.locator("tbody th").first().waitFor();
    expect(await page.evaluate(accessibilityProblems)).toEqual([]);
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "dark" ? "rgb(16, 20, 23)" : "rgb(244, 246, 247)");
  });

  it("can be scrolled by keyboard, with a visible focus", async () => {
    const home = temporaryFolder();
    seedRuns(home, RUNS);
    const { page } = await openPage(startHost(home));
    const table = page.getByRole("region", { name: "Stored runs" });
    await table.waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate<string>("document.activeElement.ariaLabel")).toBe("Stored runs");
    expect(await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
  });
});

describe("a page in trouble", () => {
  it.each(["light", "dark"] as const)(
    "says that the connection is lost and keeps what it shows, in %s",
    async (colorScheme) => {
      const home = temporaryFolder();
      seedRuns(home, RUNS);
      const host = startHost(home);
      const { page } = await openPage(host, { colorScheme });
      await page.locator("tbody th").first().waitFor();
      await host.stop();
      await page.getByRole("alert").getByText("npm start").waitFor();
      expect(await page.locator("tbody tr").count()).toBe(RUNS.length);
      expect(await page.evaluate(accessibilityProblems)).toEqual([]);
    },
  );

  it("shows the lab's own error and its remedy, and tries again", async () => {
    const watched = await watchedPage(browser, { colorScheme: "dark" });
    onTestFinished(() => watched[Symbol.asyncDispose]());
    const { page } = watched;
    let broken = true;
    await page.routeWebSocket(/127\.0\.0\.1/, (socket) => {
      const server = socket.connectToServer();
      const error = { code: "STORE_CORRUPT", message: "The store is not readable. Move it away.", details: {} };
      socket.onMessage((message) => {
        const { id, name } = JSON.parse(String(message)) as { id: number; name: string };
        if (broken && name === "runs.list") socket.send(JSON.stringify({ id, reply: { ok: false, error } }));
        else server.send(message);
      });
    });
    await page.goto(await startHost(temporaryFolder()).url());
    const alert = page.getByRole("alert");
    await alert.getByText("Move it away").waitFor();
    expect(await alert.innerText()).toContain("STORE_CORRUPT");
    expect(await page.evaluate(accessibilityProblems)).toEqual([]);
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
  });
});

describe("the host's door", () => {
  it("lets one browser in for each printed address", async () => {
    const host = startHost(temporaryFolder());
    const first = await host.url();
    await openPage(host);
    const second = await host.url(2);
    expect(second).not.toBe(first);
    const stranger = await watchedPage(browser);
    onTestFinished(() => stranger[Symbol.asyncDispose]());
    expect((await stranger.page.goto(first))?.status()).toBe(403);
    expect((await stranger.page.goto(second))?.status()).toBe(200);
  });

  it("keeps its cookie from scripts, and other origins from its socket", async () => {
    const host = startHost(temporaryFolder());
    const { page } = await openPage(host);
    expect(await page.evaluate<string>("document.cookie")).toBe("");
    // A browser counts every port of this machine as one site, cookies included: only Origin tells them apart.
    const neighbour = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end("hello"),
    );
    neighbour.listen(0, "127.0.0.1");
    onTestFinished(() => void neighbour.close());
    await once(neighbour, "listening");
    const other = await page.context().newPage();
    await other.goto(`http://127.0.0.1:${(neighbour.address() as AddressInfo).port}/`);
    const opened = other.evaluate<string>(
      `new Promise((resolve) => {
         const socket = new WebSocket("ws://${new URL(page.url()).host}/");
         socket.onopen = () => resolve("open");
         socket.onerror = () => resolve("refused");
       })`,
    );
    expect(await opened).toBe("refused");
  });

  it("refuses scripts that are not its own", async () => {
    const { page, complaints } = await openPage(startHost(temporaryFolder()));
    await page
      .evaluate(
        `(() => { const script = document.createElement("script"); script.append("window.hacked = true");
        document.body.append(script); })()`,
      )
      .catch(() => undefined);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(complaints.join()).toMatch(/Content Security Policy|TrustedScript/);
  });
});

describe("host.js", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("ends cleanly on %s with a page open", async (signal) => {
    const host = startHost(temporaryFolder());
    await openPage(host);
    expect(await host.stop(signal)).toMatchObject({ code: 0, stderr: "" });
  });

  it("exits 4 with one line where the store is unusable", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "quantscope.db"), "this is no database, and long enough to be looked at");
    const { code, stdout, stderr } = await startHost(home).ended;
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toMatch(/^quantscope: .*quantscope\.db .*\n$/);
  });

  it("exits 1 with one line for a wrong argument and for a port that is taken", async () => {
    const home = temporaryFolder();
    const wrong = await startHost(home, "--port", "many").ended;
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/^quantscope: --port many.*\n$/) as string });
    const { port } = new URL(await startHost(home).url());
    const taken = await startHost(home, "--port", port).ended;
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringMatching(/^quantscope: .*taken.*\n$/) as string });
  });
});
