/**
 * Pictures of every page in both themes, for docs/screenshots: `npm run build && node scripts/screenshots.ts`.
 * The host serves a data folder that holds runs of the bundled model, measured when there are none yet, and starts one
 * more for the Run page. Pages show where the checkout lies: make them in one with a name that may be seen. A page engineer
 * adds a row to SHOTS.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { SpecInput } from "#shared/spec.ts";
import { demoSpec } from "#core/app/experiment/demo-spec.ts";
import { launchChromium } from "../test/helpers/chromium.ts";
import { HostProcess, ROOT } from "../test/helpers/host-process.ts";

interface Shot {
  /** Of the file: `history-dark.png`. */
  readonly name: string;
  /** Where it is; `RUN` stands for the stored run. */
  readonly hash: string;
  /** Until it looks as it should, and what has to be pressed for that. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const SHOTS: readonly Shot[] = [
  {
    name: "bench",
    hash: "#/bench",
    ready: (page) => page.getByRole("region", { name: "Estimate and start" }).locator("button:enabled").waitFor(),
  },
  {
    name: "result",
    hash: "#/result/RUN",
    ready: (page) => page.getByText("All numbers").waitFor(),
  },
  {
    name: "cost",
    hash: "#/result/RUN?tab=cost",
    ready: (page) => page.getByRole("figure").nth(1).locator("canvas").waitFor(),
  },
  {
    name: "quality",
    hash: "#/result/RUN?tab=quality",
    ready: (page) => page.getByRole("figure").nth(1).locator("canvas").waitFor(),
  },
  { name: "texts", hash: "#/result/RUN?tab=texts", ready: (page) => page.locator("mark").first().waitFor() },
  {
    name: "compare",
    hash: `#/compare?cells=${encodeURIComponent("RUN/fp32%40cpu~RUN/w8%40cpu~RUN/int4%40cpu")}`,
    ready: (page) => page.getByRole("figure").first().locator("canvas").waitFor(),
  },
  {
    name: "trend",
    hash: "#/history?tab=trend",
    ready: (page) => page.getByRole("figure").first().locator("canvas").waitFor(),
  },
  { name: "history", hash: "#/history", ready: (page) => page.getByText("demo: which format?").first().waitFor() },
  {
    name: "palette",
    hash: "#/history",
    ready: async (page) => {
      await page.getByText("demo: which format?").first().waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog").getByRole("option").first().waitFor();
    },
  },
  {
    name: "models",
    hash: "#/models/demo",
    ready: (page) => page.getByRole("heading", { name: "How it is stored" }).waitFor(),
  },
  {
    name: "questions",
    hash: "#/questions/demo?tab=prompt",
    ready: (page) => page.getByRole("heading", { name: "What is scored" }).waitFor(),
  },
  {
    name: "system",
    hash: "#/system",
    ready: async (page) => {
      await page.getByText("Processor", { exact: true }).waitFor();
      const untried = page.getByRole("button", { name: "Try all", exact: true });
      if (await untried.isVisible()) await untried.click();
      await page.getByText("Works", { exact: true }).first().waitFor({ timeout: 120_000 });
    },
  },
  // The last: it starts a run, and stops it when the picture is taken.
  {
    name: "run",
    hash: "#/bench",
    ready: async (page) => {
      await page
        .getByRole("region", { name: "Estimate and start" })
        .getByRole("button", { name: "Run", exact: true })
        .click();
      await page.getByRole("region", { name: "So far" }).getByText("next token").nth(1).waitFor({ timeout: 240_000 });
    },
  },
];

const NAME = "demo: which format?";
/** What `npm run demo` measures, so that pages and README show the same numbers. */
const RUN: SpecInput = { ...demoSpec({}), name: NAME };
/** The same cells on later days, as far as a script can have that: points of the trend. */
const AGAIN = [
  ...["--model", join(ROOT, "resources", "models", "demo"), "--cells", "fp32,w8,int4", "--passes", "forward"],
  ...["--depth", "preview", "--launches", "3", "--batch-sizes", "1,8", "--name", "demo: after an update"],
];
const TIMES_AGAIN = 2;
const THEMES = ["light", "dark"] as const;
const VIEWPORT = { width: 1280, height: 800 };
/** Fonts and layout at rest; animations are switched off. */
const SETTLE_MS = 300;

const home = join(tmpdir(), "quantscope-screenshots");
const folder = join(ROOT, "docs", "screenshots");
mkdirSync(folder, { recursive: true });
const runId = storedRun();

const host = new HostProcess(["--home", home]);
const browser = await launchChromium();
try {
  for (const colorScheme of THEMES) {
    const page = await browser.newPage({
      viewport: VIEWPORT,
      colorScheme,
      deviceScaleFactor: 2,
      reducedMotion: "reduce",
    });
    await page.goto(await host.url(THEMES.indexOf(colorScheme) + 1));
    for (const { name, hash, ready } of SHOTS) {
      await page.goto(`${new URL(page.url()).origin}/${hash.replaceAll("RUN", runId)}`);
      await page.reload();
      await ready(page);
      await page.waitForTimeout(SETTLE_MS);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
      process.stdout.write(`${name}-${colorScheme}.png\n`);
    }
    await stopRun(page);
    await page.context().close();
  }
} finally {
  await browser.close();
  await host.stop();
}

/** Cancels what the last shot started. */
async function stopRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop the run" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).waitFor({ state: "detached" });
}

/** The run that the pictures are of; it and the later ones are measured first where there is none. */
function storedRun(): string {
  if (!existsSync(join(home, "quantscope.db"))) {
    process.stdout.write("measuring the bundled model, once (a few minutes) ...\n");
    lab("run", written(RUN));
    for (let time = 0; time < TIMES_AGAIN; time++) lab("run", ...AGAIN);
  }
  const { runs } = JSON.parse(lab("runs", "list", "--json")) as { runs: readonly { id: string; name: string }[] };
  const run = runs.find(({ name }) => name === NAME);
  if (!run) throw new Error(`${home} holds no run "${NAME}": delete the folder and try again.`);
  return run.id;
}

/** The spec as a file. */
function written(spec: SpecInput): string {
  const file = join(mkdtempSync(join(tmpdir(), "quantscope-screenshots-spec-")), "spec.json");
  writeFileSync(file, JSON.stringify(spec));
  return file;
}

function lab(...args: string[]): string {
  const cli = join(ROOT, "out", "main", "cli.js");
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    env: { ...process.env, QUANTSCOPE_HOME: home },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${args.join(" ")} failed (exit ${status}); the lines above say why.`);
  return stdout;
}
