/** The first start with nothing: one press of the button, and how long it takes until the Run page says something. */
import type { Browser, Page } from "playwright-core";
import { HostProcess } from "../../test/helpers/host-process.ts";
import { letIn } from "./pages.ts";

/** Milliseconds since the button was pressed; null for what never came. */
export interface FirstRun {
  /** The first figure of any cell: latency, memory, tokens a second. */
  readonly numberMs: number | null;
  /** A latency and a peak of every cell. */
  readonly everyCellMs: number | null;
  /** How one cell differs from the reference, in memory or in time. */
  readonly comparedMs: number | null;
  /** A share of right answers. */
  readonly answerMs: number | null;
  /** A share of next tokens that are the reference's: the first word on the quality of a quantized cell. */
  readonly agreementMs: number | null;
  readonly resultMs: number | null;
  /** The page's figures at 20 s, a line a cell: what somebody sees who gives it that long. */
  readonly at20s: readonly string[];
}

const MOST_MS = 300_000;
const LOOK_MS = 100;
const GLANCE_MS = 20_000;

/** @param home a folder that is not there yet: nothing was measured, made or hashed in it */
export async function timeFirstRun(browser: Browser, home: string): Promise<FirstRun> {
  const host = new HostProcess(["--home", home]);
  try {
    const context = await (await letIn(browser, await host.url()))();
    const page = await context.newPage();
    await page.goto(`${new URL("/", await host.url()).href}#/bench`);
    const bar = page.getByRole("region", { name: "Estimate and start" });
    await bar.getByText(/3 cells/).waitFor();
    await bar.locator("button:enabled").click();
    const found = await watch(page, performance.now());
    await context.close();
    return found;
  } finally {
    await host.stop();
  }
}

/** Reads the page's figures, cell by cell, as text. It runs ten times a second, which costs the page next to nothing. */
const FIGURES = `(() => {
  const table = document.querySelector('[aria-label="Cells of the run"] table');
  const head = [...(table?.querySelectorAll("thead th") ?? [])].map((cell) => cell.textContent.trim().split(/\\s/)[0]);
  const rows = [...(table?.querySelectorAll("tbody tr:not(.error)") ?? [])].map((row) =>
    Object.fromEntries([...row.children].map((cell, index) => [head[index], cell.textContent.trim()])));
  const so = [...document.querySelectorAll('[aria-label="So far"] li')].map((line) => line.textContent.trim());
  return { rows, so, place: location.hash };
})()`;

interface PageFigures {
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly so: readonly string[];
  readonly place: string;
}

const isNumber = (text: string | undefined): boolean => /\d/.test(text ?? "");

async function watch(page: Page, startedMs: number): Promise<FirstRun> {
  const at: Record<string, number> = {};
  let at20s: readonly string[] = [];
  const passed = (): number => performance.now() - startedMs;
  while (passed() < MOST_MS) {
    const { rows, so, place } = await page.evaluate<PageFigures>(FIGURES);
    const now = passed();
    const mark = (name: string, holds: boolean): void => {
      if (holds) at[name] ??= now;
    };
    const has = (row: PageFigures["rows"][number], ...names: readonly string[]): boolean =>
      names.every((name) => isNumber(row[name]));
    mark(
      "number",
      rows.some((row) => has(row, "Latency") || has(row, "Peak") || has(row, "Decode")),
    );
    mark("everyCell", rows.length > 0 && rows.every((row) => has(row, "Latency", "Peak")));
    mark(
      "compared",
      so.some((line) => /memory|faster|slower|as fast/.test(line)),
    );
    mark(
      "answer",
      rows.some((row) => has(row, "Right")),
    );
    mark(
      "agreement",
      rows.some((row) => has(row, "Same")),
    );
    if (now < GLANCE_MS) at20s = glance(rows, so);
    if (place.startsWith("#/result")) {
      at.result = now;
      break;
    }
    await page.waitForTimeout(LOOK_MS);
  }
  const of = (name: string): number | null => at[name] ?? null;
  return {
    numberMs: of("number"),
    everyCellMs: of("everyCell"),
    comparedMs: of("compared"),
    answerMs: of("answer"),
    agreementMs: of("agreement"),
    resultMs: of("result"),
    at20s,
  };
}

function glance(rows: PageFigures["rows"], so: PageFigures["so"]): string[] {
  const figures = rows.map((row) =>
    ["Cell", "Latency", "Peak", "Decode", "Right", "Same"].map((name) => row[name] ?? "").join(" | "),
  );
  return [...figures, ...so].map((line) => line.replaceAll(/\s+/g, " "));
}
