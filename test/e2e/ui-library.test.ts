/** Models, Questions and System with real files, over the built host in a real browser. */
import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { axeProblems } from "../helpers/axe.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { untilReady, valueOf } from "../helpers/found.ts";
import { HostProcess } from "../helpers/host-process.ts";
import { accessibilityProblems } from "../helpers/page-checks.js";
import { FIXTURES } from "../helpers/reference.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type WatchedPage, watchedPage } from "../helpers/watched-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LONG = "meta-llama-Llama-3.2-1B-Instruct-with-a-name-that-goes-on-and-on-and-on-v17-final";

/** A data folder with models in it that were not added yet: whatever lies below it may be named. */
function homeWithModels(): { home: string; good: string; broken: string } {
  const home = temporaryFolder();
  const good = join(home, "given", LONG);
  const broken = join(home, "given", "broken");
  for (const folder of [good, broken]) {
    mkdirSync(folder, { recursive: true });
    cpSync(join(FIXTURES, "zoo", "llama"), folder, { recursive: true });
  }
  const file = join(broken, "onnx", "model.onnx");
  truncateSync(file, Math.floor(readFileSync(file).length / 2));
  return { home, good, broken };
}

async function open(home: string, hash: string, options: Parameters<typeof watchedPage>[1] = {}): Promise<WatchedPage> {
  const host = new HostProcess(["--home", home]);
  onTestFinished(async () => {
    await host.stop();
  });
  const watched = await watchedPage(browser, { reducedMotion: "reduce", ...options });
  onTestFinished(() => watched[Symbol.asyncDispose]());
  await watched.page.goto((await host.url()) + hash);
  await untilReady(watched.page);
  return watched;
}

async function expectAccessible({ page, complaints }: WatchedPage): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeProblems(page), colorScheme).toEqual([]);
  }
  expect(complaints).toEqual([]);
}

async function addModel(page: Page, folder: string): Promise<void> {
  await page.getByRole("textbox", { name: "Folder" }).fill(folder);
  await page.keyboard.press("Enter");
}

/** A dialog that closes gives the focus back a moment later, and would take it from whoever has it by then. */
async function dialogIsGone(page: Page): Promise<void> {
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  await page.waitForTimeout(300);
}

const library = (page: Page): ReturnType<Page["getByRole"]> =>
  page.getByRole("navigation", { name: "Models in the library" });

describe("the Models page", () => {
  it("adds a folder, says what is wrong with a broken one, makes int4 of it, and takes a removal back", async () => {
    const { home, good, broken } = homeWithModels();
    const watched = await open(home, "#/models");
    const { page } = watched;
    await page.getByRole("button", { name: "onnx/model.onnx" }).waitFor();
    await page.getByRole("button", { name: "Add model" }).press("Enter");
    await addModel(page, broken);
    const refusal = page.getByRole("alert").filter({ hasText: "was not added" });
    await refusal.waitFor();
    expect(await refusal.innerText()).toContain(join("broken", "onnx", "model.onnx"));
    expect(await refusal.innerText()).toMatch(/MODEL_CORRUPT|EXTERNAL_DATA/);
    await expectAccessible(watched);
    await addModel(page, good);
    await page.getByRole("heading", { name: /^meta-llama/ }).waitFor();
    expect(await library(page).getByRole("link").count()).toBe(2);
    await dialogIsGone(page);

    await page.getByRole("button", { name: "Make variants" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("MB to write").waitFor();
    expect(await dialog.getByLabel("Make int4", { exact: true }).isChecked()).toBe(true);
    await expectAccessible(watched);
    await dialog.getByRole("button", { name: "Make 1 variant" }).press("Enter");
    await dialogIsGone(page);
    await page.getByRole("list", { name: "Variants that are made" }).getByText("Done", { exact: true }).waitFor();
    const made = page.getByRole("button", { name: /^int4, / });
    await made.press("Enter");
    await page.getByText("Made by Quantscope").waitFor();
    await page.getByRole("tab", { name: "Layer by layer" }).press("Enter");
    const table = page.getByRole("region", { name: /^Weights of/ });
    await table.getByRole("button", { name: "SNR" }).press("Enter");
    expect(await table.locator("th[aria-sort=ascending]").innerText()).toContain("SNR");
    expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    await expectAccessible(watched);

    await page.getByRole("button", { name: "Remove from the library" }).press("Enter");
    await page.getByRole("checkbox", { name: /Also delete 1 variant/ }).waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).press("Enter");
    await expect.poll(() => library(page).getByRole("link").count()).toBe(1);
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByRole("heading", { name: /^meta-llama/ }).waitFor();
    await page.getByRole("button", { name: /^int4, / }).waitFor();
    expect(watched.complaints).toEqual([]);
  });
});

const GOOD_CSV =
  "question,A,B,C,D,answer\nWhat comes after one?,two,three,four,five,A\nAnd after two?,one,three,nine,six,B\n";
const BAD_CSV = `${GOOD_CSV}What comes after three?,four,five,six,seven,E\n`;

describe("the Questions page", () => {
  it("imports a good file, names the row of a bad one, and shows the prompt that is sent", async () => {
    const home = temporaryFolder();
    const watched = await open(home, "#/questions/demo");
    const { page } = watched;
    await page.getByRole("region", { name: "Questions of demo" }).getByRole("row").nth(3).waitFor();
    await expectAccessible(watched);
    await page.getByRole("button", { name: "Import questions" }).press("Enter");
    const upload = page.getByLabel("A question file of this computer");
    await upload.setInputFiles({ name: "numbers.csv", mimeType: "text/csv", buffer: Buffer.from(BAD_CSV) });
    const refusal = page.getByRole("alert").filter({ hasText: "nothing was imported" });
    await refusal.waitFor();
    expect(await refusal.innerText()).toMatch(/Line 4 of numbers\.csv/);
    await expectAccessible(watched);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("link", { name: "numbers" }).count()).toBe(0);

    const file = join(home, "numbers.csv");
    writeFileSync(file, GOOD_CSV);
    await page.getByRole("button", { name: "Import questions" }).press("Enter");
    await page.getByRole("textbox", { name: /Or a file/ }).fill(file);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "numbers" }).waitFor();
    await dialogIsGone(page);
    const rows = page.getByRole("region", { name: "Questions of numbers" }).locator("tbody tr");
    await rows.first().press("ArrowDown");
    await page.keyboard.press("Enter");
    const prompt = page.getByLabel("The prompt", { exact: true });
    await prompt.getByText("And after two?").waitFor();
    const scored = page.getByRole("row", { name: /B\. three/ });
    expect(await scored.innerText()).toContain("right");
    await page.getByLabel("Chat template").press("Space");
    await prompt
      .getByText(/<\|im_start\|>/)
      .first()
      .waitFor();
    await expectAccessible(watched);

    await page.getByRole("button", { name: "Remove from the library" }).press("Enter");
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByRole("link", { name: "numbers" }).waitFor();
    expect(watched.complaints).toEqual([]);
  });
});

describe("the System page", () => {
  it("shows hardware and the matrix of providers and formats, which the arrow keys walk", async () => {
    const watched = await open(temporaryFolder(), "#/system");
    const { page } = watched;
    expect(await valueOf(page, "Processor").innerText()).not.toBe("");
    await page.getByText("Nothing was tried yet").waitFor();
    await page.getByRole("button", { name: "Try all" }).press("Enter");
    const first = page.getByRole("button", { name: "CPU, fp32: Works" });
    await first.waitFor({ timeout: 25_000 });
    await first.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText(/Relative error .* is rounding/).waitFor();
    await expectAccessible(watched);
  });
});

describe("the three pages", () => {
  it.each(["#/models", "#/questions", "#/system"])("of %s fit a wide window, and name everything", async (hash) => {
    const { page, complaints } = await open(temporaryFolder(), hash, { viewport: { width: 1920, height: 1080 } });
    await page.locator("h2").first().waitFor();
    expect(await page.evaluate(accessibilityProblems)).toEqual([]);
    expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    expect(complaints).toEqual([]);
  });
});
