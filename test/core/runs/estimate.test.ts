import { describe, expect, it } from "vitest";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { cellSpeeds, type EstimatedCell } from "#core/runs/cell-speeds.ts";
import { estimateRun } from "#core/runs/estimate.ts";
import { launchTasks } from "#core/runs/launch-jobs.ts";
import { type CellSpeeds, predictLaunch, totalMs } from "#core/runs/predict.ts";
import { replayJob } from "#core/runs/replay-job.ts";
import type { Db } from "#core/store/database.ts";
import { saveDecode, saveForward, saveLoad } from "#core/store/write-measurements.ts";
import { insertRun, startLaunch } from "#core/store/write-run.ts";
import { launchKey, store } from "../store/open-store.ts";
import { decodeLaunch, environment, forwardLaunch, loaded, newRun } from "../store/sample-run.ts";
import { cellJob, questionJob } from "./sample-job.ts";

const { machineId } = environment;
const cell = (extra: Partial<EstimatedCell> = {}): EstimatedCell => ({
  label: "fp32@cpu",
  format: "fp32",
  provider: "cpu",
  sha256: "ab".repeat(32),
  bytes: 500e6,
  parameters: 135_000_000,
  vocabularySize: 49_152,
  ...extra,
});

/** A store with one measured cell: 128 tokens in 100 ms, 512 tokens in 300 ms, 8 ms a step, loaded in 123 ms. */
function measured(): Db {
  const db = store();
  insertRun(db, newRun("r"));
  const key = launchKey("r/1");
  startLaunch(db, key, 0);
  saveLoad(db, "r", key, loaded);
  saveForward(db, "r/1", forwardLaunch(1, { latencyMs: [100, 90, 110], peakMemoryBytes: 700e6 }));
  saveForward(db, "r/1", forwardLaunch(4, { latencyMs: [300], peakMemoryBytes: 900e6 }));
  saveDecode(db, "r/1", decodeLaunch("compute"));
  return db;
}

describe("cellSpeeds", () => {
  it("is this file's own past where there is one: lines between what was measured, in proportion beyond", () => {
    const speeds = cellSpeeds(measured(), machineId, cell());
    expect(speeds.basis).toBe("measured");
    expect(speeds.loadMs).toBeCloseTo(123.456, 9);
    expect([64, 128, 320, 512, 1024].map(speeds.forwardMs)).toEqual([50, 100, 200, 300, 600]);
    expect(speeds.stepMs(0)).toBe(8);
  });

  it("scales from other models of this machine by parameters", () => {
    const speeds = cellSpeeds(measured(), machineId, cell({ sha256: "cd".repeat(32), parameters: 270_000_000 }));
    expect(speeds.basis).toBe("scaled");
    // Two batch sizes were measured at 0.78 and 0.59 ms a token; twice the parameters take twice their middle.
    expect(speeds.forwardMs(128) / 128).toBeGreaterThan(2 * 0.58);
    expect(speeds.forwardMs(128) / 128).toBeLessThan(2 * 0.79);
  });

  it("guesses on another machine and another provider, and says so", () => {
    expect(cellSpeeds(measured(), "another machine", cell()).basis).toBe("rough");
    expect(cellSpeeds(measured(), machineId, cell({ provider: "cuda" })).basis).toBe("rough");
    expect(cellSpeeds(store(), machineId, cell({ sha256: null })).forwardMs(128)).toBeGreaterThan(0);
  });
});

const speeds = { loadMs: 1000, forwardMs: (tokens: number) => tokens, stepMs: () => 10, basis: "rough" as const };

describe("predictLaunch", () => {
  it("predicts each unit of each pass, so that progress can be told unit by unit", () => {
    const costs = predictLaunch(cellJob({ questionJobs: [questionJob(20)] }), speeds);
    expect([...costs.keys()]).toEqual(["load", "forward", "questions"]);
    expect(costs.get("forward")).toHaveLength(2);
    expect(costs.get("questions")).toHaveLength(20);
  });

  it("takes a batch size by the rule of the pass: time first, then runs, and never beyond its limit", () => {
    const forward = { ...cellJob().forward!, batchSizes: [1], sequenceLength: 1, warmup: 0 };
    const costs = (ms: number): number =>
      predictLaunch(cellJob({ forward, questionJobs: [] }), { ...speeds, forwardMs: () => ms }).get("forward")![0]!;
    // 2 s, 10 to 50 runs, at most 20 s, with and without fetching the logits.
    expect(costs(1)).toBe(2 * 50);
    expect(costs(100)).toBe(2 * 2000);
    expect(costs(1000)).toBe(2 * 10_000);
    expect(costs(5000)).toBe(2 * 20_000);
    expect(costs(10_000)).toBe(2 * 30_000);
  });

  it("knows the decoding steps of every depth and batch size", () => {
    const decode = { promptTokens: 8, newTokens: 4, batchSizes: [1, 2], depths: [0, 100] };
    const costs = predictLaunch(cellJob({ forward: null, questionJobs: [], decode }), speeds);
    expect(costs.get("decode")).toEqual([3 * 48, 3 * 56, 3 * 148, 3 * 256]);
  });

  it("knows that a replay warms up and times what was written, and ends in time", () => {
    const replay = replayJob(
      parseSpec({
        ...{ schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }] },
        passes: { generate: { prompts: ["a", "b"], maxNewTokens: 4 } },
      }),
      [],
      [{ id: "p1", text: "a" }],
    );
    const predicted = (each: CellSpeeds): unknown =>
      predictLaunch(cellJob({ kind: "stepping", forward: null, questionJobs: [], replay }), each).get("replay");
    expect(predicted(speeds)).toEqual([850]);
    expect(predicted({ ...speeds, stepMs: () => 1e9 })).toEqual([15_000]);
  });
});

const estimate = (db: Db, extra: Partial<EstimatedCell> = {}, passes: SpecInput["passes"] = { forward: {} }) => {
  const spec = parseSpec({ schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }], passes });
  const base = { modelDir: "m", file: "f", provider: "cpu" as const, threads: 1, graph: "exported" as const };
  const rest = { reference: 0, questionJobs: [], texts: null, prompts: [], replays: false, referenceDir: "" };
  const tasks = launchTasks({ spec, cells: [{ ...base, providerOptions: undefined }], ...rest });
  return estimateRun({ db, machineId, spec, cells: [cell(extra)], tasks });
};

describe("estimateRun", () => {
  it("adds up every launch", () => {
    const { estimate: found, costs } = estimate(measured());
    expect(costs).toHaveLength(6);
    expect(found.seconds).toBeCloseTo(costs.reduce((sum, each) => sum + totalMs(each), 0) / 1000, 9);
    expect(found.cells[0]).toMatchObject({ label: "fp32@cpu", basis: "measured", seconds: found.seconds });
    expect(found.freeBytes).toBeGreaterThan(0);
  });

  it("predicts the peak that was measured at the largest batch size", () => {
    const passes = { forward: { batchSizes: [1, 4] } };
    expect(estimate(measured(), {}, passes).estimate.cells[0]!.peakBytes).toBe(900e6);
  });

  it("predicts at least the file and its logits where nothing was measured, and loading where nothing is timed", () => {
    const logits = 32 * 128 * 49_152 * 4;
    expect(estimate(store()).estimate.cells[0]!.peakBytes).toBeGreaterThan(500e6 + 2 * logits);
    const loading = estimate(store(), {}, { generate: { prompts: ["a"] } }).estimate.cells[0]!.peakBytes;
    expect(loading).toBeGreaterThan(500e6);
    expect(loading).toBeLessThan(2 * 500e6);
  });

  it("is as sure as its least sure cell", () => {
    expect(estimate(store()).estimate.basis).toBe("rough");
    expect(estimate(measured()).estimate.basis).toBe("measured");
  });
});
