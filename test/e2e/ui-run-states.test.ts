/** What the Run page shows of runs that are hard to come by: the lab's answers are put in their place. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveCell, LiveRuns } from "#shared/api.ts";
import { answering, button, clipped, expectAccessible, heading, LONG, open, startHost } from "../helpers/bench-page.ts";
import { launchChromium } from "../helpers/chromium.ts";
import { seedRuns } from "../helpers/seed-runs.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const THEMES = ["light", "dark"] as const;

describe("the Run page", () => {
  const cell = (label: string, rest: Partial<LiveCell> = {}): LiveCell => ({
    label,
    status: "waiting",
    error: null,
    launch: null,
    progress: null,
    measured: [],
    samples: { atMs: [], residentBytes: [], tokensPerSecond: [] },
    ...rest,
  });
  const nothing: LiveRuns = { active: null, queue: [], ended: [] };

  it("leads to the Bench where nothing goes on", async () => {
    const { page, complaints } = await open(browser, startHost(), {}, undefined, "#/run");
    await page.getByText("Nothing is measured now").waitFor();
    await expectAccessible(page);
    await button(page, "Go to the Bench").click();
    await heading(page, "Bench").waitFor();
    expect(complaints).toEqual([]);
  });

  it.each(THEMES)("shows thirty cells of a long name, one that failed with what to do, in %s", async (colorScheme) => {
    const message = "The process of int4@cpu#3 was killed at 31 GiB. Leave out the largest batch sizes.";
    const cells = Array.from({ length: 30 }, (_, index) => cell(index === 0 ? "int4@cpu" : `int4@cpu#${index + 1}`));
    cells[2] = cell("int4@cpu#3", { status: "failed", error: { code: "OUT_OF_MEMORY", message, details: {} } });
    cells[3] = cell("int4@cpu#4", {
      status: "running",
      launch: { kind: "timing", launch: 1 },
      progress: { pass: "forward", done: 1, total: 6 },
      samples: { atMs: [0, 500, 900], residentBytes: [1e8, 2e8, 3e8], tokensPerSecond: [0, 40, 50] },
    });
    const active: LiveRuns["active"] = {
      id: "r",
      name: LONG,
      model: LONG,
      phase: "measuring",
      startedAt: new Date().toISOString(),
      resumed: true,
      making: null,
      questions: 480,
      remainingMs: 100_000,
      estimate: null,
      launchesDone: 3,
      launchesTotal: 90,
      cancelling: false,
      waitingForStore: false,
      silentSeconds: null,
      cells,
    };
    const live: LiveRuns = { ...nothing, active };
    const { page, complaints } = await open(
      browser,
      startHost(),
      { colorScheme },
      (own) => answering(own, { "runs.live": live }),
      "#/run",
    );
    await page.getByText(message).waitFor();
    expect(await page.locator("footer").getByRole("status").innerText()).toMatch(
      /^Measuring .*, \d+ of \d+ cells done$/s,
    );
    expect(await page.getByRole("button", { name: /^Cancel int4@cpu/ }).count()).toBe(29);
    await page.getByRole("figure", { name: "Memory", exact: true }).locator("canvas").waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it.each(THEMES)("compares what is measured so far with the reference, in %s", async (colorScheme) => {
    const forward = (medianMs: number, peakMemoryBytes: number): LiveCell["measured"][number] => ({
      kind: "forward",
      launch: 1,
      batchSize: 1,
      medianMs,
      runs: 5,
      peakMemoryBytes,
      deviceMemoryBytes: null,
      skipped: null,
    });
    const questions = { kind: "questions", asked: 48, loglikelihoodCorrect: 20, generateCorrect: null } as const;
    const launch = { kind: "quality" as const, launch: 1 };
    const cells = [
      cell("fp32@cpu", {
        status: "running",
        launch,
        measured: [forward(20, 4e8), { ...questions, sameTop1: 0, compared: 0 }],
      }),
      cell("int4@cpu", {
        status: "running",
        launch,
        progress: { pass: "questions", done: 48, total: 200 },
        measured: [forward(10, 1e8), { ...questions, sameTop1: 45, compared: 48 }],
      }),
      cell("w8@cpu"),
    ];
    const active: LiveRuns["active"] = {
      id: "r",
      name: "x",
      model: "demo",
      phase: "measuring",
      startedAt: new Date().toISOString(),
      resumed: false,
      making: null,
      questions: 200,
      remainingMs: 9000,
      estimate: null,
      launchesDone: 3,
      launchesTotal: 9,
      cancelling: false,
      waitingForStore: false,
      silentSeconds: null,
      cells,
    };
    const home = temporaryFolder();
    seedRuns(home, [{ id: "r", name: "x", status: "running", seconds: null }]);
    const live: LiveRuns = { ...nothing, active };
    const { page, complaints } = await open(
      browser,
      startHost(home),
      { colorScheme },
      (own) => answering(own, { "runs.live": live }),
      "#/run",
    );
    const lines = page.getByRole("region", { name: "So far" }).getByRole("listitem");
    await lines.first().waitFor();
    expect((await lines.nth(0).innerText()).replaceAll(/\s+/g, " ")).toBe(
      "int4 CPU 4.0x less resident memory at batch 1 2.0x faster at batch 1 in 1 launch same next token in 94 % of 48 questions",
    );
    expect((await lines.nth(1).innerText()).replaceAll(/\s+/g, " ")).toBe("w8 CPU Waits for its first numbers");
    const table = page.getByRole("region", { name: "Cells of the run" });
    expect(await table.getByRole("row", { name: /int4/ }).getByRole("cell").allInnerTexts()).toContain("94 %");
    expect(await clipped(page, "thead th > span:not(.visually-hidden)")).toEqual([]);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it("says why a run could not begin, and has nothing to open", async () => {
    const error = {
      code: "FORMAT_UNSUPPORTED" as const,
      message: "nf4 cannot be made: the folder has no float32 file. Add the model's original.",
      details: {},
    };
    const ended: LiveRuns["ended"] = [
      { id: "r", name: "x", model: "demo", endedAt: new Date().toISOString(), status: "failed", error, stored: false },
    ];
    const live: LiveRuns = { ...nothing, ended };
    const { page, complaints } = await open(
      browser,
      startHost(),
      {},
      (own) => answering(own, { "runs.live": live }),
      "#/run",
    );
    await page.getByText(error.message).waitFor();
    expect(await button(page, "See the result").count()).toBe(0);
    await expectAccessible(page);
    await button(page, "Back to the Bench").click();
    await heading(page, "Bench").waitFor();
    expect(complaints).toEqual([]);
  });
});
