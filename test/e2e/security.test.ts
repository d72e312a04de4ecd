/** The built host in a real Chromium: what other pages of the same browser can do to it, and its own pages to others. */
import type { Browser, Page } from "playwright-core";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../helpers/chromium.ts";
import { dropFile } from "../helpers/drop-file.ts";
import { untilReady } from "../helpers/found.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { watchedPage } from "../helpers/watched-page.ts";

// A name of the attacker's that leads to this machine: what DNS rebinding comes down to.
const REBOUND = "rebound.test";

let browser: Browser;
let host: HostProcess;
let neighbour: Server;
let home: string;
let ours: string;
let theirs: string;
/** Our page, let in. */
let page: Page;
const seenByNeighbour: string[] = [];
beforeAll(async () => {
  browser = await launchChromium([`--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`]);
  home = mkdtempSync(join(tmpdir(), "quantscope-"));
  host = new HostProcess(["--home", home]);
  neighbour = createServer((request, response) => {
    seenByNeighbour.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "text/html").end("<title>neighbour</title>hello");
  });
  neighbour.listen(0, "127.0.0.1");
  await once(neighbour, "listening");
  // Of the same site as ours: cookies go along, and only the origin differs.
  theirs = `http://127.0.0.1:${(neighbour.address() as AddressInfo).port}/`;
  const entrance = await host.url();
  ours = new URL("/", entrance).href;
  page = await (await browser.newContext()).newPage();
  await page.goto(entrance);
  await untilReady(page);
});
afterAll(async () => {
  await browser.close();
  await host.stop();
  neighbour.close();
  rmSync(home, { recursive: true, force: true });
});

/** A page of another origin in the browser that is let in. */
async function otherPage(): Promise<Page> {
  const other = await page.context().newPage();
  onTestFinished(() => other.close());
  await other.goto(theirs);
  return other;
}

const settled = (expression: string): string =>
  `${expression}.then((value) => "got " + value, (error) => "refused: " + error.name)`;

describe("DNS rebinding", () => {
  it("ends at the name, token or not, and spends no token", async () => {
    const port = new URL(ours).port;
    const entrance = new URL(await host.url(2));
    const { page: rebound } = await watchedPage(browser);
    onTestFinished(() => rebound.context().close());
    for (const path of ["", entrance.search]) {
      const answer = await rebound.goto(`http://${REBOUND}:${port}/${path}`);
      expect(answer?.status()).toBe(421);
      expect(await answer?.text()).not.toContain("<script");
    }
    const opened = `new Promise((resolve) => {
      const socket = new WebSocket("ws://${REBOUND}:${port}/");
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    })`;
    expect(await rebound.evaluate(opened)).toBe("refused");
    expect((await rebound.goto(entrance.href))?.status()).toBe(200);
  });
});

describe("a page of another origin on this machine", () => {
  it("reads nothing of ours, with our cookie and without", async () => {
    const other = await otherPage();
    for (const options of [{ credentials: "include" }, { mode: "no-cors", credentials: "include" }, {}]) {
      const asked = settled(`fetch(${JSON.stringify(ours)}, ${JSON.stringify(options)})`);
      expect(await other.evaluate(asked)).toBe("refused: TypeError");
    }
  });

  it("cannot load our scripts and styles as its own", async () => {
    const script = await page.evaluate<string>("document.querySelector('script[type=module]').src");
    const style = await page.evaluate<string>("document.querySelector('link[rel=stylesheet]').href");
    const other = await otherPage();
    const load = (tag: string, properties: object): Promise<string> =>
      other.evaluate(`new Promise((resolve) => {
        const part = Object.assign(document.createElement("${tag}"), ${JSON.stringify(properties)});
        part.onload = () => resolve("loaded");
        part.onerror = () => resolve("refused");
        document.head.append(part);
      })`);
    expect(await load("script", { src: script })).toBe("refused");
    expect(await load("link", { rel: "stylesheet", href: style })).toBe("refused");
  });

  it("cannot show our page in a frame of its own", async () => {
    const other = await otherPage();
    await other.evaluate(`new Promise((resolve) => {
      document.body.append(Object.assign(document.createElement("iframe"), { src: ${JSON.stringify(ours)}, onload: resolve }));
    })`);
    const frame = other.frames().find((each) => each !== other.mainFrame())!;
    expect(frame.url()).toMatch(/^chrome-error:/);
  });

  it("keeps no hold of a window that it opens to us", async () => {
    const other = await otherPage();
    const opening = page.context().waitForEvent("page");
    await other.evaluate(`{ window.held = window.open(${JSON.stringify(ours)}); }`);
    const opened = await opening;
    onTestFinished(() => opened.close());
    await untilReady(opened);
    expect(await opened.evaluate("window.opener")).toBeNull();
    await expect.poll(() => other.evaluate("held.closed")).toBe(true);
  });

  it("changes nothing by sending a form", async () => {
    const other = await otherPage();
    const answered = other.waitForResponse((response) => response.url() === ours);
    await other.evaluate(`{
      const form = Object.assign(document.createElement("form"), { method: "post", action: ${JSON.stringify(ours)} });
      document.body.append(form);
      form.submit();
    }`);
    expect([403, 405]).toContain((await answered).status());
  });
});

describe("our page, were it made to misbehave", () => {
  it("reaches no other origin by any means that a script has", async () => {
    seenByNeighbour.length = 0;
    const tried = await page.evaluate(`Promise.allSettled([
      fetch(${JSON.stringify(theirs)}),
      fetch(${JSON.stringify(theirs)}, { mode: "no-cors" }),
      new Promise((resolve, reject) => Object.assign(new Image(), { onload: resolve, onerror: reject, src: ${JSON.stringify(`${theirs}a.png`)} })),
      new Promise((resolve, reject) => {
        const socket = new WebSocket(${JSON.stringify(theirs.replace("http", "ws"))});
        socket.onopen = resolve;
        socket.onerror = reject;
      }),
      new Promise((resolve, reject) => {
        const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: ${JSON.stringify(theirs)} });
        style.onload = resolve;
        style.onerror = reject;
        document.head.append(style);
      }),
    ]).then((all) => all.map(({ status }) => status))`);
    expect(tried).toEqual(Array(5).fill("rejected"));
    await page.evaluate(`{
      navigator.sendBeacon(${JSON.stringify(theirs)}, "secret");
      document.body.append(Object.assign(document.createElement("iframe"), { src: ${JSON.stringify(theirs)} }));
      const form = Object.assign(document.createElement("form"), { action: ${JSON.stringify(theirs)}, method: "post" });
      document.body.append(form);
      form.submit();
    }`);
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
    expect(seenByNeighbour).toEqual([]);
    expect(page.url().startsWith(ours)).toBe(true);
  });

  it.each([
    ["a string as code", `eval("1 + 1")`],
    ["a function from a string", `new Function("return 1")()`],
    ["markup from a string", `document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=alert(1)>")`],
    ["another policy for markup", `trustedTypes.createPolicy("mine", { createHTML: (text) => text })`],
    ["a script's address from a string", `Object.assign(document.createElement("script"), { src: "/assets/x.js" })`],
  ])("runs no %s", async (_what, expression) => {
    // From a timer: what Playwright itself evaluates is let past the policy.
    const outcome = await page.evaluate<string>(`new Promise((resolve) => setTimeout(() => {
      try { ${expression}; resolve("ran"); } catch (error) { resolve(error.name); }
    }))`);
    expect(["EvalError", "TypeError"]).toContain(outcome);
  });

  it("stays where it is when an HTML file is dropped on it", async () => {
    const file = join(home, "page.html");
    writeFileSync(file, "<h1>dropped</h1>");
    const pages = page.context().pages().length;
    await dropFile(page, file);
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
    expect(page.url().startsWith(ours)).toBe(true);
    expect(page.context().pages()).toHaveLength(pages);
  });

  it("keeps its secret out of every place that a script can read", async () => {
    const places = await page.evaluate<string>(
      "JSON.stringify([document.cookie, location.href, document.referrer, { ...localStorage }, { ...sessionStorage }, history.state, performance.getEntries().map(({ name }) => name)])",
    );
    expect(places).not.toMatch(/token|quantscope-\d+/);
  });
});
