/**
 * The built app under the stand-in, in a process of its own: `node stand-in-process.ts ENDPOINT HOME`, with a Chromium that
 * somebody else started. Measures a tiny run, exports it, and prints its status.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ElectronStandIn } from "./electron-stand-in.ts";
import { ROOT } from "./host-process.ts";

const [endpoint, home] = process.argv.slice(2) as [string, string];
const browser = await chromium.connect(endpoint);
const electron = new ElectronStandIn(browser);
const page = await electron.start(join(ROOT, "out", "main", "index.js"), ["--home", home]);
const ask = (name: string, input: unknown): Promise<{ value: { id: string } }> =>
  page.evaluate(`lab.request(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
await page.evaluate(`void (window.ended = new Promise((resolve) => {
  lab.on("run.event", ({ event }) => event.type === "ended" && resolve(event.status));
}))`);
const forward = { batchSizes: [1], sequenceLength: 16, warmup: 1, minIterations: 3, minSeconds: 0 };
const spec = {
  schemaVersion: 1,
  name: "tiny",
  model: "demo",
  launches: 1,
  cells: [{ format: "fp32" }],
  passes: { forward },
};
const { value } = await ask("runs.start", { spec });
const status = await page.evaluate<string>("ended");
electron.answers.save = join(home, "run.pdf");
await ask("runs.export", { ids: [value.id], format: "pdf" });
process.stdout.write(`${status}\n`);
await electron.quit();
await browser.close();
