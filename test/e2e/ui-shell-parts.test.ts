/** The window's components and charts in a real browser, under the content security policy that the app has. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readAsset } from "#core/app/files/assets.ts";
import { axeProblems } from "../helpers/axe.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { ROOT } from "../helpers/host-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
let server: Server;
let outDir: string;

beforeAll(async () => {
  outDir = mkdtempSync(join(tmpdir(), "quantscope-"));
  const plugins = [svelte({ configFile: join(ROOT, "svelte.config.js") })];
  await build({
    root: join(ROOT, "test", "renderer", "parts"),
    publicDir: join(ROOT, "src", "renderer", "public"),
    configFile: false,
    logLevel: "error",
    plugins,
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  });
  server = createServer((request, response) => {
    void readAsset(outDir, request.url!.split("?")[0]!).then(({ status, headers, body }) => {
      response.writeHead(status, headers).end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(outDir, { recursive: true, force: true });
});

async function open(part: string, options: Parameters<typeof watchedPage>[1] = {}): Promise<WatchedPage> {
  const watched = await watchedPage(browser, options);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  const { page } = watched;
  // No lab is behind these parts: a socket that stays silent.
  await page.routeWebSocket(/127\.0\.0\.1/, () => undefined);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.getByRole("tab", { name: part }).click();
  return watched;
}

const said = (page: Page): Promise<string> => page.locator("output").innerText();

describe("the parts", () => {
  it.each(["light", "dark"].flatMap((theme) => ["controls", "table", "charts"].map((part) => ({ theme, part }))))(
    "are accessible in $theme ($part), and break no policy",
    async ({ theme, part }) => {
      const { page, complaints } = await open(part, { colorScheme: theme as "light" | "dark" });
      expect(await axeProblems(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

describe("Dialog", () => {
  it("takes the focus, keeps it, and gives it back on Escape", async () => {
    const { page, complaints } = await open("controls");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "A dialog" });
    await dialog.waitFor();
    for (let press = 0; press < 4; press += 1) {
      await page.keyboard.press("Tab");
      const inside = "document.querySelector('[role=dialog]').contains(document.activeElement)";
      expect(await page.evaluate<boolean>(inside)).toBe(true);
    }
    await page.keyboard.press("Escape");
    // The first Escape may belong to a tooltip that the keyboard opened.
    if ((await dialog.count()) > 0) await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await said(page)).toBe("closed");
    await expect.poll(() => page.evaluate<string>("document.activeElement.textContent.trim()")).toBe("Open");
    expect(complaints).toEqual([]);
  });

  it("of a dangerous question begins on the way out", async () => {
    const { page } = await open("controls");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => said(page)).toBe("kept");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete 3 runs" }).click();
    await expect.poll(() => said(page)).toBe("deleted");
    await page.getByRole("button", { name: "Undo" }).last().click();
    expect(await said(page)).toBe("undone");
  });
});

describe("Menu", () => {
  it("is walked with the arrow keys and skips what is off", async () => {
    const { page } = await open("controls");
    await page.getByRole("button", { name: "More" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    expect(await axeProblems(page, "[role=menu]")).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => said(page)).toBe("renamed");
  });
});

describe("Slider", () => {
  it("takes an exact number and keeps it inside its limits", async () => {
    const { page } = await open("controls");
    const exact = page.getByRole("spinbutton", { name: "Accepted loss, exact" });
    for (const [typed, kept] of [
      ["3.5", "3.5"],
      ["99", "10"],
      ["", "10"],
    ] as const) {
      await exact.fill(typed);
      await exact.press("Tab");
      expect([await exact.inputValue(), await page.getByRole("slider").inputValue()]).toEqual([kept, kept]);
    }
  });
});

describe("Table", () => {
  it("draws only what is seen of 10,000 rows, and reaches the last one by keyboard", async () => {
    const { page, complaints } = await open("table");
    const rows = page.locator("tbody tr[data-row]");
    expect(await rows.count()).toBeLessThan(80);
    await rows.first().focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.evaluate<string>("document.activeElement.dataset.row")).toBe("9999");
    await page.keyboard.press("Enter");
    expect(await said(page)).toBe("run 9999");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    expect(await page.locator("[data-row='9998']").getAttribute("aria-selected")).toBe("true");
    expect(await rows.count()).toBeLessThan(80);
    expect(complaints).toEqual([]);
  });

  it("sorts by a column up, down and not at all", async () => {
    const { page } = await open("table");
    const latency = page.getByRole("button", { name: "Latency" });
    const first = page.locator("tbody tr[data-row='0'] td.number");
    const seen: string[] = [];
    for (let press = 0; press < 3; press += 1) {
      await latency.click();
      seen.push(await first.innerText());
    }
    expect(seen).toEqual(["0", "10006", "0"]);
    expect(await page.locator("th[aria-sort=ascending], th[aria-sort=descending]").count()).toBe(0);
  });

  it("keeps its header in view", async () => {
    const { page } = await open("table");
    const before = await page.locator("thead th").first().boundingBox();
    await page.getByRole("region", { name: "Runs" }).evaluate((node) => {
      (node as unknown as { scrollTop: number }).scrollTop = 5000;
    });
    expect((await page.locator("thead th").first().boundingBox())!.y).toBe(before!.y);
  });
});

describe("Chart", () => {
  it("reads exact values under the pointer", async () => {
    const { page } = await open("charts");
    const plot = (await page.locator("figure[aria-label=lines] .u-over").boundingBox())!;
    await page.mouse.move(plot.x + plot.width - 4, plot.y + 20);
    const readout = page.locator("figure[aria-label=lines] .readout");
    await readout.waitFor();
    expect(await readout.innerText()).toMatch(/^Batch size 32[^]*fp32@cpu\s+64 ms\s+\(57\.6 to 70\.4\)/);
  });

  it("zooms by dragging, and back", async () => {
    const { page } = await open("charts");
    const figure = page.locator("figure[aria-label=lines]");
    const plot = (await figure.locator(".u-over").boundingBox())!;
    await page.mouse.move(plot.x + plot.width * 0.3, plot.y + 50);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.6, plot.y + 60, { steps: 4 });
    await page.mouse.up();
    const reset = figure.getByRole("button", { name: "Show all again" });
    await reset.click();
    await reset.waitFor({ state: "detached" });
  });

  it("saves a picture at twice its size, with title and legend above the plot, and its numbers", async () => {
    const { page, complaints } = await open("charts");
    const figure = page.locator("figure[aria-label=lines]");
    const folder = temporaryFolder();
    for (const [button, name] of [
      ["Save as PNG", "lines.png"],
      ["Save as CSV", "lines.csv"],
    ] as const) {
      const waiting = page.waitForEvent("download");
      await figure.getByRole("button", { name: button }).click();
      const download = await waiting;
      expect(download.suggestedFilename()).toBe(name);
      await download.saveAs(join(folder, name));
    }
    const png = readFileSync(join(folder, "lines.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(1920);
    expect(png.readUInt32BE(20)).toBeGreaterThan(1000);
    const csv = readFileSync(join(folder, "lines.csv"), "utf8");
    expect(csv.split("\r\n")[1]).toBe("fp32@cpu,1,2,1.8,2.2");
    expect(complaints).toEqual([]);
  });

  it("switches a series off in the legend, and the scale to decades", async () => {
    const { page } = await open("charts");
    const figure = page.locator("figure[aria-label=lines]");
    const canvas = figure.locator("canvas");
    const before = await canvas.evaluate((node) => (node as unknown as { toDataURL(): string }).toDataURL());
    await figure.getByRole("button", { name: "fp32@cpu" }).click();
    expect(await figure.getByRole("button", { name: "fp32@cpu" }).getAttribute("aria-pressed")).toBe("false");
    const without = await canvas.evaluate((node) => (node as unknown as { toDataURL(): string }).toDataURL());
    await figure.getByText("Log", { exact: true }).click();
    const log = await canvas.evaluate((node) => (node as unknown as { toDataURL(): string }).toDataURL());
    expect(new Set([before, without, log]).size).toBe(3);
  });

  it("says what would fill it where it has no point", async () => {
    const { page } = await open("charts");
    const figure = page.locator("figure[aria-label=nothing]");
    expect(await figure.innerText()).toContain("The forward pass fills it.");
    expect(await figure.getByRole("button").count()).toBe(0);
  });
});
