/** History and Compare, in a real browser over the built host. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { axeProblems } from "../helpers/axe.ts";
import { clipped } from "../helpers/bench-page.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { openLab } from "#core/app/open-lab.ts";
import { keepRepeats } from "#core/store/history-run.ts";
import { changeTags } from "#core/store/tags.ts";
import { setOrigin } from "#core/store/write-stored-run.ts";
import { untilReady } from "../helpers/found.ts";
import { generateHistory } from "../helpers/generate-history.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { accessibilityProblems } from "../helpers/page-checks.js";
import { SEED_CELLS, seedResult } from "../helpers/seed-result.ts";
import { seedRuns } from "../helpers/seed-runs.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const THEMES = [
  { theme: "light", size: { width: 1280, height: 800 } },
  { theme: "dark", size: { width: 1920, height: 1080 } },
] as const;
const LONG = "a name that is much longer than any column of any table of this window, as names of runs by night are";

async function open(
  home: string,
  place: string,
  options: Parameters<typeof watchedPage>[1] = {},
): Promise<WatchedPage> {
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop();
  });
  const watched = await watchedPage(browser, options);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await watched.page.goto((await host.url()) + place);
  await untilReady(watched.page);
  return watched;
}

/** Three runs of one model, the last with another runtime and slower, and one of another machine. */
function homeWithResults(): string {
  const home = temporaryFolder();
  const runtime = (onnxruntime: string) => ({ onnxruntime, node: "24", launcher: "fork" as const });
  for (let index = 0; index < 4; index += 1) {
    const slower = index === 2 ? 1.3 : 1;
    seedResult(home, {
      id: `r${index}`,
      name: index === 1 ? LONG : index === 3 ? "on the server" : `night ${index}`,
      cells: SEED_CELLS.slice(0, 3).map((cell) => ({ ...cell, time: (cell.time ?? 1) * slower })),
      questions: 40,
      batchSizes: [1, 8],
      startedAt: new Date(Date.UTC(2026, 10, 1 + index, 7)).toISOString(),
      environment: {
        runtime: runtime(index === 2 ? "1.30.0" : "1.29.0"),
        ...(index === 3 && { machineId: "server", cpu: { model: "EPYC", physicalCores: 96, logicalCores: 192 } }),
      },
    });
  }
  return home;
}

const rows = (page: Page) => page.locator("tbody tr[data-row]:not(.skeleton)");

async function isAccessible({ page, complaints }: WatchedPage): Promise<void> {
  expect(await axeProblems(page)).toEqual([]);
  expect(await page.evaluate(accessibilityProblems)).toEqual([]);
  expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
  expect(complaints).toEqual([]);
}

describe("History", () => {
  it.each(THEMES)("is accessible in $theme, with a run beside it and over time", async ({ theme, size }) => {
    const watched = await open(homeWithResults(), "#/history?run=r1", { colorScheme: theme, viewport: size });
    const { page } = watched;
    await page.getByRole("complementary", { name: LONG }).waitFor();
    await isAccessible(watched);
    await page.evaluate("location.hash = '#/history?tab=trend'");
    await page.getByRole("figure", { name: "Forward latency" }).waitFor();
    await isAccessible(watched);
  });

  it("begins with what a first run is, where there is none", async () => {
    const { page } = await open(temporaryFolder(), "#/history");
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
    expect(await page.getByRole("search").count()).toBe(0);
  });

  it("walks 10,000 rows by keyboard and draws some dozens", async () => {
    const home = temporaryFolder();
    generateHistory(home, { runs: 10_000, cells: 2 });
    const { page, complaints } = await open(home, "#/history");
    await rows(page).first().waitFor();
    expect(await page.locator("header p").first().innerText()).toBe("10,000 runs");
    await rows(page).first().focus();
    await page.keyboard.press("End");
    await page.getByRole("row", { name: /nightly 0 of/ }).waitFor();
    expect(await page.locator("tbody tr[data-row]").count()).toBeLessThan(90);
    await page.keyboard.press("Home");
    await page.getByRole("row", { name: /nightly 9999 of/ }).waitFor();
    await page.getByRole("searchbox", { name: "Find runs" }).fill("nightly 4321");
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await page.locator("header p").first().innerText()).toBe("1 of 10,000 runs");
    expect(complaints).toEqual([]);
  });

  it("sorts, filters, and keeps both in the address", async () => {
    const { page } = await open(homeWithResults(), "#/history");
    await rows(page).first().waitFor();
    await page.getByRole("button", { name: "Name" }).click();
    await expect.poll(() => rows(page).first().innerText()).toContain("a name");
    await page.getByRole("combobox", { name: "All machines" }).selectOption("server");
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await page.evaluate<string>("location.hash")).toBe("#/history?sort=name&machine=server");
    await page.reload();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole("searchbox").fill("zebra");
    await page.getByRole("heading", { name: "No run fits" }).waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await expect.poll(() => rows(page).count()).toBe(4);
  });

  it("deletes what is selected, and takes it back", async () => {
    const { page } = await open(homeWithResults(), "#/history");
    await rows(page).first().focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Delete 2 runs" }).click();
    await page.getByText("2 runs deleted").waitFor();
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => rows(page).count()).toBe(4);
    // The button that had the keyboard is gone with its message.
    expect(await page.evaluate("document.activeElement === document.body")).toBe(false);
    await rows(page).first().focus();
    await page.keyboard.press("Delete");
    await page.getByText("1 run deleted").waitFor();
    await expect.poll(() => rows(page).count()).toBe(3);
    await page.keyboard.press("Control+z");
    await expect.poll(() => rows(page).count()).toBe(4);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("select all runs");
    await page.keyboard.press("Enter");
    await page.getByText("4 runs selected").waitFor();
  });

  it("keeps tags, a note, a name and the pinned baseline of a run", async () => {
    const { page } = await open(homeWithResults(), "#/history?run=r0");
    const facts = page.getByRole("complementary", { name: "night 0" });
    await facts.getByRole("combobox", { name: "Add a tag" }).fill("driver 581");
    await page.keyboard.press("Enter");
    await facts.getByRole("button", { name: "Remove the tag driver 581" }).waitFor();
    await facts.getByRole("textbox", { name: "Note" }).fill("slower than it was");
    await facts.getByRole("textbox", { name: "Note" }).blur();
    await page.getByLabel("Has a note").waitFor();
    // A filter that its row does not fit: the editor stays this run's, with what was kept.
    await page.evaluate("location.hash = '#/history?run=r0&q=server'");
    await expect.poll(() => rows(page).count()).toBe(1);
    const note = facts.getByRole("textbox", { name: "Note" });
    expect(await note.inputValue()).toBe("slower than it was");
    await note.press("End");
    await note.pressSequentially(", by half");
    await page.evaluate("location.hash = '#/models'");
    await facts.waitFor({ state: "detached" });
    await page.evaluate("location.hash = '#/history?run=r0'");
    await expect.poll(() => note.inputValue()).toBe("slower than it was, by half");
    await facts.getByRole("button", { name: "Pin int8@cpu as the baseline" }).click();
    await facts.getByRole("button", { name: "Unpin int8@cpu" }).waitFor();
    await facts.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("the first night");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "the first night" }).waitFor();
    await page.evaluate("location.hash = '#/compare'");
    await page.getByText("The pinned baseline int8@cpu of “the first night” comes first.").waitFor();
  });

  it("duplicates an experiment in Bench, with everything that it was asked to do", async () => {
    const home = temporaryFolder();
    seedRuns(home, [{ id: "a", name: "the first night" }]);
    const { page, complaints } = await open(home, "#/history?run=a");
    await page.getByRole("complementary").getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Duplicate in Bench" }).click();
    await page.locator("h1", { hasText: "Bench" }).waitFor();
    await page.getByText("From the run “the first night”.").waitFor();
    await page.getByRole("region", { name: "Estimate and start" }).locator("button:enabled").waitFor();
    expect(await page.getByLabel("Name of the run").inputValue()).toBe("the first night");
    // The run's own: fp32 alone, the forward pass alone, and not what a first start recommends.
    await expect.poll(() => page.getByRole("grid").locator("[aria-pressed=true]").count()).toBe(1);
    expect(await page.getByRole("checkbox", { name: "Forward pass" }).isChecked()).toBe(true);
    expect(await page.getByRole("checkbox", { name: "Answers" }).isChecked()).toBe(false);
    expect(await page.getByRole("radio", { name: "Standard" }).isChecked()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("says why an experiment cannot be duplicated whose model is not here", async () => {
    const { page } = await open(homeWithResults(), "#/history?run=r0");
    await page.getByRole("complementary").getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Duplicate in Bench" }).click();
    await page.getByText(/"models\/smollm2", which is not in the library/).waitFor();
  });

  it("names the run that another one repeats, and leads to it", async () => {
    const home = homeWithResults();
    {
      using lab = openLab(home);
      keepRepeats(lab.db, "r2", "r0");
    }
    const { page } = await open(home, "#/history?run=r2");
    await page.getByRole("complementary").getByRole("link", { name: "night 0" }).click();
    await page.getByRole("heading", { level: 1, name: "night 0" }).waitFor();
  });

  it.each(THEMES)("shows origin and tags in rows of one height, in $theme", async ({ theme, size }) => {
    const home = homeWithResults();
    // More than the widest row has room for.
    const tags = Array.from({ length: 14 }, (_, index) => `week ${index + 1}`);
    const imported = { file: "samples.jsonl", importedAt: "2026-11-20T10:00:00.000Z", notes: [], shards: null };
    {
      using lab = openLab(home);
      changeTags(lab.db, "r0", { add: tags });
      changeTags(lab.db, "r1", { add: [LONG.slice(0, 60), "two"] });
      setOrigin(lab.db, "r1", { ...imported, tool: "quantscope" });
      setOrigin(lab.db, "r2", { ...imported, tool: "lm-eval" });
    }
    const watched = await open(home, "#/history", { colorScheme: theme, viewport: size });
    const { page } = watched;
    const row = (name: string) => rows(page).filter({ hasText: name });
    await row("night 2").getByText("lm-eval", { exact: true }).waitFor();
    expect(await row("night 2").getByText("lm-eval", { exact: true }).getAttribute("title")).toMatch(
      /^Measured by lm-eval, read from samples\.jsonl, imported 2026-11-20/,
    );
    expect(await row("on the server").locator(".tag").count()).toBe(0);
    // Whole chips, and one that counts the others and names them.
    const chips = row("night 0").locator(".tag");
    const texts = await chips.allInnerTexts();
    expect(texts.at(-1)).toBe(`+${tags.length - (texts.length - 1)}`);
    const hidden = (await chips.last().getAttribute("title"))!.split("\n");
    expect([...texts.slice(0, -1), ...hidden]).toEqual(tags);
    expect(await clipped(page, "tbody tr[data-row='3'] .tag")).toEqual([]);
    // The name of each keeps room, and no row is higher than another.
    for (const name of await rows(page).locator("th .text").all()) {
      expect((await name.boundingBox())!.width).toBeGreaterThan(40);
    }
    const heights = await Promise.all((await rows(page).all()).map(async (each) => (await each.boundingBox())!.height));
    expect(new Set(heights)).toEqual(new Set([32]));
    await isAccessible(watched);
  });

  it("names changes beyond the noise, with what was new, and leads to both cells", async () => {
    const { page } = await open(homeWithResults(), "#/history?tab=trend&machine=0123456789abcdef");
    const change = page.getByRole("listitem").filter({ hasText: "int4@cpu" }).filter({ hasText: "latency" });
    expect(await change.innerText()).toMatch(
      /latency \+\d\d % \(.* ms\)\s+since onnxruntime 1\.30\.0 \(was 1\.29\.0\)/,
    );
    await change.getByRole("link", { name: "Compare" }).click();
    await page.getByRole("columnheader", { name: /int4/ }).nth(1).waitFor();
  });

  it("shows runs that go on and runs that failed", async () => {
    const home = temporaryFolder();
    seedRuns(home, [
      { id: "a", name: "half", status: "failed", cells: 3, cellsDone: 1 },
      { id: "b", name: "stopped", status: "cancelled", cells: 2, seconds: null },
    ]);
    const { page } = await open(home, "#/history");
    expect(await page.getByRole("row", { name: /half/ }).innerText()).toMatch(/Failed\s+1\/3/);
    expect(await page.getByRole("row", { name: /stopped/ }).innerText()).toContain("Cancelled");
  });
});

describe("Compare", () => {
  const cells = (...all: string[]): string => `#/compare?cells=${encodeURIComponent(all.join("~"))}`;
  const int4 = (run: string): string => `${run}/int4%40cpu`;

  it.each(THEMES)("is accessible in $theme", async ({ theme, size }) => {
    const watched = await open(homeWithResults(), cells(int4("r0"), int4("r1"), int4("r3")), {
      colorScheme: theme,
      viewport: size,
    });
    await watched.page.getByRole("region", { name: "Compared numbers" }).waitFor();
    await isAccessible(watched);
  });

  it("chooses cells run by run", async () => {
    const watched = await open(homeWithResults(), "#/compare");
    const { page } = watched;
    await page.getByRole("button", { name: "Choose cells" }).click();
    await page.getByRole("searchbox", { name: "Find a run" }).fill("night 0");
    await page.getByRole("option", { name: /night 0/ }).click();
    await page.getByRole("group", { name: "Cells of night 0" }).getByRole("button", { name: /int8/ }).click();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole("group", { name: "Cells of night 0" }).getByRole("button", { name: /int4/ }).click();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("columnheader", { name: /night 0/ }).count()).toBeGreaterThanOrEqual(2);
    expect(watched.complaints).toEqual([]);
  });

  it("colours only sure differences, and hides rows without one", async () => {
    const { page } = await open(homeWithResults(), cells(int4("r0"), int4("r2")));
    const latency = page.getByRole("row", { name: /Latency, batch 1/ });
    await latency.waitFor();
    expect(await latency.locator(".worse").innerText()).toContain("slower");
    expect(await page.getByRole("row", { name: /^File \(MB\)/ }).count()).toBe(0);
    await page.getByRole("checkbox", { name: "Only differences" }).uncheck();
    await page.getByRole("row", { name: /^File \(MB\)/ }).waitFor();
    await page.getByRole("button", { name: /Make .* the baseline/ }).click();
    await expect.poll(() => latency.locator(".better").count()).toBe(1);
  });

  it("says of another machine's cell what is not compared and why", async () => {
    const { page } = await open(homeWithResults(), cells(int4("r0"), int4("r3")));
    await page
      .getByText(/two machines \(/)
      .first()
      .waitFor();
    await page.getByRole("checkbox", { name: "Only differences" }).uncheck();
    const latency = page.getByRole("row", { name: /Latency, batch 1/ });
    expect(await latency.innerText()).toContain("not compared");
    expect(await latency.locator(".better, .worse").count()).toBe(0);
    expect(await page.getByRole("row", { name: /Processor/ }).innerText()).toContain("EPYC");
  });

  it("says which run is not there, and offers the way out", async () => {
    const { page } = await open(homeWithResults(), cells(int4("gone"), int4("r0")));
    await page.getByRole("heading", { name: /Could not compare/ }).waitFor();
    await page.getByRole("link", { name: "Start with other cells" }).click();
    await page.getByRole("button", { name: "Choose cells" }).waitFor();
  });
});
