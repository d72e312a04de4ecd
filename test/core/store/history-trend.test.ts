import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import { TREND_VERSION } from "#shared/compare/trend/derive.ts";
import { wilson } from "#shared/stats/wilson.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import { hideRuns } from "#core/store/history-edit.ts";
import { deriveRun } from "#core/store/history-measured.ts";
import {
  readTrend,
  saveTrend,
  trendKinds,
  trendMachines,
  type TrendCell,
  underivedRuns,
} from "#core/store/history-trend.ts";
import { readRun } from "#core/store/read-run.ts";
import { GENERATED_MODELS, generateHistory } from "../../helpers/generate-history.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { SEED_CELLS, seedResult } from "../../helpers/seed-result.ts";
import { store } from "./open-store.ts";

function opened(fill: (home: string) => void): Db {
  const home = scratchDir();
  fill(home);
  const db = openDatabase(join(home, "quantscope.db"));
  onTestFinished(() => {
    db.close();
  });
  return db;
}

function derived(db: Db, id: string): TrendCell[] {
  const steps = deriveRun(db, id);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const seeded = (): Db =>
  opened((home) => {
    seedResult(home, { id: "a", name: "a", cells: SEED_CELLS, questions: 40, batchSizes: [1, 8] });
  });

describe("deriveRun", () => {
  it("gives the numbers that the run's own results give", () => {
    const db = seeded();
    const results = buildResults(readRun(db, "a"));
    const cells = derived(db, "a");
    expect(cells.map(({ label }) => label)).toEqual(results.cells.map(({ label }) => label));
    cells.forEach(({ label, values }, index) => {
      const cell = results.cells[index]!;
      const jaccard = results.comparisons.find(({ candidate }) => candidate === label)?.jaccard["20"];
      expect(values.jaccard?.value ?? null).toBe(jaccard?.mean ?? null);
      expect([values.jaccard?.low ?? null, values.jaccard?.high ?? null]).toEqual([
        jaccard?.low ?? null,
        jaccard?.high ?? null,
      ]);
      expect(values.memory).toMatchObject({ value: cell.forward[0]!.peakMemoryBytes, kind: "interval", n: 6 });
      const right = cell.benchmark[0]!.answers.filter(({ correct }) => correct).length;
      expect(values.accuracy).toMatchObject({ value: right / 40, ...wilson(right, 40)!, n: 40, kind: "interval" });
      expect(values.latency).toMatchObject({ kind: "interval", n: 6 });
      const { wordsPerMinute: value, low, high } = cell.replays.find(({ of }) => of === "texts")!;
      expect(values.words).toMatchObject({ value, low, high, n: 6, kind: "interval" });
    });
  });

  it("says under which circumstances each number was measured", () => {
    const [, int8] = derived(seeded(), "a");
    expect(int8!.values.latency!.setup).toBe("batch 1, 128 tokens, 8 threads");
    expect(int8!.values.accuracy!.setup).toMatch(/^by likelihood, 40 of virology \(\w{8}\), mmlu$/);
    expect(int8!.values.jaccard!.setup).toContain("against fp32@cpu (");
    expect(int8!.values.words!.setup).toMatch(/temperature 0\.1, 8 threads, written again in every launch$/);
  });

  it("has no interval for words that were timed once, and says of which they were disturbed", () => {
    const db = seeded();
    db.exec("DELETE FROM replay_launches");
    const [fp32, int8] = derived(db, "a");
    expect(fp32!.values.words).toMatchObject({ n: 1, kind: "none", low: null, high: null });
    expect(fp32!.values.words!.setup).toMatch(/, measured once$/);
    expect(int8!.values.words!.setup).toMatch(/, measured once and disturbed$/);
  });

  it("leaves out cells that did not reach their end, and gives nothing for a run that is gone", () => {
    const db = opened((home) => {
      seedResult(home, {
        id: "a",
        name: "a",
        cells: [{ format: "fp32" }, { format: "int4", status: "failed" }],
        questions: 0,
      });
    });
    expect(derived(db, "a").map(({ label }) => label)).toEqual(["fp32@cpu"]);
    expect(derived(db, "a")[0]!.values).toMatchObject({ jaccard: null, accuracy: null });
    expect(derived(db, "none")).toEqual([]);
  });
});

describe("saveTrend", () => {
  it("keeps every number as it was derived, once, and marks the run as done", () => {
    const db = seeded();
    expect(underivedRuns(db, 9)).toEqual({ ids: ["a"], total: 1 });
    const cells = derived(db, "a");
    saveTrend(db, "a", cells);
    saveTrend(db, "a", cells);
    expect(underivedRuns(db, 9)).toEqual({ ids: [], total: 0 });
    const kinds = cells.map(({ format, provider }) => ({ format, provider }));
    const { series, runs } = readTrend(db, "SmolLM2-135M-Instruct", kinds, { machine: null, most: 9 });
    expect(series.map(({ points }) => points.map(({ values }) => values))).toEqual(cells.map(({ values }) => [values]));
    expect(runs).toMatchObject([{ id: "a", onnxruntime: "1.30.0", driver: "580.1", power: "mains" }]);
  });

  it("leaves a run alone that is gone", () => {
    const db = store();
    saveTrend(db, "none", []);
    expect(underivedRuns(db, 9).total).toBe(0);
  });
});

describe("readTrend", () => {
  const model = GENERATED_MODELS[0]!;
  const generated = (): Db =>
    opened((home) => {
      generateHistory(home, { runs: 80, cells: 3 });
    });

  it("gives the newest points, oldest first, and says that there are older ones", () => {
    const db = generated();
    const [first] = trendKinds(db, model);
    expect(first).toEqual({ format: "fp32", provider: "cpu", cells: 20, more: false });
    const { series } = readTrend(db, model, [first!], { machine: null, most: 5 });
    expect(series[0]!.points.map(({ run }) => run)).toEqual([
      "run-000060",
      "run-000064",
      "run-000068",
      "run-000072",
      "run-000076",
    ]);
    expect(series[0]!.cut).toBe(true);
    expect(readTrend(db, model, [first!], { machine: null, most: 20 }).series[0]!.cut).toBe(false);
  });

  it("gives one machine's where one is asked for, and none of hidden runs", () => {
    const db = generated();
    expect(trendMachines(db, model).map(({ value, runs }) => [value, runs])).toEqual([
      ["laptop", 16],
      ["server", 4],
    ]);
    const kind = [{ format: "fp32", provider: "cpu" }] as const;
    const of = (machine: string): number =>
      readTrend(db, model, kind, { machine, most: 100 }).series.reduce((sum, { points }) => sum + points.length, 0);
    expect([of("laptop"), of("server"), of("none")]).toEqual([16, 4, 0]);
    hideRuns(db, ["run-000020"], "2026-11-21T00:00:00.000Z");
    expect(of("server")).toBe(3);
  });
});

describe("TREND_VERSION", () => {
  it("makes runs that an earlier formula derived be derived again", () => {
    const db = seeded();
    saveTrend(db, "a", derived(db, "a"));
    db.prepare("UPDATE history SET trend_version = ?").run(TREND_VERSION - 1);
    expect(underivedRuns(db, 9).ids).toEqual(["a"]);
  });
});
