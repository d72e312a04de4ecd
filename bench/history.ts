/**
 * Is History quick when it is long? `npm run bench -- history [--runs N] [--cells N] [--repeats N] [--home DIR] [--json]`.
 * Every request of the pages History and "Over time", over a generated store of 10,000 runs with 60 cells each, in turn; the
 * goal is 50 ms. Ratios are 50 ms over the median. `--home` keeps the store there, and takes it from there the next time.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { grouped, significant } from "#shared/format-numbers.ts";
import { TREND_METRIC_IDS } from "#shared/compare/trend/metrics.ts";
import { trendChanges } from "#shared/compare/trend/changes.ts";
import { trendChart } from "#shared/charts/trend.ts";
import { quantile } from "#shared/stats/quantile.ts";
import { openLab } from "#core/app/open-lab.ts";
import { countHistory, historyFacets, historyIds, listHistory } from "#core/store/history-list.ts";
import { readTrend, trendKinds, trendMachines, underivedRuns } from "#core/store/history-trend.ts";
import { readEnvironment } from "#core/system/environment.ts";
import type { HistoryFilter, HistorySort } from "#shared/api.ts";
import { GENERATED_MODELS, generateHistory } from "../test/helpers/generate-history.ts";

const GOAL_MS = 50;
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    cells: { type: "string", default: "60" },
    repeats: { type: "string", default: "15" },
    home: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const home = values.home ?? mkdtempSync(join(tmpdir(), "quantscope-history-"));
if (!existsSync(join(home, "quantscope.db"))) {
  generateHistory(home, { runs: Number(values.runs), cells: Number(values.cells) });
}
const { db, [Symbol.dispose]: close } = openLab(home);
const newest: HistorySort = { by: "started", descending: true };
const model = GENERATED_MODELS[0]!;
const kinds = trendKinds(db, model).slice(0, 6);
const list =
  (filter: HistoryFilter, sort = newest, offset = 0) =>
  (): unknown => [countHistory(db, filter), listHistory(db, filter, sort, { limit: 100, offset })];
const trend = readTrend(db, model, kinds, { machine: null, most: 100 });

const QUERIES: Readonly<Record<string, () => unknown>> = {
  "first page": list({}),
  "last page": list({}, newest, Number(values.runs) - 100),
  "by name": list({}, { by: "name", descending: false }),
  "by duration, in the middle": list({}, { by: "duration", descending: true }, Number(values.runs) / 2),
  "of one model": list({ model }),
  "int4 on cuda": list({ format: "int4", provider: "cuda" }),
  "any cuda": list({ provider: "cuda" }),
  "failed ones": list({ status: "failed" }),
  "with a tag": list({ tag: "driver" }),
  "two words": list({ text: "nightly 99" }),
  "a text that no run has": list({ text: "zebra" }),
  "all ids": () => historyIds(db, {}),
  "what there is to filter by": () => historyFacets(db),
  "formats of a trend": () => trendKinds(db, model),
  "machines of a trend": () => trendMachines(db, model),
  "runs not derived": () => underivedRuns(db, 20),
  "trend, 6 lines of 100": () => readTrend(db, model, kinds, { machine: null, most: 100 }),
  "trend of one machine": () => readTrend(db, model, kinds, { machine: "laptop", most: 100 }),
  "five charts and their changes (no query)": () =>
    TREND_METRIC_IDS.map((metric) => [
      trendChart(trend, metric),
      trend.series.map((each) => trendChanges(each, trend.runs, metric)),
    ]),
};

try {
  const samples = new Map(Object.keys(QUERIES).map((name) => [name, [] as number[]]));
  for (let round = 0; round < Number(values.repeats); round += 1) {
    for (const [name, query] of Object.entries(QUERIES)) {
      const before = performance.now();
      query();
      samples.get(name)!.push(performance.now() - before);
    }
  }
  process.stdout.write(
    `${grouped(countHistory(db, {}))} runs of ${values.cells} cells, median (largest) of ${values.repeats}:\n`,
  );
  for (const [name, ms] of samples) {
    const [middle, most] = [quantile(ms, 0.5)!, Math.max(...ms)];
    const late = middle > GOAL_MS ? "  OVER 50 ms" : "";
    process.stdout.write(`${name.padEnd(42)} ${significant(middle).padStart(7)} ms (${significant(most)})${late}\n`);
  }
  if (values.json) {
    const ratios = Object.fromEntries([...samples].map(([name, ms]) => [name, GOAL_MS / quantile(ms, 0.5)!]));
    const environment = await readEnvironment("fork");
    process.stdout.write(
      `${JSON.stringify({ bench: "history", ratios, samples: Object.fromEntries(samples), environment })}\n`,
    );
  }
} finally {
  close();
  if (values.home === undefined) rmSync(home, { recursive: true, force: true });
}
