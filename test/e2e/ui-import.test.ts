/** Importing runs from the pages, over the built host: chosen, typed and dropped. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openLab } from "#core/app/open-lab.ts";
import { exportBundle } from "#core/bundles/export-bundle.ts";
import { axeProblems } from "../helpers/axe.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { dropFile } from "../helpers/drop-file.ts";
import { untilReady } from "../helpers/found.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { accessibilityProblems } from "../helpers/page-checks.js";
import { SEED_CELLS, seedResult } from "../helpers/seed-result.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
/** Where the files lie that are imported. */
let inbox: string;
beforeAll(async () => {
  inbox = mkdtempSync(join(tmpdir(), "quantscope-"));
  const elsewhere = join(inbox, "home");
  for (const id of ["a", "b"]) {
    seedResult(elsewhere, { id, name: `Night ${id}`, questions: 12, batchSizes: [1], cells: SEED_CELLS.slice(0, 2) });
    using lab = openLab(elsewhere);
    writeFileSync(join(inbox, `${id}.qsrun`), exportBundle(lab.db, id).content);
  }
  const content = readFileSync(join(inbox, "a.qsrun"));
  writeFileSync(join(inbox, "cut.qsrun"), content.subarray(0, content.length >> 1));
  const sample = { doc_id: 0, doc: { question: "q", choices: ["a", "b"] }, target: "1", resps: [], acc: 0 };
  const scores = { filtered_resps: [["-1", "False"], ["-2", "False"]] }; // prettier-ignore
  const filters = ["first", "second"].map((filter) => JSON.stringify({ ...sample, ...scores, filter }));
  writeFileSync(join(inbox, "samples_virology_2026.jsonl"), `${filters.join("\n")}\n`);
  const row = { backends: "CPU", model_type: "F16", n_prompt: 512, n_gen: 0, test_time: "2026-11-01T07:00:00Z", avg_ns: 1e9 }; // prettier-ignore
  writeFileSync(join(inbox, "bench.json"), JSON.stringify([row, { ...row, n_depth: 4096 }]));
  writeFileSync(join(inbox, "astronomy.csv"), "question,choice0,choice1,answer\nWhat is avg_ns?,a,b,0\n");
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(inbox, { recursive: true, force: true });
});

async function open(place: string): Promise<WatchedPage & { home: string }> {
  const home = temporaryFolder();
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop();
  });
  const watched = await watchedPage(browser);
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await watched.page.goto((await host.url()) + place);
  await untilReady(watched.page);
  return { ...watched, home };
}

const file = (name: string): string => join(inbox, name);
const rows = (page: Page) => page.locator("tbody tr[data-row]:not(.skeleton)");

async function choose(page: Page, ...names: string[]): Promise<void> {
  await page.getByRole("button", { name: "Import runs..." }).click();
  await page.getByLabel("Runs of this computer").setInputFiles(names.map(file));
}

async function isAccessible({ page, complaints }: WatchedPage): Promise<void> {
  expect(await axeProblems(page)).toEqual([]);
  expect(await page.evaluate(accessibilityProblems)).toEqual([]);
  expect(complaints).toEqual([]);
}

describe("Import runs", () => {
  it("brings a run of another data folder into History, once, with where it is from", async () => {
    const watched = await open("#/history");
    const { page } = watched;
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
    await page.getByText("or import a run that was measured elsewhere").waitFor();
    await page.getByRole("button", { name: "Import runs..." }).click();
    await page.getByRole("dialog", { name: "Import runs" }).waitFor();
    await isAccessible(watched);
    await page.getByLabel("Runs of this computer").setInputFiles(file("a.qsrun"));
    await page.getByText("“Night a” was imported").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("row", { name: /Night a/ }).waitFor();
    expect(await rows(page).first().innerText()).toContain("imported");
    await page.getByRole("button", { name: "Dismiss" }).click();

    await choose(page, "a.qsrun");
    await page.getByText("“Night a” is already here").waitFor();
    expect(await rows(page).count()).toBe(1);
    await page.getByRole("button", { name: "Show" }).click();
    await page.locator("h1", { hasText: "Night a" }).waitFor();
    expect(watched.complaints).toEqual([]);
  });

  it("says what is wrong with a damaged file, and imports the good one beside it", async () => {
    const watched = await open("#/history");
    const { page } = watched;
    await choose(page, "cut.qsrun", "b.qsrun");
    const answers = page.getByRole("dialog", { name: "Not everything was imported" });
    await answers.getByText("cut.qsrun could not be imported").waitFor();
    expect(await answers.innerText()).toMatch(/BUNDLE_INVALID[\s\S]*Export the run again[\s\S]*“Night b” was imported/);
    await isAccessible(watched);
    await answers.getByRole("button", { name: "Close" }).last().click();
    await answers.waitFor({ state: "detached" });
    await expect.poll(() => rows(page).count()).toBe(1);
  });

  it("asks for format and provider where another tool's file does not say them", async () => {
    const watched = await open("#/history");
    const { page } = watched;
    await choose(page, "samples_virology_2026.jsonl");
    await page.getByRole("combobox", { name: "Format that was measured" }).selectOption("int4");
    await isAccessible(watched);
    await page.getByRole("button", { name: "Import as this" }).click();
    const answers = page.getByRole("dialog", { name: "Imported" });
    await answers.getByText(/“lm-eval: .*” was imported/).waitFor();
    await answers.getByText("left out: answers of virology_2026 by the filters second (first is read)").waitFor();
    await isAccessible(watched);
    await page.getByRole("dialog").getByRole("link", { name: "Show" }).click();
    await page.locator("h1", { hasText: "lm-eval" }).waitFor();
  });

  it("takes a typed path below the data folder, and refuses one outside", async () => {
    const { page, home } = await open("#/history");
    await page.getByRole("button", { name: "Import runs..." }).click();
    await page.getByLabel("Or a file that Quantscope's machine has").fill("/etc/passwd");
    await page.keyboard.press("Enter");
    const answers = page.getByRole("dialog", { name: "Not everything was imported" });
    await answers.getByText(/PATH_REFUSED/).waitFor();
    await page.keyboard.press("Escape");
    await answers.waitFor({ state: "detached" });
    mkdirSync(join(home, "inbox"));
    const path = join(home, "inbox", "x.qsrun");
    copyFileSync(file("a.qsrun"), path);
    await page.getByRole("button", { name: "Import runs..." }).click();
    await page.getByLabel("Or a file that Quantscope's machine has").fill(path);
    await page.keyboard.press("Enter");
    await page.getByText("“Night a” was imported").waitFor();
  });

  it("is cancelled in the middle of one large file, of which nothing is stored", async () => {
    const { page, home } = await open("#/history");
    mkdirSync(join(home, "inbox"));
    const path = join(home, "inbox", "samples_large_2026.jsonl");
    const [sample] = readFileSync(file("samples_virology_2026.jsonl"), "utf8").split("\n");
    const lines = Array.from({ length: 200_000 }, (_, index) => sample!.replace('"doc_id":0', `"doc_id":${index}`));
    writeFileSync(path, lines.join("\n"));
    await page.getByRole("button", { name: "Import runs..." }).click();
    await page.getByLabel("Or a file that Quantscope's machine has").fill(path);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Import runs" }).getByRole("button", { name: "Cancel" }).click();
    await page.getByText("The import was cancelled").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("No runs yet").waitFor();
  });

  it("is in the command palette of every page", async () => {
    const { page } = await open("#/system");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("import runs");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Import runs" }).waitFor();
  });
});

describe("a dropped file", () => {
  it("of which a part was left out says so", async () => {
    const { page } = await open("#/history");
    await page.locator("h1").first().waitFor();
    await dropFile(page, file("bench.json"));
    const answers = page.getByRole("dialog", { name: "Imported" });
    await answers.getByText(/left out: bench\.json: row 2: pp512 @ d4096/).waitFor();
  });

  it.each(["system", "history", "questions", "models", "bench"])("that holds a run is imported on %s", async (view) => {
    const { page, complaints } = await open(`#/${view}`);
    await page.locator("h1").first().waitFor();
    await dropFile(page, file("a.qsrun"));
    await page.getByText("“Night a” was imported").waitFor();
    expect(await page.evaluate("location.hash")).toBe(`#/${view}`);
    expect(complaints).toEqual([]);
  });

  it.each(["history", "models"])("that holds questions goes to Questions from %s", async (view) => {
    const { page } = await open(`#/${view}`);
    await page.locator("h1").first().waitFor();
    await dropFile(page, file("astronomy.csv"));
    await page.getByText("astronomy was imported").waitFor();
    await expect.poll(() => page.evaluate("location.hash")).toBe("#/questions/astronomy");
  });
});
