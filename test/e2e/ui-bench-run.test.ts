/** From the first start to a result: the Bench and Run pages in a real browser, over the built host and the bundled model. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SpecInput } from "#shared/spec.ts";
import { openLab } from "#core/app/open-lab.ts";
import { saveModelRow } from "#core/store/library.ts";
import { axeProblems } from "../helpers/axe.ts";
import {
  answering,
  bar,
  button,
  clipped,
  expectAccessible,
  hash,
  heading,
  LONG,
  open,
  openSpec,
  planned,
  square,
  startHost,
} from "../helpers/bench-page.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Seconds on two cores: one launch, one batch size, five questions. */
const TINY: SpecInput = {
  schemaVersion: 1,
  name: "tiny",
  model: "demo",
  cells: [{ format: "fp32" }, { format: "int4" }],
  depth: "preview",
  launches: 1,
  passes: {
    forward: { batchSizes: [1], sequenceLength: 16, warmup: 0, minIterations: 3, maxIterations: 3, minSeconds: 0 },
    tokens: { questions: "demo" },
    benchmark: { questions: "demo", modes: ["loglikelihood"] },
  },
  sample: { limit: 5, seed: 0 },
};

describe("the first start", () => {
  it.each([
    { theme: "light", size: { width: 1280, height: 800 } },
    { theme: "dark", size: { width: 1920, height: 1080 } },
  ] as const)("has everything chosen and the cost on screen, in $theme at $size.width", async ({ theme, size }) => {
    const { page, complaints } = await open(browser, startHost(), { colorScheme: theme, viewport: size });
    await heading(page, "Bench").waitFor();
    await planned(page);
    for (const cell of ["fp32 on CPU", "w8 on CPU", "int4 on CPU"]) {
      // A first start reads and hashes the model before it knows what to recommend.
      await expect.poll(() => square(page, cell).getAttribute("aria-pressed")).toBe("true");
    }
    expect(await page.getByRole("grid").locator("[aria-pressed=true]").count()).toBe(3);
    await expect.poll(() => square(page, "fp32 on CPU").innerText()).toMatch(/In folder\s*reference/);
    expect(await page.getByRole("radio", { name: "Preview" }).isChecked()).toBe(true);
    const words = async (): Promise<string> => (await bar(page).innerText()).replaceAll(/\s+/g, " ");
    await expect
      .poll(words)
      .toMatch(/Takes ≈ .* Peak memory .* MiB of .* free Measures 3 cells 2 to make Asks 200 questions ±3 points/);
    await page
      .getByText("200 questions can tell apart about ±3 points of accuracy, if 1 in 20 answers flips.")
      .waitFor();
    expect(await button(page, "Run").boundingBox()).toMatchObject({ height: 40 });
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it("shows numbers as they come after one press, survives a reload, and stops when it is told to", async () => {
    const { page, complaints } = await open(browser);
    await planned(page);
    await button(page, "Run").click();
    await heading(page, "Run").waitFor();
    const cells = page.getByRole("region", { name: "Cells of the run" });
    expect(await cells.locator("tbody tr").count()).toBe(3);
    const latency = cells.locator("tbody tr").first().locator("td").nth(3);
    await expect.poll(() => latency.innerText(), { timeout: 60_000 }).toMatch(/^\d/);
    expect(await axeProblems(page)).toEqual([]);

    await page.reload();
    await heading(page, "Run").waitFor();
    await expect.poll(() => latency.innerText()).toMatch(/^\d/);
    expect(await page.getByRole("progressbar", { name: "The run" }).count()).toBe(1);

    await button(page, "Cancel int4@cpu").click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop int4@cpu" }).click();
    await button(page, "Cancel the run").click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop the run" }).click();
    await page.getByRole("region", { name: "Last run" }).getByText("Cancelled", { exact: true }).waitFor();
    expect(await button(page, "Resume what is missing").count()).toBe(1);
    expect(await hash(page)).toBe("#/run");
    expect(await axeProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe("a run", () => {
  it("ends at its result, with others waiting behind it, and gives its settings to the next", async () => {
    const { page, complaints } = await open(browser);
    await planned(page);
    await openSpec(page, TINY);
    await expect.poll(() => square(page, "w8 on CPU").getAttribute("aria-pressed")).toBe("false");
    await planned(page);
    await button(page, "Run").click();
    await heading(page, "Run").waitFor();
    await page.evaluate("location.hash = '#/bench'");
    await button(page, "Run next").click();
    const queue = page.getByRole("region", { name: "Waiting" });
    await queue.getByText("tiny", { exact: true }).waitFor();
    await button(page, "Take tiny out of the queue").click();
    await page.getByRole("dialog").getByRole("button", { name: "Take it out" }).click();
    await queue.waitFor({ state: "detached" });

    await expect.poll(() => hash(page), { timeout: 240_000 }).toMatch(/^#\/result\/.+/);
    const id = decodeURIComponent((await hash(page)).split("/")[2]!);
    await page.evaluate(`location.hash = '#/bench?from=${encodeURIComponent(id)}'`);
    await heading(page, "Bench").waitFor();
    await expect.poll(() => hash(page)).toBe("#/bench");
    await planned(page);
    expect(await page.getByLabel("Name of the run").inputValue()).toBe("tiny");
    expect(await page.getByLabel("At most").inputValue()).toBe("5");
    expect(await square(page, "int4 on CPU").innerText()).toMatch(/Made/);
    expect(complaints).toEqual([]);
  });

  it("is set up and started with the keyboard alone", async () => {
    const { page, complaints } = await open(browser);
    await planned(page);
    await square(page, "fp32 on CPU").focus();
    // To w8, which is chosen, and off.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    expect(await square(page, "w8 on CPU").getAttribute("aria-pressed")).toBe("false");
    await page.getByRole("radio", { name: "Preview" }).focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.getByRole("radio", { name: "Standard" }).isChecked()).toBe(true);
    await page.keyboard.press("Control+Enter");
    await heading(page, "Run").waitFor();
    const cells = page.getByRole("region", { name: "Cells of the run" });
    await expect.poll(() => cells.locator("tbody tr").count()).toBe(2);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search commands" }).waitFor();
    await page.keyboard.type("cancel the run");
    await page.getByRole("option", { name: /Cancel the run/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Stop the run" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Last run" }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("the Bench", () => {
  it("remembers what was chosen for a model, and starts over when asked", async () => {
    const home = temporaryFolder();
    const first = startHost(home);
    const { page } = await open(browser, first);
    await planned(page);
    await square(page, "int4 on CPU").click();
    await page.getByLabel("At most").fill("50");
    await page.keyboard.press("Enter");
    await page.getByText(/^50 questions can tell/).waitFor();
    // Kept a moment after the last change.
    await page.waitForTimeout(1000);
    await first.stop();
    const again = await open(browser, startHost(home));
    await planned(again.page);
    expect(await again.page.getByRole("grid").locator("[aria-pressed=true]").count()).toBe(2);
    expect(await again.page.getByLabel("At most").inputValue()).toBe("50");
    await button(again.page, "Spec").click();
    await again.page.getByRole("menuitem", { name: "Start over" }).click();
    await expect.poll(() => again.page.getByRole("grid").locator("[aria-pressed=true]").count()).toBe(3);
    expect(again.complaints).toEqual([]);
  });

  it("counts cells with a recipe or a file of their own, and says what they are made from", async () => {
    const { page, complaints } = await open(browser);
    await planned(page);
    const recipe = { format: "int4" as const, blockSize: 64 as const };
    const cells: SpecInput["cells"] = [
      { format: "fp32" },
      { recipe },
      { recipe, threads: 1 },
      { file: "onnx/gone.onnx" },
    ];
    await openSpec(page, { ...TINY, cells });
    const further = page.getByRole("list", { name: "Further cells" });
    const lines = further.getByRole("listitem");
    await expect.poll(() => lines.nth(1).innerText()).toMatch(/int4@cpu#2/);
    expect(await lines.nth(0).textContent()).toMatch(/own recipe: made first from model\.onnx, ≈ [\d.]+ MB/);
    expect(await lines.nth(0).innerText()).toMatch(/[\d.]+ MiB/);
    expect(await lines.nth(2).textContent()).toMatch(/There is no file .*gone\.onnx/);
    await expect.poll(() => bar(page).innerText()).toMatch(/3 cells\s*1 to make/);
    expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    expect(await clipped(page, "[aria-label='Further cells'] li")).toEqual([]);
    // The list ends where the grid does.
    const [list, grid] = [await further.boundingBox(), await page.getByRole("grid").boundingBox()];
    expect(list!.width).toBeLessThanOrEqual(grid!.width + 1);
    await expectAccessible(page);
    await button(page, "Leave int4@cpu out").last().click();
    await expect.poll(() => lines.count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  it("has room for the cost in every square, and the whole of it in the square's name", async () => {
    const { page } = await open(browser, startHost(), {}, (own) =>
      own.routeWebSocket(/127\.0\.0\.1/, (socket) => {
        const lab = socket.connectToServer();
        lab.onMessage((message) => {
          // As of a large model: an hour and a half, ten GiB.
          const times = String(message).replaceAll(/"measureSeconds":[\d.e+-]+/g, '"measureSeconds":5437');
          socket.send(times.replaceAll(/"peakMemoryBytes":\d+/g, '"peakMemoryBytes":11234567890'));
        });
      }),
    );
    await planned(page);
    await expect.poll(() => square(page, "fp32 on CPU").innerText()).toContain("≈ 1.5 h");
    expect(await clipped(page, "[role=grid] button, [role=grid] .cost")).toEqual([]);
    await expect
      .poll(() => square(page, "fp32 on CPU").ariaSnapshot())
      .toMatch(/fp32 on CPU: In folder reference peak memory ~10 GiB takes ≈ 1 h 31 min\b/);
    await square(page, "fp32 on CPU").hover();
    await page.getByText(/Takes ≈ 1 h 31 min, a rough guess\./).waitFor();
  });

  it("says what is missing instead of starting nothing", async () => {
    const { page, complaints } = await open(browser);
    await planned(page);
    for (const cell of ["fp32", "w8", "int4"]) await square(page, `${cell} on CPU`).click();
    await page.getByText("Choose at least one square of the grid.").waitFor();
    expect(await button(page, "Run").isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("takes a typed number or says why not, and keeps the one before", async () => {
    const { page } = await open(browser);
    await planned(page);
    await button(page, "Settings of forward pass").click();
    const batches = page.getByLabel("Batch sizes");
    await batches.fill("1, many");
    await batches.press("Enter");
    await page.getByText(/Whole numbers from 1 to 4,096.* Not “1, many”/).waitFor();
    expect(await batches.inputValue()).toBe("1, 4");
    await batches.fill("16 2");
    await batches.press("Enter");
    await expect.poll(() => batches.inputValue()).toBe("2, 16");
    await page.getByText("Batch 2, 16 · 128 tokens each").waitFor();
    await button(page, "More").click();
    await expectAccessible(page);
  });

  it.each([
    ["a field that there is not", { ...TINY, cels: [] }, /spec\.json: .*cels/],
    ["a model that is not in the library", { ...TINY, model: "other" }, /"other", which is not in the library/],
    ["what is no JSON", "{", /spec\.json is not JSON/],
  ])("refuses a spec with %s and changes nothing", async (_what, spec, message) => {
    const { page, complaints } = await open(browser);
    await planned(page);
    await openSpec(page, spec);
    await page.getByText(message).waitFor();
    expect(await page.getByRole("grid").locator("[aria-pressed=true]").count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  it("shows what is wrong with a broken model, and the next one works", async () => {
    const home = temporaryFolder();
    const folder = join(temporaryFolder(), LONG.split("/")[1]!);
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), "{}");
    writeFileSync(join(folder, "model.onnx"), "no graph");
    {
      using lab = openLab(home);
      saveModelRow(lab.db, { name: LONG, folder, addedAt: "2026-11-21T10:00:00.000Z", summary: null });
    }
    const { page, complaints } = await open(browser, startHost(home), { colorScheme: "dark" });
    await planned(page);
    await page.getByLabel("Model", { exact: true }).last().selectOption(LONG);
    const alert = page.getByRole("alert");
    await alert.getByText("This model cannot be measured as it is").waitFor();
    expect(await alert.innerText()).toMatch(/MODEL_/);
    expect(await button(page, "Run").isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByLabel("Model", { exact: true }).last().selectOption("demo");
    await planned(page);
    expect(complaints).toEqual([]);
  });

  it("adds a model by its folder, and says why it does not", async () => {
    const { page, complaints } = await open(browser);
    await planned(page);
    await button(page, "Add a model").click();
    const dialog = page.getByRole("dialog", { name: "Add a model" });
    await dialog.getByRole("list").waitFor();
    await dialog.getByLabel("Folder", { exact: true }).fill("/nowhere/at/all");
    await page.keyboard.press("Enter");
    await dialog.getByText("The folder was not added").waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("measures what needs no questions where there are none", async () => {
    const { page, complaints } = await open(browser, startHost(), {}, (own) =>
      answering(own, { "questions.list": { sets: [] } }),
    );
    await planned(page);
    await page.getByText("No question set").waitFor();
    expect(await page.getByRole("checkbox", { name: "Answers" }).isDisabled()).toBe(true);
    expect(await page.getByText("Asks", { exact: true }).count()).toBe(0);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it("starts nothing while the lab is not there", async () => {
    const { page, host } = await open(browser);
    await planned(page);
    await host.stop();
    await page.getByText("Not connected: nothing can be started.").waitFor();
    expect(await button(page, "Run").isDisabled()).toBe(true);
    expect(await page.getByRole("grid").locator("[aria-pressed=true]").count()).toBe(3);
  });
});
