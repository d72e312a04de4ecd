/** Measures the pages in a real Chromium. */
import type { Browser, BrowserContext, Page } from "playwright-core";

const VIEWPORT = { width: 1280, height: 800 };

export interface PageTimes {
  /** First contentful paint, since the address was entered. */
  readonly firstPaintMs: number;
  /** Connected, the view drawn with its data, and the main thread free again. */
  readonly interactiveMs: number;
}

/** A browser that the host has let in; its contexts know the cookie, and share nothing else: every page is cold. */
export async function letIn(browser: Browser, entrance: string): Promise<() => Promise<BrowserContext>> {
  const context = await browser.newContext();
  await (await context.newPage()).goto(entrance);
  const storageState = await context.storageState();
  await context.close();
  return () => browser.newContext({ storageState, viewport: VIEWPORT });
}

/** @param drawn selector of what a view shows once its data is there */
export async function timePage(context: BrowserContext, address: string, drawn: string): Promise<PageTimes> {
  const page = await context.newPage();
  // Told by the page itself: a question from outside would come late, and disturb.
  await page.addInitScript(`window.usable = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const connected = document.querySelector("footer [role=status].open") !== null;
      if (!connected || document.querySelector(${JSON.stringify(drawn)}) === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
  })`);
  await page.goto(address);
  // The paint is told some frames after it was.
  const times = await page.evaluate<PageTimes>(`Promise.all([
    new Promise((resolve) => {
      const paints = new PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") resolve(startTime);
      });
      paints.observe({ type: "paint", buffered: true });
    }),
    window.usable,
  ]).then(([firstPaintMs, interactiveMs]) => ({ firstPaintMs, interactiveMs }))`);
  await page.close();
  return times;
}

export interface Frames {
  readonly perSecond: number;
  /** Time between two frames that 95 % of them keep. */
  readonly p95Ms: number;
  /** In which the page heard nothing: tasks above 50 ms, together. */
  readonly blockedMs: number;
}

/** Draws along for a while. */
export async function countFrames(page: Page, seconds: number): Promise<Frames> {
  const { gaps, blockedMs } = await page.evaluate<{ gaps: number[]; blockedMs: number }>(`new Promise((resolve) => {
    const gaps = [];
    let blockedMs = 0;
    const tasks = new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => { blockedMs += duration; }));
    tasks.observe({ type: "longtask" });
    const end = performance.now() + ${1000 * seconds};
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(tick);
      else { tasks.disconnect(); resolve({ gaps, blockedMs }); }
    };
    requestAnimationFrame(tick);
  })`);
  const sorted = gaps.toSorted((a, b) => a - b);
  return {
    perSecond: (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0),
    p95Ms: sorted[Math.floor(0.95 * (sorted.length - 1))]!,
    blockedMs,
  };
}
