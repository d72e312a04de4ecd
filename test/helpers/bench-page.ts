/** The Bench and Run pages of a built host in a browser, as their tests press them. */
import type { Browser, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { axeProblems } from "./axe.ts";
import { untilReady } from "./found.ts";
import { HostProcess } from "./host-process.ts";
import { accessibilityProblems } from "./page-checks.js";
import { temporaryFolder } from "./temporary-folder.ts";
import { type WatchedPage, watchedPage } from "./watched-page.ts";

export const LONG = "meta-llama/Llama-3.2-1B-Instruct-with-a-name-that-goes-on-and-on-and-on-v17-final-ONNX";

export function startHost(home = temporaryFolder()): HostProcess {
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop();
  });
  return host;
}

export interface Opened extends WatchedPage {
  readonly host: HostProcess;
}

/** @param place `#/run` and such; empty for where the window goes by itself, the Bench */
export async function open(
  browser: Browser,
  host = startHost(),
  options: Parameters<typeof watchedPage>[1] = {},
  prepare?: (page: Page) => Promise<void>,
  place = "",
): Promise<Opened> {
  const watched = await watchedPage(browser, options);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await prepare?.(watched.page);
  await watched.page.goto((await host.url()) + place);
  await untilReady(watched.page);
  await watched.page.locator("h1").waitFor();
  return { ...watched, host };
}

export const button = (page: Page, name: string): ReturnType<Page["getByRole"]> =>
  page.getByRole("button", { name, exact: true });
export const square = (page: Page, name: string): ReturnType<Page["getByRole"]> =>
  page.getByRole("grid", { name: "Formats by providers" }).getByRole("button", { name: new RegExp(`^${name}:`) });
export const heading = (page: Page, name: string): ReturnType<Page["getByRole"]> =>
  page.getByRole("heading", { level: 1, name, exact: true });
export const bar = (page: Page): ReturnType<Page["getByRole"]> =>
  page.getByRole("region", { name: "Estimate and start" });
export const hash = (page: Page): Promise<string> => page.evaluate<string>("location.hash");

/** Until the plan is there: from then on the button can be pressed. */
export async function planned(page: Page): Promise<void> {
  await bar(page).locator("button:enabled").waitFor();
}

export async function openSpec(page: Page, spec: unknown, name = "spec.json"): Promise<void> {
  const buffer = Buffer.from(typeof spec === "string" ? spec : JSON.stringify(spec));
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/json", buffer });
}

/** Answers some requests in the lab's place. */
export async function answering(page: Page, replies: Readonly<Record<string, unknown>>): Promise<void> {
  await page.routeWebSocket(/127\.0\.0\.1/, (socket) => {
    const lab = socket.connectToServer();
    socket.onMessage((message) => {
      const { id, name } = JSON.parse(String(message)) as { id: number; name: string };
      if (name in replies) socket.send(JSON.stringify({ id, reply: { ok: true, value: replies[name] } }));
      else lab.send(message);
    });
  });
}

/** Texts of elements that hold more than they have room for. */
export function clipped(page: Page, selector: string): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent.trim())`,
  );
}

export async function expectAccessible(page: Page): Promise<void> {
  expect(await axeProblems(page)).toEqual([]);
  expect(await page.evaluate(accessibilityProblems)).toEqual([]);
  expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
}
