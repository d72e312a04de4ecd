/** The page of one run, built and served by the built host, in a real browser. */
import { readFileSync } from "node:fs";
import type { Browser, Download, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { axeProblems } from "../helpers/axe.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { SEED_CELLS, type SeedResult, seedResult } from "../helpers/seed-result.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const RUN: SeedResult = { id: "r", name: "All formats", cells: SEED_CELLS, questions: 200, batchSizes: [1, 4] };

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

/** A data folder with `runs`, served, with the address opened at `hash`. */
async function openResult(
  hash = "result/r",
  runs: readonly SeedResult[] = [RUN],
  options: Parameters<typeof watchedPage>[1] = {},
): Promise<Opened> {
  const home = temporaryFolder();
  for (const run of runs) seedResult(home, run);
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop();
  });
  const watched = await watchedPage(browser, options);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await watched.page.goto(`${await host.url()}#/${hash}`);
  return watched;
}

const verdict = (page: Page): Locator => page.locator("[aria-live] h2").first();

async function contentOf(download: Promise<Download>): Promise<Buffer> {
  return readFileSync(await (await download).path());
}

/** How many different colours a PNG has, counted by the browser's own decoder. */
function coloursOf(page: Page, png: Buffer): Promise<{ width: number; colours: number }> {
  // As text: tests know no browser's types.
  return page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob("${png.toString("base64")}"), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    return { width: image.width, colours: new Set(pixels).size };
  })()`);
}

describe("the verdict", () => {
  it("is judged again at once by the user's own limits, which are kept", async () => {
    const { page, complaints } = await openResult("result/r?cell=int8%40cpu");
    await verdict(page).waitFor();
    expect(await verdict(page).innerText()).toBe("Not enough data");
    expect(await page.getByText("questions that decide in four of five cases").isVisible()).toBe(true);

    const margin = page.getByLabel("Accepted loss of accuracy, exact");
    await margin.fill("10");
    await margin.press("Enter");
    await page.getByRole("heading", { name: "Quantize", exact: true }).waitFor();
    expect(await page.getByText("a loss of up to 10 points is accepted").isVisible()).toBe(true);

    await page.getByLabel("Limit peak memory at batch 1").check();
    const memory = page.getByLabel("At most, exact");
    await memory.fill("300");
    await memory.press("Enter");
    await page.getByRole("heading", { name: "Keep the reference" }).waitFor();
    expect(await page.getByText("more than your limit of 300 MiB").first().isVisible()).toBe(true);

    await page.reload();
    await page.getByRole("heading", { name: "Keep the reference" }).waitFor();
    await page.getByRole("button", { name: "Back to the defaults" }).click();
    await page.getByRole("heading", { name: "Not enough data" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("puts what is worth it first and calls only that recommended", async () => {
    const cells = [SEED_CELLS[0]!, { ...SEED_CELLS[3]!, lost: 0.6 }, { format: "w8" as const, size: 0.3, time: 0.8 }];
    const { page } = await openResult("result/r", [{ ...RUN, cells, questions: 2000 }]);
    await verdict(page).waitFor();
    const candidates = page.getByRole("radiogroup", { name: "Candidate" }).getByRole("radio");
    const places = await Promise.all((await candidates.all()).map((each) => each.inputValue()));
    expect(places).toEqual(["w8@cpu", "nf4@cpu"]);
    expect(await verdict(page).innerText()).toBe("Quantize");
    expect(await page.getByText("recommended", { exact: true }).count()).toBe(1);
    await candidates.nth(1).check({ force: true });
    await page.getByRole("heading", { name: "Keep the reference" }).waitFor();
    expect(await page.getByText("recommended", { exact: true }).count()).toBe(0);
    expect(new URL(page.url()).hash).toContain("cell=nf4%40cpu");
  });
});

describe("the table of all numbers", () => {
  it("has a value with its interval for every cell, colours what is sure, and is saved with all digits", async () => {
    const { page } = await openResult();
    const table = page.getByRole("table", { name: /Every metric by cell/ });
    const row = table.getByRole("row", { name: /Latency, batch 4/ });
    await row.waitFor();
    expect(await row.getByRole("cell").count()).toBe(4);
    expect(await row.innerText()).toMatch(/\d+\.\d \(\d+\.\d–\d+\.\d\)\s+1\.6x faster \(1\.\d\d–1\.\d\d\)/);
    expect(await row.locator(".better").count()).toBe(2);
    expect(await row.locator(".worse").count()).toBe(1);
    // A difference that the interval does not show has no colour.
    const change = table.getByRole("row", { name: /Change of accuracy/ });
    expect(await change.getByText("no clear change").count()).toBeGreaterThan(0);

    await row.getByRole("button").press("Enter");
    expect(await page.getByText("median, 95 % interval over 6 launches, 72 runs").count()).toBe(4);

    const download = page.waitForEvent("download");
    // The decision chart above has such a button too.
    await page.getByRole("region").filter({ has: table }).getByRole("button", { name: "Save as CSV" }).click();
    const lines = (await contentOf(download)).toString("utf8").replace("\uFEFF", "").split(/\r?\n/);
    expect(lines[0]).toBe("metric,unit,cell,value,low,high,low and high are,note,against the reference");
    expect(lines.find((line) => line.startsWith("File,MB,int4@cpu"))).toBe(
      "File,MB,int4@cpu,102.6,,,,the file itself,5.3x smaller",
    );
    expect(lines.filter((line) => /^"?Latency, batch 1"?,ms/.test(line))).toHaveLength(4);
  });
});

describe("the charts", () => {
  it("are drawn, saved as pictures that are not blank and as CSV, and switch to compute times", async () => {
    const { page, complaints } = await openResult("result/r?tab=cost");
    const chart = page.getByRole("figure", { name: "Peak memory by batch size" });
    await chart.locator("canvas").waitFor();
    let download = page.waitForEvent("download");
    await chart.getByRole("button", { name: "Save as PNG" }).click();
    expect((await download).suggestedFilename()).toBe("memory-by-batch.png");
    const { width, colours } = await coloursOf(page, await contentOf(download));
    expect(width).toBe(1920);
    expect(colours).toBeGreaterThan(50);

    download = page.waitForEvent("download");
    await chart.getByRole("button", { name: "Save as CSV" }).click();
    const lines = (await contentOf(download)).toString("utf8").replace("\uFEFF", "").split(/\r?\n/);
    expect(lines[0]).toBe(
      "series,Batch size,Peak memory (MiB),Peak memory (MiB) low,Peak memory (MiB) high,low and high are,note",
    );
    expect(lines.filter((line) => line.startsWith("fp32@cpu,"))).toHaveLength(2);

    await page.getByRole("radio", { name: "Compute only" }).check({ force: true });
    await page.getByRole("figure", { name: "Forward compute by batch size" }).locator("canvas").waitFor();
    await page.getByRole("figure", { name: "Memory over time" }).locator("canvas").waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("the decision chart", () => {
  it("is the verdict's picture: a row for each candidate, in the page's colours, saved as it is seen", async () => {
    const { page, complaints } = await openResult();
    const chart = page.getByRole("figure", { name: "What each candidate saves and costs" });
    const drawing = chart.getByRole("img", { name: "What each candidate saves and costs" });
    await drawing.waitFor();
    expect(await drawing.locator("g > title").count()).toBe(4 * (SEED_CELLS.length - 1));
    const download = page.waitForEvent("download");
    await chart.getByRole("button", { name: "Save as PNG" }).click();
    expect((await download).suggestedFilename()).toBe("decision.png");
    const { width, colours } = await coloursOf(page, await contentOf(download));
    expect(width).toBe(1920);
    expect(colours).toBeGreaterThan(50);
    expect(complaints).toEqual([]);
  });
});

describe("the flips", () => {
  it("are filtered by kind and words, and shown with both answers", async () => {
    const { page } = await openResult("result/r?tab=flips&cell=nf4%40cpu");
    const list = page.getByRole("listbox", { name: "Flipped questions" });
    const options = list.getByRole("option");
    await options.first().waitFor();
    const all = Number(await options.first().getAttribute("aria-setsize"));
    await page.getByRole("radio", { name: /Right → wrong/ }).check({ force: true });
    const lost = Number(await options.first().getAttribute("aria-setsize"));
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(all);
    expect(await page.getByRole("radio", { name: `Right → wrong ${lost}` }).count()).toBe(1);
    for (const text of await options.allInnerTexts()) expect(text).toContain("right → wrong");

    await page.getByLabel("Find").fill("astronomy");
    const found = await options.allInnerTexts();
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((text) => text.includes("astronomy"))).toBe(true);
    const detail = page.getByRole("table", { name: "Choices with both cells' log-probabilities" });
    expect(await detail.getByText(/\banswered\b/).count()).toBe(2);
    await page.getByLabel("Find").fill("no such words");
    expect(await page.getByRole("heading", { name: "None fits" }).isVisible()).toBe(true);
  });
});

describe("the texts", () => {
  it("stand side by side with the first differing word marked", async () => {
    const { page } = await openResult("result/r?tab=texts");
    const int8 = page.getByRole("article", { name: "int8@cpu" }).first();
    await int8.waitFor();
    expect(await int8.locator("mark").innerText()).toBe("light");
    expect(await int8.innerText()).toContain("differs from token 14 on, margin 0.60");
    expect(await page.getByRole("article", { name: "int8@cpu" }).nth(1).innerText()).toContain("the same text");
    expect(await page.getByRole("article", { name: "fp32@cpu" }).first().locator("mark").count()).toBe(0);
  });
});

describe("the evidence", () => {
  it("says what each file is and warns where a GPU's cell ran nodes on the CPU", async () => {
    const cells = [SEED_CELLS[0]!, { format: "int4" as const, provider: "cuda" as const, size: 0.2, nodesOnCpu: 12 }];
    const { page } = await openResult("result/r?tab=evidence", [{ ...RUN, cells }]);
    const nodes = page.getByRole("table", { name: "Node placement" });
    await nodes.waitFor();
    expect(await nodes.innerText()).toContain("12 of 174 nodes (6.9 %) did not run on CUDA");
    expect(await page.getByRole("table", { name: "Files" }).innerText()).toContain("32 a block, symmetric");
    await page.getByRole("row", { name: /timing 6/ }).waitFor();
    expect(await page.locator("pre").innerText()).toContain('"schemaVersion": 1');
  });
});

describe("states of a run", () => {
  it("names failed cells with their reason", async () => {
    const error = { code: "OUT_OF_MEMORY" as const, message: "Memory ran out. Take smaller batches.", details: {} };
    const cells = [SEED_CELLS[0]!, SEED_CELLS[1]!, { format: "fp4" as const, status: "failed" as const, error }];
    const { page } = await openResult("result/r", [{ ...RUN, cells, status: "failed" }]);
    const state = page.getByRole("region", { name: "State of the run" });
    await state.waitFor();
    expect(await state.innerText()).toContain("2 of 3 cells done");
    expect(await state.innerText()).toContain("Take smaller batches.");
    expect(await state.getByRole("button", { name: "Measure the rest" }).isVisible()).toBe(true);
  });

  it("shows partial numbers of one that goes on", async () => {
    const cells = [...SEED_CELLS.slice(0, 2), { format: "int4" as const, status: "waiting" as const }];
    const { page } = await openResult("result/r", [{ ...RUN, cells, status: "running" }]);
    await verdict(page).waitFor();
    expect(await page.getByText("Measuring: 2 of 3 cells done").isVisible()).toBe(true);
  });

  it("has no verdict on one cell, and none of a run that is not there", async () => {
    const { page } = await openResult("result/r", [{ ...RUN, cells: SEED_CELLS.slice(0, 1) }]);
    await page.getByRole("heading", { name: "Nothing to compare" }).waitFor();
    await page.goto(`${new URL(page.url()).origin}/#/result/gone`);
    await page.getByRole("heading", { name: "There is no such run" }).waitFor();
    await page.getByRole("link", { name: "Show the newest run" }).click();
    await page.getByRole("heading", { level: 1, name: RUN.name }).waitFor();
  });

  it("asks for questions where none were asked", async () => {
    const { page, complaints } = await openResult("result/r?tab=quality", [{ ...RUN, questions: 0, texts: false }]);
    await page.getByRole("heading", { name: "No questions were asked" }).waitFor();
    await page.getByRole("tab", { name: "Flips" }).click();
    await page.getByRole("heading", { name: "No flips" }).waitFor();
    await page.getByRole("tab", { name: "Texts" }).click();
    await page.getByRole("heading", { name: "No texts" }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("what can be done with a run", () => {
  it("is renamed, exported, deleted and taken back", async () => {
    const { page, complaints } = await openResult("result/r", [RUN, { ...RUN, id: "s", name: "Another" }]);
    await verdict(page).waitFor();
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Renamed");
    await page.getByRole("textbox", { name: "Name" }).press("Enter");
    await page.getByRole("heading", { level: 1, name: "Renamed" }).waitFor();

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("radio", { name: "Results (JSON)" }).check();
    await page.getByRole("button", { name: "Download" }).click();
    const { run, comparisons } = JSON.parse((await contentOf(download)).toString("utf8")) as {
      run: { name: string };
      comparisons: unknown[];
    };
    expect([run.name, comparisons.length]).toEqual(["Renamed", 3]);

    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("heading", { level: 1, name: "History" }).waitFor();
    await page.getByText("1 run deleted").waitFor();
    const rows = page.getByRole("grid").getByRole("rowheader");
    await expect.poll(() => rows.allInnerTexts()).toEqual(["Another"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("1 run restored").waitFor();
    await expect.poll(async () => (await rows.allInnerTexts()).toSorted()).toEqual(["Another", "Renamed"]);
    // Whole: its verdict is there again.
    await page.goto(`${new URL(page.url()).origin}/#/result/r`);
    await page.getByRole("heading", { level: 1, name: "Renamed" }).waitFor();
    await verdict(page).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("without a mouse", () => {
  it("reaches tabs, a metric's definition and the flips", async () => {
    const { page } = await openResult("result/r?cell=nf4%40cpu");
    await verdict(page).waitFor();
    const focused = (): Promise<string> =>
      page.evaluate<string>(`(() => {
        const element = document.activeElement;
        return (element.getAttribute("role") ?? element.tagName) + " " + (element.getAttribute("aria-label") ?? element.textContent);
      })()`);
    const tabTo = async (wanted: RegExp): Promise<void> => {
      for (let press = 0; press < 80; press++) {
        if (wanted.test((await focused()).replaceAll(/\s+/g, " "))) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`Tab never reached ${String(wanted)}; it is at ${await focused()}.`);
    };
    await tabTo(/^BUTTON File/);
    await page.keyboard.press("Enter");
    expect(await page.getByText("in megabytes of 10^6 bytes").isVisible()).toBe(true);
    await page.getByRole("tab", { name: "Verdict" }).focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press("ArrowRight");
    await page.getByRole("listbox").waitFor();
    await tabTo(/^listbox/);
    const question = page.getByRole("heading", { level: 2, name: /^Question/ });
    const before = await question.innerText();
    await page.keyboard.press("ArrowDown");
    expect(await question.innerText()).not.toBe(before);
    await page.keyboard.press("End");
    expect(await page.getByRole("listbox").getByRole("option", { selected: true }).isVisible()).toBe(true);
  });
});

describe("every part, in both themes", () => {
  it.each(["light", "dark"] as const)(
    "has nothing that axe finds and complains of nothing: %s",
    async (colorScheme) => {
      const { page, complaints } = await openResult("result/r", [RUN], { colorScheme });
      await verdict(page).waitFor();
      for (const tab of ["Verdict", "Cost", "Quality", "Flips", "Texts", "Evidence"]) {
        await page.getByRole("tab", { name: tab }).click();
        await page.waitForLoadState("networkidle");
        expect(await axeProblems(page), tab).toEqual([]);
      }
      expect(complaints).toEqual([]);
    },
  );
});
