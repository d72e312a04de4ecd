import type { CellStatus, Environment, RunStatus } from "#shared/results.ts";
import { type SpecInput, specSchema } from "#shared/spec.ts";
import { FORMAT_IDS } from "#shared/formats/formats.ts";
import { openLab } from "#core/app/open-lab.ts";
import type { Db } from "#core/store/database.ts";
import { finishCell, insertRun, type NewCell, setRunStatus } from "#core/store/write-run.ts";

/** A stored run by what a list shows of it. */
export interface SeedRun {
  readonly id: string;
  readonly name: string;
  readonly model?: string;
  readonly status?: RunStatus;
  readonly startedAt?: string;
  /** Null while the run goes on. */
  readonly seconds?: number | null;
  readonly cells?: number;
  readonly cellsDone?: number;
}

const environment: Environment = {
  app: { version: "0.0.0", commit: null },
  runtime: { onnxruntime: "0.0.0", node: process.version, launcher: "test" },
  os: { platform: "linux", release: "0", arch: "x64" },
  cpu: { model: "test", physicalCores: 1, logicalCores: 1 },
  memoryBytes: 1,
  gpus: [],
  powerSource: null,
  machineId: "test",
};

/** Writes runs into the store of a data folder, as a run that was executed would. */
export function seedRuns(home: string, runs: readonly SeedRun[]): void {
  using lab = openLab(home);
  // One transaction: ten thousand runs in seconds.
  lab.db.transaction(() => {
    for (const run of runs) seedRun(lab.db, run);
  })();
}

function seedRun(db: Db, run: SeedRun): void {
  const { id, name, model = "demo", status = "done", startedAt = new Date().toISOString(), seconds = 42 } = run;
  const { cells: count = 1, cellsDone = status === "done" ? count : 0 } = run;
  const cells = Array.from({ length: count }, (_, index) => newCell(id, index));
  insertRun(db, {
    id,
    name,
    startedAt,
    spec: specSchema.parse(specOf(name)),
    environment,
    model: { name: model, folder: model, architecture: null, parameters: 1 },
    questionSets: [],
    textSet: null,
    cells,
  });
  const rest: CellStatus = status === "running" ? "waiting" : status;
  cells.forEach((cell, index) => {
    finishCell(db, cell.id, index < cellsDone ? "done" : rest, null);
  });
  const finishedAt = seconds === null ? null : new Date(Date.parse(startedAt) + 1000 * seconds).toISOString();
  setRunStatus(db, id, status, finishedAt);
}

function specOf(name: string): SpecInput {
  return {
    schemaVersion: 1,
    name,
    model: "demo",
    cells: [{ format: "fp32", provider: "cpu" }],
    passes: { forward: {} },
  };
}

function newCell(runId: string, index: number): NewCell {
  const format = FORMAT_IDS[index % FORMAT_IDS.length]!;
  return {
    id: `${runId}-${index}`,
    label: `${format}@cpu-${index}`,
    format,
    provider: "cpu",
    threads: 1,
    file: "model.onnx",
    sha256: "0".repeat(64),
    bytes: 1,
    facts: {
      format,
      operators: {},
      parameters: 1,
      bitsPerWeight: 32,
      quantizedShare: 0,
      blockSize: null,
      symmetric: null,
      accuracyLevel: null,
      dynamicQuantization: false,
      opset: null,
    },
  };
}
