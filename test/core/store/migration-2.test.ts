import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { resultsSchema } from "#shared/results.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { packFloat32, packFloat64, packInt32 } from "#core/store/blobs.ts";
import { type Db, migrate } from "#core/store/database.ts";
import { MIGRATIONS } from "#core/store/migrations.ts";
import { readRun } from "#core/store/read-run.ts";

/** A database as version 1 left it, with a run of one finished and one waiting cell. */
function versionOne(): Db {
  const db = new Database(":memory:");
  onTestFinished(() => {
    db.close();
  });
  db.pragma("foreign_keys = ON");
  migrate(db, MIGRATIONS.slice(0, 1));
  const spec = {
    schemaVersion: 1,
    name: "old",
    model: "m",
    cells: [{ format: "fp32", provider: "cpu", graph: "exported" }],
    passes: { forward: { batchSizes: [1], sequenceLength: 128, warmup: 3, minIterations: 10, minSeconds: 2 } },
    seed: 0,
  };
  const environment = {
    app: { version: "0.1.0", commit: null },
    runtime: { onnxruntime: "1.30.0", node: "24", launcher: "fork" },
    os: { platform: "linux", release: "6", arch: "x64" },
    cpu: { model: "c", physicalCores: 2, logicalCores: 2 },
    memoryBytes: 1e9,
    machineId: "m",
  };
  const memory = { baseBytes: 90, loadPeakBytes: 440, steadyBytes: 410, source: "VmHWM" };
  db.prepare(
    `INSERT INTO runs (id, name, status, process_id, started_at, finished_at, spec, environment, model_name, model_folder,
     parameters) VALUES ('r', 'old', 'cancelled', 1, '2026-11-20T07:00:00.000Z', NULL, ?, ?, 'm', 'm', 5)`,
  ).run(JSON.stringify(spec), JSON.stringify(environment));
  const cell = db.prepare(
    `INSERT INTO cells (id, run_id, position, label, format, provider, threads, file, sha256, bytes, facts, status, load_ms, memory)
     VALUES (?, 'r', ?, ?, 'fp32', 'cpu', 2, 'f', 'ab', 9, '{}', ?, ?, ?)`,
  );
  cell.run("r/1", 0, "fp32@cpu", "done", 100, JSON.stringify(memory));
  cell.run("r/2", 1, "fp32@cpu#2", "waiting", null, null);
  db.prepare("INSERT INTO forward_results VALUES ('r/1', 1, 128, ?, ?, 530, 520, NULL, 0.06, NULL)").run(
    packFloat64([12, 11]),
    packFloat64([20]),
  );
  db.prepare("INSERT INTO token_rows VALUES ('r/1', 'q1', 72, ?, ?)").run(packInt32([5]), packFloat32([-0.5]));
  db.prepare("INSERT INTO answers VALUES ('r/1', 'loglikelihood', 'q1', 1, 1, 0, ?, NULL, 0, 8)").run(
    packFloat64([-1, -0.5]),
  );
  db.prepare("INSERT INTO generations VALUES ('r/1', 'p1', 'a', 0, 1, 'b', ?, ?, 60)").run(
    packInt32([7]),
    packFloat64([10]),
  );
  return db;
}

describe("migration 2", () => {
  it("makes what version 1 measured the first launch, and what it did not measure null", () => {
    const db = versionOne();
    migrate(db);
    const [cell, waiting] = readRun(db, "r").cells;
    expect(cell).toMatchObject({
      status: "done",
      loadMs: 100,
      memory: { loadPeakBytes: 440 },
      selfTests: null,
      tokens: [{ questionId: "q1", topIds: [5], logSumExp: null, referenceLogprobs: null, klDivergence: null }],
      texts: [],
      samples: [],
    });
    expect(cell!.forward).toMatchObject([
      { batchSize: 1, latencyMs: [12, 11], computeMs: [], warmupMs: [20], peakMemoryBytes: 530, runPeakBytes: 520 },
    ]);
    expect(cell!.launches.map(({ kind, launch, status }) => [kind, launch, status])).toEqual([
      ["quality", 1, "done"],
      ["timing", 1, "done"],
    ]);
    expect(cell!.benchmark[0]!.answers).toMatchObject([{ normalized: null, cutTokens: 0, sharedSeam: false }]);
    expect(cell!.generations).toMatchObject([{ tokenIds: [7], margins: [] }]);
    expect(waiting!.launches).toEqual([]);
  });

  it("gives old runs the spec and the environment of a run of one launch", () => {
    const db = versionOne();
    migrate(db);
    const { run, textSet } = readRun(db, "r");
    expect(run.spec).toMatchObject({ depth: "preview", launches: 1 });
    expect(run.environment).toMatchObject({ gpus: [], powerSource: null });
    expect(textSet).toBeNull();
  });

  it("gives results that today's schema accepts", () => {
    const db = versionOne();
    migrate(db);
    const results = buildResults(readRun(db, "r"));
    expect(resultsSchema.parse(JSON.parse(JSON.stringify(results)))).toMatchObject({ run: { id: "r" } });
    expect(results.comparisons[0]!.verdict.answer).toBe("not enough data");
  });
});
