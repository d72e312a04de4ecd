/** The built pages in a real browser, served by the built loopback host as a process of its own. */
import type { Browser } from "playwright-core";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../helpers/chromium.ts";
import { untilReady } from "../helpers/found.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { accessibilityProblems } from "../helpers/page-checks.js";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

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
  await untilReady(watched.page);
  return watched;
}

describe("the first page", () => {
  it("opens on an empty store without a complaint of any kind, its address free of the token", async () => {
    const home = temporaryFolder();
    const { page, complaints } = await openPage(startHost(home));
    await page.getByRole("heading", { name: "Bench", level: 1 }).waitFor();
    expect(await page.locator("footer").innerText()).toContain(home);
    expect(new URL(page.url()).search).toBe("");
    expect(complaints).toEqual([]);
  });

  it.each(["light", "dark"] as const)("has the ground of the theme %s", async (colorScheme) => {
    const { page } = await openPage(startHost(temporaryFolder()), { colorScheme });
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "dark" ? "rgb(16, 20, 23)" : "rgb(244, 246, 247)");
  });
});

describe("a page in trouble", () => {
  it("says that the connection is lost and keeps what it shows", async () => {
    const host = startHost(temporaryFolder());
    const { page } = await openPage(host);
    await page.getByRole("heading", { name: "Bench", level: 1 }).waitFor();
    await host.stop();
    await page.getByRole("alert").getByText("npm start").waitFor();
    expect(await page.getByRole("heading", { name: "Bench", level: 1 }).isVisible()).toBe(true);
    expect(await page.evaluate(accessibilityProblems)).toEqual([]);
  });

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
        if (broken && name === "questions.list") socket.send(JSON.stringify({ id, reply: { ok: false, error } }));
        else server.send(message);
      });
    });
    await page.goto(`${await startHost(temporaryFolder()).url()}#/questions`);
    const alert = page.getByRole("alert");
    await alert.getByText("Move it away").waitFor();
    expect(await alert.innerText()).toContain("STORE_CORRUPT");
    expect(await page.evaluate(accessibilityProblems)).toEqual([]);
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("5,000 questions").first().waitFor();
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
