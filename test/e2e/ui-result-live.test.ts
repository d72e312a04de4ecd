/** The page of a run that goes on while it is looked at: the store changes as a measuring program changes it, the page is told. */
import { join } from "node:path";
import type { Browser, Locator, Page, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { EventName, EventPayload } from "#shared/api.ts";
import { openDatabase } from "#core/store/database.ts";
import { finishCell, setRunStatus } from "#core/store/write-run.ts";
import { open, startHost } from "../helpers/bench-page.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { measureCell, SEED_CELLS, type SeedCell, type SeedResult, seedResult } from "../helpers/seed-result.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LAST: SeedCell = { format: "int4", time: 0.71, size: 0.19, lost: 0.11, gained: 0.12 };
const RUN: SeedResult = {
  id: "r",
  name: "going on",
  status: "running",
  cells: [...SEED_CELLS.slice(0, 2), { ...LAST, status: "waiting" }],
  questions: 60,
  launches: 2,
  batchSizes: [1, 4],
};

interface Watched {
  readonly page: Page;
  readonly complaints: string[];
  /** Requests of the page so far, by name. */
  readonly asked: string[];
  /** Tells the page, as the lab does. */
  readonly tell: <N extends EventName>(event: N, payload: EventPayload<N>) => void;
  /** Changes the store behind the lab's back, as the program that measures does. */
  readonly store: (change: (db: ReturnType<typeof openDatabase>) => void) => void;
}

async function watch(run: SeedResult): Promise<Watched> {
  const home = temporaryFolder();
  seedResult(home, run);
  const asked: string[] = [];
  let toPage: WebSocketRoute | null = null;
  const follow = (own: Page): Promise<void> =>
    own.routeWebSocket(/127\.0\.0\.1/, (socket) => {
      const lab = socket.connectToServer();
      toPage = socket;
      socket.onMessage((message) => {
        asked.push((JSON.parse(String(message)) as { name: string }).name);
        lab.send(message);
      });
    });
  const { page, complaints } = await open(browser, startHost(home), {}, follow, `#/result/${run.id}`);
  await page.getByRole("heading", { level: 1, name: run.name }).waitFor();
  const db = openDatabase(join(home, "quantscope.db"));
  onTestFinished(() => {
    db.close();
  });
  return {
    page,
    complaints,
    asked,
    tell: (event, payload) => {
      toPage!.send(JSON.stringify({ event, payload }));
    },
    store: (change) => {
      change(db);
    },
  };
}

const latency = (page: Page): Locator =>
  page.getByRole("table", { name: /Every metric by cell/ }).getByRole("row", { name: /Latency, batch 4/ });
const state = (page: Page): Locator => page.getByRole("region", { name: "State of the run" });

describe("a run that goes on while its result is open", () => {
  it("shows the numbers of a cell as soon as that has ended, and the whole run as soon as it has", async () => {
    const { page, complaints, tell, store } = await watch(RUN);
    await latency(page).waitFor();
    const last = latency(page).getByRole("cell").last();
    expect(await last.innerText()).not.toMatch(/\d/);
    expect(await state(page).innerText()).toContain("Measuring: 2 of 3 cells done");

    store((db) => {
      measureCell(db, RUN, 2, LAST);
    });
    tell("run.event", { id: "r", event: { type: "cell", label: "int4@cpu", status: "done", error: null } });
    await expect.poll(() => last.innerText(), { timeout: 20_000 }).toMatch(/^\d/);
    expect(await state(page).innerText()).toContain("Measuring: 3 of 3 cells done");
    expect(await page.getByRole("radiogroup", { name: "Candidate" }).getByRole("radio").count()).toBe(2);

    store((db) => {
      setRunStatus(db, "r", "done", new Date().toISOString());
    });
    tell("runs.changed", {});
    await state(page).waitFor({ state: "detached" });
    expect(await page.locator("header").getByText("Done", { exact: true }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("shows why a cell failed, and keeps the part that is looked at", async () => {
    const { page, tell, store } = await watch(RUN);
    await page.getByRole("tab", { name: "Cost" }).click();
    await page.getByRole("figure", { name: "Peak memory by batch size" }).waitFor();
    const message = "Memory ran out. Take smaller batches.";
    store((db) => {
      finishCell(db, "r/3", "failed", { code: "OUT_OF_MEMORY", message, details: {} });
    });
    tell("run.event", { id: "r", event: { type: "cell", label: "int4@cpu", status: "failed", error: null } });
    await state(page).getByText(message).waitFor();
    expect(await page.getByRole("tab", { name: "Cost" }).getAttribute("aria-selected")).toBe("true");
  });

  it("asks nothing because of another run, and once for many events", async () => {
    const { page, asked, tell } = await watch(RUN);
    await latency(page).waitFor();
    await page.waitForLoadState("networkidle");
    const results = (): number => asked.filter((name) => name === "runs.results").length;
    const before = results();
    const launch = { type: "launch", label: "int4@cpu", kind: "timing", launch: 1, launchesDone: 0, launchesTotal: 9 };
    for (let told = 0; told < 20; told++) tell("run.event", { id: "other", event: { ...launch } as never });
    // What comes behind them is heard: they were as well, and led to nothing.
    for (let told = 0; told < 20; told++) tell("run.event", { id: "r", event: { ...launch } as never });
    await expect.poll(results, { timeout: 20_000 }).toBe(before + 1);
    await page.waitForTimeout(2500);
    expect(results()).toBe(before + 1);
  });
});
