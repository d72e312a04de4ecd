/**
 * Is the store quick when it is full? `npm run bench -- store [--runs N] [--cells N] [--questions N] [--repeats N] [--json]`.
 * Fills a database in a temporary folder with generated runs, raw samples and all, and prints how long each query of the pages and
 * the command line takes (the goal: 50 ms), and how many bytes of the file a run takes. Ratios are 50 ms over the median.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "#core/store/database.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { countHistory, historyFacets, historyIds, listHistory } from "#core/store/history-list.ts";
import { deriveRun } from "#core/store/history-measured.ts";
import { readTrend, saveTrend } from "#core/store/history-trend.ts";
import { pastDecodes, pastForwards, pastLoad } from "#core/store/read-history.ts";
import { listRuns, readRun } from "#core/store/read-run.ts";
import { readWholeRun } from "#core/store/read-whole-run.ts";
import { changeTags } from "#core/store/tags.ts";
import { writeWholeRun } from "#core/store/write-stored-run.ts";
import { readEnvironment } from "#core/system/environment.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { grouped, significant } from "#shared/format-numbers.ts";
import { median } from "#shared/stats/quantile.ts";
import { BENCH_MODELS, generatedRun } from "./store/generated-run.ts";

const GOAL_MS = 50;
/** Statistics, which no index makes faster: shown beside the queries, not measured against their goal. */
const NO_QUERY = "no query";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    cells: { type: "string", default: "6" },
    questions: { type: "string", default: "10" },
    repeats: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
  },
});
const [runs, cells, questions, repeats] = [values.runs, values.cells, values.questions, values.repeats].map(Number) as [
  number,
  number,
  number,
  number,
];

const folder = mkdtempSync(join(tmpdir(), "quantscope-store-"));
try {
  const file = join(folder, "quantscope.db");
  const db = openDatabase(file);
  const begun = performance.now();
  fill();
  db.pragma("wal_checkpoint(TRUNCATE)");
  const bytes = statSync(file).size;
  const filled = (performance.now() - begun) / 1000;
  process.stdout.write(
    `${grouped(runs)} runs of ${cells} cells and ${questions} questions in ${filled.toFixed(0)} s: ` +
      `${grouped(bytes / 1e6)} MB, ${grouped(bytes / runs)} bytes a run\n\n`,
  );
  const samples = Object.entries(queries()).map(([name, query]) => ({ name, ms: timed(query) }));
  for (const { name, ms } of samples) {
    const middle = median(ms)!;
    const over = middle > GOAL_MS && !name.includes(NO_QUERY) ? "  OVER THE GOAL" : "";
    process.stdout.write(
      `${name.padEnd(44)} ${significant(middle).padStart(8)} ms, at most ${significant(Math.max(...ms))}${over}\n`,
    );
  }
  if (values.json) {
    const ratios = Object.fromEntries(
      samples.filter(({ name }) => !name.includes(NO_QUERY)).map(({ name, ms }) => [name, GOAL_MS / median(ms)!]),
    );
    const environment = await readEnvironment("fork");
    process.stdout.write(
      `${JSON.stringify({ bench: "store", ratios, bytesPerRun: bytes / runs, samples, environment })}\n`,
    );
  }
  db.close();

  function fill(): void {
    // A generated store that a power cut takes is generated again.
    db.pragma("synchronous = OFF");
    for (let from = 0; from < runs; from += 100) {
      db.transaction(() => {
        for (let index = from; index < Math.min(runs, from + 100); index++) add(index);
      })();
    }
    db.exec("ANALYZE");
  }

  function add(index: number): void {
    const run = generatedRun({ index, cells, questions });
    const { id } = run.stored.run;
    writeWholeRun(db, run);
    if (index % 10 === 0) changeTags(db, id, { add: ["nightly"] });
    const derived = deriveRun(db, id);
    let step = derived.next();
    while (!step.done) step = derived.next();
    saveTrend(db, id, step.value);
  }

  function queries(): Readonly<Record<string, () => unknown>> {
    const some = generatedRun({ index: Math.floor(runs / 2), cells, questions }).stored.run.id;
    const newest = { by: "started", descending: true } as const;
    const page = { limit: 100, offset: 0 };
    const model = BENCH_MODELS[0];
    const kinds = [{ format: "fp32", provider: "cpu" } as const, { format: "int4", provider: "cpu" } as const];
    const stored = readRun(db, some);
    const key = { machineId: stored.run.environment.machineId, provider: "cpu" };
    const { sha256 } = stored.cells[0]!;
    return {
      "list: first page": () => listHistory(db, {}, newest, page),
      "list: a page in the middle": () => listHistory(db, {}, newest, { ...page, offset: Math.floor(runs / 2) }),
      "list: by name": () => listHistory(db, {}, { by: "name", descending: false }, page),
      "list: by duration": () => listHistory(db, {}, { by: "duration", descending: true }, page),
      "list: of the command line": () => listRuns(db, { limit: 50, offset: 0 }),
      "filter: words": () => listHistory(db, { text: "driver 7" }, newest, page),
      "filter: words that no run has": () => listHistory(db, { text: "nothing-like-that" }, newest, page),
      "filter: model, format and status": () =>
        listHistory(db, { model, format: "int4", status: "done" }, newest, page),
      "filter: tag": () => listHistory(db, { tag: "nightly" }, newest, page),
      "count: all": () => countHistory(db, {}),
      "count: words": () => countHistory(db, { text: "driver 7" }),
      "select all": () => historyIds(db, {}),
      facets: () => historyFacets(db),
      "trend: two series of 500": () => readTrend(db, model, kinds, { machine: null, most: 500 }),
      "estimate: forward passes of a file": () => pastForwards(db, key, sha256),
      "estimate: forward passes of any file": () => pastForwards(db, key, null),
      "estimate: decoding of a file": () => pastDecodes(db, key, sha256),
      "estimate: loading of a file": () => pastLoad(db, key, sha256),
      "one run: read": () => readRun(db, some),
      "one run: with questions and facts": () => readWholeRun(db, some),
      "one run: its questions": () => readQuestions(db, some),
      [`one run: compared (${NO_QUERY})`]: () => buildResults(stored),
    };
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The first call is not counted: it compiles the statement. */
function timed(query: () => unknown): number[] {
  query();
  return Array.from({ length: repeats }, () => {
    const start = performance.now();
    query();
    return performance.now() - start;
  });
}
