/**
 * Do runs agree on how fast cells write? `npm run bench -- words [--runs N] [--launches N] [--formats LIST] [--questions N]
 * [--model DIR] [--json]`. Whole runs one after the other, in a store of their own: each cell writes its texts and answers once
 * and then again in every launch. Two runs agree where their intervals overlap, on words per minute and on the speed beside the
 * reference. About two minutes a run; on a quiet machine all pairs should agree, and the printed load says whether it was one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openLab } from "#core/app/open-lab.ts";
import { demoResources } from "#core/app/files/resources.ts";
import { executeRun } from "#core/runs/execute.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { readRun } from "#core/store/read-run.ts";
import { appRoot } from "#core/system/app-version.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { grouped } from "#shared/format-numbers.ts";
import type { Results } from "#shared/results.ts";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import type { Interval } from "#shared/stats/interval.ts";

const demo = demoResources();
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "4" },
    launches: { type: "string", default: "6" },
    formats: { type: "string", default: "fp32,w8,int4" },
    questions: { type: "string", default: "64" },
    model: { type: "string", default: demo.model },
    json: { type: "boolean", default: false },
  },
});

interface Estimate extends Interval {
  readonly value: number;
}

const home = mkdtempSync(join(tmpdir(), "quantscope-words-"));
using lab = openLab(home);
process.on("exit", () => {
  rmSync(home, { recursive: true, force: true });
});
const spec = parseSpec({
  schemaVersion: 1,
  name: "words",
  model: values.model,
  launches: Number(values.launches),
  cells: values.formats.split(",").map((format) => ({ format })) as SpecInput["cells"],
  sample: { limit: Number(values.questions) },
  passes: {
    benchmark: { questions: demo.questions, modes: ["generate"] },
    generate: { prompts: demo.prompts, maxNewTokens: 48 },
  },
});

/** By what is estimated: an estimate a run. */
const found = new Map<string, Estimate[]>();
for (let run = 1; run <= Number(values.runs); run++) {
  const { runId } = await executeRun(spec, {
    db: lab.db,
    variantsDir: lab.variantsDir,
    scratchDir: lab.scratchDir,
    spawner: forkSpawner(join(appRoot(), "src", "worker", "index.ts")),
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  const results = buildResults(readRun(lab.db, runId));
  process.stdout.write(`run ${run}, other programs up to ${busiest(results).toFixed(2)} cores\n`);
  for (const [name, estimate] of estimatesOf(results)) {
    found.set(name, [...(found.get(name) ?? []), estimate]);
    const show = name.startsWith("words") ? grouped : (value: number): string => value.toFixed(3);
    process.stdout.write(
      `  ${name.padEnd(34)} ${show(estimate.value)} (${show(estimate.low)} to ${show(estimate.high)})\n`,
    );
  }
}

let [agreed, pairs] = [0, 0];
for (const [name, estimates] of found) {
  const own = estimates.flatMap((a, index) =>
    estimates.slice(index + 1).map((b) => a.low <= b.high && b.low <= a.high),
  );
  const good = own.filter(Boolean).length;
  [agreed, pairs] = [agreed + good, pairs + own.length];
  const all = estimates.map(({ value }) => value);
  const spread = Math.max(...all) / Math.min(...all) - 1;
  process.stdout.write(
    `${name.padEnd(36)} ${good} of ${own.length} pairs of runs agree; largest / smallest - 1: ${(100 * spread).toFixed(1)} %\n`,
  );
}
process.stdout.write(`${agreed} of ${pairs} pairs agree within their intervals\n`);
if (values.json) {
  const ratios = Object.fromEntries(
    [...found].flatMap(([name, estimates]) => estimates.map(({ value }, run) => [`${name}, run ${run + 1}`, value])),
  );
  process.stdout.write(`${JSON.stringify({ bench: "words", ratios, samples: Object.fromEntries(found) })}\n`);
}

function estimatesOf({ cells, comparisons }: Results): [string, Estimate][] {
  return [
    ...cells.flatMap(({ label, replays }) =>
      replays.flatMap(({ of, wordsPerMinute: value, low, high }): [string, Estimate][] =>
        value === null ? [] : [[`words/min of ${of}, ${label}`, { value, low: low!, high: high! }]],
      ),
    ),
    ...comparisons.flatMap(({ candidate, wordsRatio }) =>
      wordsRatio.map(({ of, ratio: value, low, high }): [string, Estimate] => [
        `speed of ${of}, ${candidate}`,
        { value, low, high },
      ]),
    ),
  ];
}

function busiest({ cells }: Results): number {
  const loads = cells.flatMap(({ replays }) => replays.flatMap(({ launches }) => launches));
  return Math.max(0, ...loads.map(({ foreignLoadCores }) => foreignLoadCores ?? 0));
}
