/** Every export from the pages, through the built host: downloaded, opened, and looked at as its users would. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import Database from "better-sqlite3";
import { unzipSync } from "fflate";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { EXPORT_FORMATS, EXPORTS, type ExportFormat } from "#shared/exports/formats.ts";
import { PAPER } from "#shared/exports/paper.ts";
import { resultsSchema } from "#shared/results.ts";
import { openLab } from "#core/app/open-lab.ts";
import { importFiles } from "#core/bundles/import-files.ts";
import { countRuns } from "#core/store/read-run.ts";
import { axeProblems } from "../helpers/axe.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { chromiumOptions } from "../helpers/electron-stand-in.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { readPdf } from "../helpers/read-pdf.ts";
import { SEED_CELLS, seedResult } from "../helpers/seed-result.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

const QUESTIONS = 60;

let browser: Browser;
let host: HostProcess;
let home: string;
/** The page of the run "r", which stays open. */
let watched: WatchedPage;
let page: Page;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "quantscope-"));
  const seed = { cells: SEED_CELLS.slice(0, 3), questions: QUESTIONS, batchSizes: [1, 4] };
  seedResult(home, { ...seed, id: "r", name: "Three formats" });
  seedResult(home, { ...seed, id: "s", name: "The night after", startedAt: "2026-11-22T07:00:00.000Z" });
  browser = await launchChromium();
  host = new HostProcess(["--home", home]);
  watched = await watchedPage(browser);
  ({ page } = watched);
  await page.goto(`${await host.url()}#/result/r`);
  await page.locator("[aria-live] h2").first().waitFor();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
  rmSync(home, { recursive: true, force: true });
});

/** What the browser saves after `press`. */
async function download(press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const downloading = page.waitForEvent("download");
  await press();
  const got = await downloading;
  return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
}

const choose = (format: ExportFormat): Promise<void> =>
  page.getByRole("radio", { name: EXPORTS[format].label, exact: true }).check();

async function exported(format: ExportFormat): Promise<Buffer> {
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await choose(format);
  const { name, bytes } = await download(() => page.getByRole("button", { name: "Download" }).click());
  expect(name).toBe(`quantscope-r${EXPORTS[format].ending}`);
  await page.getByRole("dialog").waitFor({ state: "detached" });
  return bytes;
}

/** Below a folder, as a person who unpacks it. */
const entriesOf = (zip: Buffer): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes)]));

/** A file on the disk in a browser that has no network. */
async function openFile(file: string): Promise<WatchedPage> {
  const opened = await watchedPage(browser, { offline: true });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await opened.page.goto(`file://${file}`);
  return opened;
}

function saved(name: string, bytes: Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

describe("the export dialog", () => {
  it("tells of every format what it is for, by keyboard, and remembers the last one", async () => {
    await page.getByRole("button", { name: "Export", exact: true }).focus();
    await page.keyboard.press("Enter");
    const radios = page.getByRole("dialog").getByRole("radio");
    await expect.poll(() => radios.count()).toBe(EXPORT_FORMATS.length);
    expect(await page.evaluate<string>("document.activeElement.value")).toBe("html");
    for (const radio of await radios.all()) {
      const words = (await radio.getAttribute("aria-describedby"))!;
      expect((await page.locator(`[id="${words}"]`).innerText()).length).toBeGreaterThan(20);
    }
    expect(await axeProblems(page)).toEqual([]);
    const press = async (key: string, times: number): Promise<void> => {
      for (let time = 0; time < times; time++) await page.keyboard.press(key);
    };
    await press("ArrowDown", EXPORT_FORMATS.indexOf("md"));
    const { name } = await download(() => page.keyboard.press("Enter"));
    expect(name).toBe("quantscope-r.md");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await page.reload();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await expect.poll(() => page.evaluate<string>("document.activeElement.value")).toBe("md");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("is passed by in the palette, which names each format", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("export summary");
    const { name } = await download(() => page.keyboard.press("Enter"));
    expect(name).toBe("quantscope-r.md");
  });
});

describe("a run's files", () => {
  it("CSV: every row under columns with units, and a table for each chart", async () => {
    const entries = entriesOf(await exported("csv"));
    const rows = parse<Record<string, string>>(entries["measurements.csv"]!, { bom: true, columns: true });
    expect(rows.length).toBeGreaterThan(500);
    expect(rows.filter(({ pass }) => pass === "forward").some(({ latency_ms: ms }) => Number(ms) > 10)).toBe(true);
    expect(Object.keys(rows[0]!)).toEqual(expect.arrayContaining(["peak_memory_bytes", "kl_divergence_nats"]));
    const memory = parse(entries["charts/memory-by-batch.csv"]!, { bom: true });
    const peak = "Peak memory (MiB)";
    const ends = [`${peak} low`, `${peak} high`, "low and high are", "note"];
    expect(memory[0]).toEqual(["series", "Batch size", peak, ...ends]);
    expect(memory.length).toBe(1 + 3 * 2);
  });

  it("PNG: every chart, drawn", async () => {
    const entries = entriesOf(await exported("png"));
    expect(Object.keys(entries).length).toBeGreaterThan(5);
    for (const [name, png] of Object.entries(entries)) {
      const image = await loadImage(png);
      const context = createCanvas(image.width, image.height).getContext("2d");
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
      expect(new Set(pixels).size, name).toBeGreaterThan(30);
    }
  });

  it("HTML: opens from the disk without a network and complains of nothing", async () => {
    const opened = await openFile(saved("report.html", await exported("html")));
    expect(await opened.page.getByRole("heading", { level: 1 }).innerText()).toBe("Three formats");
    expect(await opened.page.locator("svg").count()).toBeGreaterThan(5);
    expect(
      await opened.page
        .getByText(/not enough data/i)
        .first()
        .isVisible(),
    ).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  it("JSON that the schema takes, a line for each question, Markdown tables", async () => {
    const results = resultsSchema.parse(JSON.parse((await exported("json")).toString("utf8")));
    expect([results.run.id, results.comparisons.length]).toEqual(["r", 2]);
    const lines = (await exported("jsonl")).toString("utf8").trim().split("\n");
    const answers = lines.map((line) => JSON.parse(line) as { question: string; cells: object });
    expect(answers).toHaveLength(QUESTIONS);
    expect(Object.keys(answers[0]!.cells)).toEqual(["fp32@cpu", "int8@cpu", "int4@cpu"]);
    expect(answers[0]!.question).toContain("Question 1");
    const markdown = (await exported("md")).toString("utf8");
    expect(markdown).toMatch(/^## Three formats\n\n- /);
    expect(markdown).toMatch(/\n\| cell \|.*\n\| :-- \| --: /);
  });

  it("other tools' files, which this program reads again", async () => {
    const harness = entriesOf(await exported("lm-eval"));
    const folder = temporaryFolder();
    const samples = Object.keys(harness).filter((name) => /int8@cpu\/(samples|results)_/.test(name));
    const files = samples.map((name) => {
      const file = join(folder, name.split("/").at(-1)!);
      writeFileSync(file, harness[name]!);
      return file;
    });
    const bench = saved("llama-bench.csv", await exported("llama-bench"));
    expect(parse(readFileSync(bench), { columns: true })).toHaveLength(3 * 3);
    using lab = openLab(temporaryFolder());
    const options = { cell: { format: "int8", provider: "cpu" } } as const;
    expect(importFiles(lab.db, files, options)).toMatchObject([{ outcome: "added" }]);
    expect(importFiles(lab.db, [bench], options)).toMatchObject([{ outcome: "added" }]);
  });

  it("a bundle, which is imported once and not twice", async () => {
    const bundle = saved("run.qsrun", await exported("qsrun"));
    using lab = openLab(temporaryFolder());
    expect(importFiles(lab.db, [bundle])).toMatchObject([{ runId: "r", outcome: "added" }]);
    expect(importFiles(lab.db, [bundle])).toMatchObject([{ runId: "r", outcome: "already there" }]);
    expect(countRuns(lab.db)).toBe(1);
  });

  it("a report that its own tab prints, with no script of its own", async () => {
    // What the browser's own dialog would be.
    await page.context().addInitScript("window.print = () => { document.title = 'printed'; };");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await choose("pdf");
    const opening = page.context().waitForEvent("page");
    await page.getByRole("button", { name: "Open to print" }).click();
    const tab = await opening;
    onTestFinished(() => tab.close());
    await expect.poll(() => tab.title()).toBe("printed");
    expect(new URL(tab.url()).pathname).toMatch(/^\/export\//);
    expect(await tab.getByRole("heading", { name: "Verdict" }).isVisible()).toBe(true);
    const edge = "getComputedStyle(document.querySelector('.verdict')).borderLeftWidth";
    expect(await tab.evaluate<string>(edge)).toBe("4px");
  });

  it("leaves nothing to complain of", () => {
    expect(watched.complaints).toEqual([]);
  });
});

describe("the report on paper", () => {
  it("is A4 pages with numbers, the verdict on the first, and no chart or table cut", async () => {
    const opened = await openFile(saved("report.html", await exported("html")));
    const sentence = await opened.page.locator(".verdict p").first().innerText();
    const { size: pageSize, margins, header: headerTemplate, footer: footerTemplate } = PAPER;
    const asked = {
      pageSize,
      margins,
      headerTemplate,
      footerTemplate,
      printBackground: true,
      displayHeaderFooter: true,
    };
    const { pages, size, text } = readPdf(await opened.page.pdf(chromiumOptions(asked)));
    expect(pages).toBeGreaterThan(3);
    expect(size).toEqual([210, 297]);
    expect(text).toContain(sentence.replaceAll(/\s+/g, ""));
    expect(text).toContain(`page1of${pages}`);
    expect(text).toContain(`page${pages}of${pages}`);

    await opened.page.emulateMedia({ media: "print", colorScheme: "dark" });
    await opened.page.setViewportSize({ width: 720, height: 1000 });
    const wide = await opened.page.evaluate<string[]>(`[...document.querySelectorAll("table, svg")]
      .filter((part) => part.getBoundingClientRect().right > innerWidth).map((part) => part.outerHTML.slice(0, 80))`);
    expect(wide).toEqual([]);
    const broken = await opened.page.evaluate<string[]>(`[...document.querySelectorAll("td")].filter((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return /^[\\d.,]+$/.test(cell.textContent) && range.getClientRects().length > 1;
    }).map((cell) => cell.textContent)`);
    expect(broken).toEqual([]);
    expect(await opened.page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
      "rgb(255, 255, 255)",
    );
  });
});

describe("several runs", () => {
  const open = async (place: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
  };

  it("are one table, or bundles in a zip, from History's selection", async () => {
    await open("#/history");
    await page.locator("tbody tr[data-row]").first().focus();
    for (const key of ["Space", "ArrowDown", "Space"]) await page.keyboard.press(key);
    await page.getByText("2 runs selected").waitFor();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    expect(await page.getByRole("radio", { name: EXPORTS.pdf.label }).isDisabled()).toBe(true);
    await choose("csv");
    const table = await download(() => page.getByRole("button", { name: "Download" }).click());
    expect(table.name).toBe("quantscope-2-runs.csv");
    const rows = parse<{ run: string }>(table.bytes, { bom: true, columns: true });
    expect(new Set(rows.map(({ run }) => run))).toEqual(new Set(["r", "s"]));

    await page.getByRole("button", { name: "Export", exact: true }).click();
    await choose("qsrun");
    const zip = await download(() => page.getByRole("button", { name: "Download" }).click());
    expect(Object.keys(entriesOf(zip.bytes)).sort()).toEqual(["quantscope-r.qsrun", "quantscope-s.qsrun"]);
  });

  it("are all of them from System, and the database as it is", async () => {
    await open("#/system");
    const everything = await download(() => page.getByRole("button", { name: "Export every run" }).click());
    expect(Object.keys(entriesOf(everything.bytes))).toHaveLength(2);
    const copy = await download(() => page.getByRole("button", { name: "Save a copy of the database" }).click());
    const db = new Database(saved("copy.db", copy.bytes), { readonly: true });
    expect(db.prepare("SELECT count(*) FROM runs").pluck().get()).toBe(2);
    db.close();
    expect(await axeProblems(page)).toEqual([]);
  });

  it("are one Markdown table from Compare, with the baseline named", async () => {
    await open(`#/compare?cells=${encodeURIComponent("r/fp32%40cpu~s/int4%40cpu")}`);
    const { name, bytes } = await download(() => page.getByRole("button", { name: "Save as Markdown" }).click());
    expect(name).toBe("compare.md");
    expect(bytes.toString("utf8")).toMatch(
      /^\| metric \| fp32@cpu, Three formats \(baseline\) \| int4@cpu, The night after \|\n/,
    );
    expect(bytes.toString("utf8")).toMatch(/\| Latency, batch 1 \(ms\) \| [\d.]+ \([\d.]+–[\d.]+\) \| /);
  });

  it("complain of nothing", () => {
    expect(watched.complaints).toEqual([]);
  });
});

describe("what cannot be exported", () => {
  it("is said in the dialog, which stays open", async () => {
    seedResult(home, { id: "bare", name: "No questions", cells: SEED_CELLS.slice(0, 1), questions: 0, texts: false });
    await page.evaluate("location.hash = '#/result/bare'");
    await page.getByRole("heading", { level: 1, name: "No questions" }).waitFor();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await choose("jsonl");
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("dialog").getByText("Nothing was exported").waitFor();
    expect(await page.getByText("what that needs was not measured").isVisible()).toBe(true);
  });
});
