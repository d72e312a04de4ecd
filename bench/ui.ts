/**
 * Measures what the window costs: `npm run bench -- ui`. The built pages through the loopback host in a headless Chromium: size, first
 * paint, time until they can be used, frames while a run tells 100 events a second; the host over a store of many runs; and
 * a first start, from the press of the button to the first numbers (its run is a real one: nothing else should run meanwhile).
 * Ratios are budget / measured (the frames: streaming / silent, in turns), so above 1 is within it. Ends with 1 above the size limit.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readEnvironment } from "#core/system/environment.ts";
import { median } from "#shared/stats/quantile.ts";
import { launchChromium } from "../test/helpers/chromium.ts";
import { HostProcess, ROOT } from "../test/helpers/host-process.ts";
import { BUNDLE_LIMIT_BYTES, bundleSize } from "./ui/bundle.ts";
import { type FirstRun, timeFirstRun } from "./ui/first-run.ts";
import { countFrames, type Frames, letIn, type PageTimes, timePage } from "./ui/pages.ts";
import { fillStore, residentBytes, timeRequests } from "./ui/store.ts";
import { streamingHost } from "./ui/streaming-host.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    repetitions: { type: "string", default: "7" },
    seconds: { type: "string", default: "4" },
    firstRuns: { type: "string", default: "3" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const [runs, repetitions, seconds] = [Number(values.runs), Number(values.repetitions), Number(values.seconds)];
const firstRuns = Number(values.firstRuns);
const EVENTS_PER_SECOND = 100;
/** The time that a newcomer gives a program before looking elsewhere. */
const FIRST_NUMBERS_BUDGET_MS = 20_000;
const LIST_BUDGET_MS = 50;
const LIST_LIMIT = 200;
const SETTLE_MS = 2000;
const MIB = 2 ** 20;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const middle = (all: readonly number[]): number => median(all)!;
const ratios: Record<string, number> = {};
const samples: Record<string, unknown> = {};
const folder = mkdtempSync(join(tmpdir(), "quantscope-bench-"));
const browser = await launchChromium();
try {
  if (wants("bundle")) measureBundle();
  if (wants("store")) await measureStore();
  if (wants("frames")) await measureFrames();
  if (wants("first")) await measureFirstRun();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
if ((ratios.bundle ?? 1) < 1) {
  process.stderr.write(
    `bench ui: the pages are larger than ${BUNDLE_LIMIT_BYTES} bytes gzipped; see the list above.\n`,
  );
  process.exitCode = 1;
}
if (values.json) say(JSON.stringify({ bench: "ui", ratios, samples, environment: await readEnvironment("none") }));

/** `--only first,frames`; all of them without it. */
function wants(part: "bundle" | "store" | "frames" | "first"): boolean {
  return values.only === undefined || values.only.split(",").includes(part);
}

function measureBundle(): void {
  const { bytes, files } = bundleSize(join(ROOT, "out", "renderer"));
  ratios.bundle = BUNDLE_LIMIT_BYTES / bytes;
  samples.bundle = { bytes, files };
  say(`pages, gzipped, without fonts: ${kB(bytes)} kB of at most ${kB(BUNDLE_LIMIT_BYTES)}; the largest:`);
  for (const file of files.slice(0, 5)) say(`  ${kB(file.bytes)} kB ${file.name}`);
}

async function measureStore(): Promise<void> {
  const [empty, full] = [join(folder, "empty"), join(folder, "full")];
  fillStore(full, runs);
  const idle: Record<string, number | null> = {};
  for (const [name, home] of Object.entries({ empty, full })) {
    const host = new HostProcess(["--home", home]);
    try {
      const context = await letIn(browser, await host.url());
      const root = new URL("/", await host.url()).href;
      const page = (view: string): string => `${root}#/${view}`;
      // The host after one page, before the many that follow.
      await timePage(await context(), page("history"), "h1");
      await sleep(SETTLE_MS);
      idle[name] = residentBytes(host.child.pid!);
      if (name === "empty") continue;
      await measurePages(context, { history: [page("history"), "tbody th"], bench: [page("bench"), "h1"] });
      await measureList(host);
    } finally {
      await host.stop();
    }
  }
  samples.idleBytes = idle;
  const shown = (bytes: number | null | undefined): string =>
    bytes ? `${(bytes / MIB).toFixed(0)} MiB` : "not told here";
  say(`host at rest after a page: ${shown(idle.empty)} with no runs, ${shown(idle.full)} with ${runs}`);
}

async function measurePages(
  context: Awaited<ReturnType<typeof letIn>>,
  views: Readonly<Record<string, readonly [address: string, drawn: string]>>,
): Promise<void> {
  const times: Record<string, PageTimes[]> = {};
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [view, [address, drawn]] of Object.entries(views)) {
      const fresh = await context();
      (times[view] ??= []).push(await timePage(fresh, address, drawn));
      await fresh.close();
    }
  }
  samples.pages = times;
  for (const [view, all] of Object.entries(times)) {
    const paint = middle(all.map(({ firstPaintMs }) => firstPaintMs));
    const usable = middle(all.map(({ interactiveMs }) => interactiveMs));
    say(`${view}, cold, ${runs} runs stored: first paint ${paint.toFixed(0)} ms, usable ${usable.toFixed(0)} ms`);
  }
}

async function measureList(host: HostProcess): Promise<void> {
  const offsets = [0, Math.floor(runs / 2), Math.max(0, runs - LIST_LIMIT)];
  const times = await timeRequests(
    host,
    offsets.map((offset) => ({ limit: LIST_LIMIT, offset })),
    10 * repetitions,
  );
  samples.runsListMs = Object.fromEntries(offsets.map((offset, place) => [offset, times[place]]));
  const medians = times.map(middle);
  ratios["runs.list"] = LIST_BUDGET_MS / Math.max(...medians);
  const shown = offsets.map((offset, place) => `${medians[place]!.toFixed(1)} ms from ${offset}`);
  say(`runs.list, ${LIST_LIMIT} of ${runs}: ${shown.join(", ")} (budget ${LIST_BUDGET_MS} ms)`);
}

async function measureFrames(): Promise<void> {
  await using host = await streamingHost(join(folder, "streaming"));
  const context = await (await letIn(browser, host.url))();
  const page = await context.newPage();
  await page.goto(`${new URL("/", host.url).href}#/run`);
  await page.getByText("streaming").first().waitFor();
  const frames: Record<"silent" | "streaming", Frames[]> = { silent: [], streaming: [] };
  for (let round = 0; round < 3; round++) {
    host.tell(0);
    await sleep(200);
    frames.silent.push(await countFrames(page, seconds));
    host.tell(EVENTS_PER_SECOND);
    await sleep(200);
    frames.streaming.push(await countFrames(page, seconds));
  }
  host.tell(0);
  samples.frames = { ...frames, told: host.told };
  for (const [when, all] of Object.entries(frames)) {
    const [rate, p95] = [middle(all.map(({ perSecond }) => perSecond)), middle(all.map(({ p95Ms }) => p95Ms))];
    const blocked = middle(all.map(({ blockedMs }) => blockedMs)) / seconds;
    say(
      `Run page, ${when}: ${rate.toFixed(1)} frames/s, 95 % within ${p95.toFixed(1)} ms, blocked ${blocked.toFixed(0)} ms a second`,
    );
  }
  const rate = (all: readonly Frames[]): number => middle(all.map(({ perSecond }) => perSecond));
  ratios["frames while streaming"] = rate(frames.streaming) / rate(frames.silent);
  await context.close();
}

async function measureFirstRun(): Promise<void> {
  const found: FirstRun[] = [];
  for (let index = 0; index < firstRuns; index++) {
    found.push(await timeFirstRun(browser, join(folder, `first-${index}`)));
  }
  samples.firstRun = found;
  const WORDS = {
    numberMs: "first number",
    everyCellMs: "latency and peak of every cell",
    comparedMs: "first comparison with the reference",
    answerMs: "first right answers",
    agreementMs: "first agreement of a quantized cell",
    resultMs: "the result",
  } as const;
  say(`a first start, after the button is pressed (median of ${firstRuns}, smallest to largest):`);
  for (const [field, words] of Object.entries(WORDS) as [keyof typeof WORDS, string][]) {
    const all = found.flatMap((each) => each[field] ?? []);
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    const shown = all.length < found.length ? "did not come" : `${seconds(middle(all))} s`;
    const range = all.length < 2 ? "" : ` (${seconds(Math.min(...all))} to ${seconds(Math.max(...all))})`;
    say(`  ${words}: ${shown}${range}`);
    if (field === "everyCellMs" || field === "agreementMs") {
      ratios[`first run: ${words}`] = all.length < found.length ? 0 : FIRST_NUMBERS_BUDGET_MS / middle(all);
    }
  }
  for (const line of found.at(-1)?.at20s ?? []) say(`  at 20 s: ${line}`);
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
