/**
 * Does the app outlive every close? `npm run bench -- closes [--closes N] [--seed S] [--json]`. Readers of stored runs are closed
 * at random moments between the request and a fifth after the usual first answer, so that most are cut off while their child
 * starts, loads SQLite, reads or writes. Nothing may be left of it: no process, no part of a file, no damage in the store. The
 * ratio is what ended in order over what was closed; a crash ends this program, and anything but 1 gives exit code 1.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ReaderSpawner } from "#core/app/stored-runs/run-reader.ts";
import { runReaderFile } from "#core/app/files/worker-file.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { openDatabase } from "#core/store/database.ts";
import { readEnvironment } from "#core/system/environment.ts";
import { closeAtRandom, firstAnswerMs } from "../test/helpers/random-closes.ts";
import { SEED_CELLS, seedResult } from "../test/helpers/seed-result.ts";

const { values } = parseArgs({
  options: {
    closes: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const closes = Number(values.closes);
const home = mkdtempSync(join(tmpdir(), "quantscope-closes-"));
try {
  seedResult(home, { id: "a", name: "a", questions: 40, cells: SEED_CELLS.slice(0, 2) });
  const spawner: ReaderSpawner = forkSpawner(runReaderFile());
  const firstMs = await firstAnswerMs(home, spawner);
  const begun = performance.now();
  const report = await closeAtRandom({ home, spawner, closes, seed: Number(values.seed), latestMs: 1.2 * firstMs });
  const seconds = (performance.now() - begun) / 1000;
  const db = openDatabase(join(home, "quantscope.db"));
  const integrity = db.pragma("integrity_check", { simple: true });
  db.close();
  const files = readdirSync(home);
  process.stdout.write(
    `${closes} closes in ${seconds.toFixed(0)} s, first answer after ${firstMs.toFixed(0)} ms: ${report.answered} answered before, ` +
      `${report.refused} refused, ${report.others.length} ended otherwise, ${report.left} processes left; ` +
      `the store: ${String(integrity)}, files: ${files.join(", ")}\n${report.others.map((line) => `  ${line}\n`).join("")}`,
  );
  const ratios = { "in order / closed": (report.answered + report.refused - report.left) / closes };
  const isClean = ratios["in order / closed"] === 1 && integrity === "ok" && files.length === 1;
  process.exitCode = isClean ? 0 : 1;
  if (values.json) {
    const samples = { ...report, firstMs, seconds };
    const environment = await readEnvironment(spawner.launcher);
    process.stdout.write(`${JSON.stringify({ bench: "closes", ratios, samples, environment })}\n`);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
