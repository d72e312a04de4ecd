/**
 * A store with as many runs as a lab gathers in years, written in one transaction: rows of runs and cells, and the numbers
 * that trends are made of, as the program itself would have derived them. No raw samples: lists and trends read none.
 */
import { FORMAT_IDS } from "#shared/formats/formats.ts";
import { PROVIDER_IDS } from "#shared/providers/providers.ts";
import { createRandom } from "#shared/random.ts";
import type { TrendValue } from "#shared/compare/trend/metrics.ts";
import { RUN_STATUSES } from "#shared/results.ts";
import { openLab } from "#core/app/open-lab.ts";
import { saveTrend } from "#core/store/history-trend.ts";

export interface GeneratedHistory {
  readonly runs: number;
  /** A run. */
  readonly cells: number;
}

export const GENERATED_MODELS = ["SmolLM2-135M-Instruct", "Qwen3-0.6B", "Llama-3.2-1B-Instruct", "gemma-3-270m"];
const IMPORTED = JSON.stringify({
  tool: "quantscope",
  file: "night.zip",
  importedAt: "2026-11-21T00:00:00.000Z",
  notes: [],
  shards: null,
});
const TAGS = ["night", "release", "driver", "for the talk", "broken"];
const FIRST_DAY = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;

/** Run `n` started `n` hours after the first, with every fifth of the models and versions in turn. */
export function generateHistory(home: string, { runs, cells }: GeneratedHistory): void {
  using lab = openLab(home);
  const { db } = lab;
  const random = createRandom(7);
  const pairs = FORMAT_IDS.flatMap((format) => PROVIDER_IDS.map((provider) => ({ format, provider })));
  const addRun = db.prepare(
    `INSERT INTO runs (id, name, status, process_id, started_at, finished_at, spec, environment, model_name, model_folder,
     architecture, parameters, origin) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, NULL, 1, ?)`,
  );
  const addCell = db.prepare(
    `INSERT INTO cells (id, run_id, position, label, format, provider, threads, file, sha256, bytes, facts, status)
     VALUES (?, ?, ?, ?, ?, ?, 8, 'model.onnx', ?, 1000, '{}', ?)`,
  );
  const addTag = db.prepare("INSERT OR IGNORE INTO run_tags (run_id, tag) VALUES (?, ?)");
  // As long as a real spec of that many cells: what a list must not read.
  const spec = JSON.stringify({ schemaVersion: 1, padding: "x".repeat(80 * cells), seed: 0, cells: [], passes: {} });
  db.transaction(() => {
    for (let index = 0; index < runs; index += 1) {
      const id = `run-${String(index).padStart(6, "0")}`;
      const model = GENERATED_MODELS[index % GENERATED_MODELS.length]!;
      const startedAt = new Date(FIRST_DAY + index * HOUR).toISOString();
      const status = index % 50 === 49 ? "failed" : index % 70 === 69 ? "cancelled" : RUN_STATUSES[1];
      const finishedAt = new Date(FIRST_DAY + index * HOUR + 60_000 * (5 + (index % 37))).toISOString();
      const environment = environmentOf(index);
      addRun.run(
        id,
        `nightly ${index} of ${model}`,
        status,
        startedAt,
        finishedAt,
        spec,
        environment,
        model,
        `/m/${model}`,
        index % 40 === 3 ? IMPORTED : null,
      );
      const made = Array.from({ length: cells }, (_, position) => {
        const { format, provider } = pairs[position % pairs.length]!;
        const again = Math.floor(position / pairs.length);
        const label = `${format}@${provider}${again === 0 ? "" : `#${again + 1}`}`;
        const cellId = `${id}/${position + 1}`;
        const sha256 = `${position}`.padStart(64, "0");
        addCell.run(
          cellId,
          id,
          position,
          label,
          format,
          provider,
          sha256,
          status === "failed" && position > 2 ? "failed" : "done",
        );
        return { cellId, format, provider, label, sha256, values: valuesOf(index, position, random.nextFloat) };
      });
      if (index % 3 === 0) addTag.run(id, TAGS[index % TAGS.length]!);
      saveTrend(db, id, made);
    }
  })();
  db.exec("ANALYZE");
}

function environmentOf(index: number): string {
  return JSON.stringify({
    app: { version: "0.1.0", commit: null },
    runtime: { onnxruntime: `1.${20 + Math.floor(index / 1000)}.0`, node: "24", launcher: "fork" },
    os: { platform: "linux", release: "6", arch: "x64" },
    cpu: { model: index % 20 === 0 ? "AMD EPYC 9654" : "AMD Ryzen 7 7840U", physicalCores: 8, logicalCores: 16 },
    memoryBytes: 2 ** 35,
    gpus: [{ name: "NVIDIA RTX 4070", driver: `${560 + Math.floor(index / 700)}.1`, memoryBytes: 2 ** 33 }],
    powerSource: "mains",
    machineId: index % 20 === 0 ? "server" : "laptop",
  });
}

function valuesOf(
  index: number,
  position: number,
  random: () => number,
): Parameters<typeof saveTrend>[2][number]["values"] {
  const value = (of: number, kind: TrendValue["kind"], n: number, setup: string): TrendValue => {
    const middle = of * (0.995 + 0.01 * random());
    return { value: middle, low: middle * 0.98, high: middle * 1.02, kind, n, setup };
  };
  const slower = index >= 5000 ? 1.2 : 1;
  return {
    memory: value(5e8 + 1e6 * position, "range", 6, "batch 1"),
    latency: value((20 + position) * slower, "interval", 6, "batch 1, 128 tokens"),
    jaccard: position === 0 ? null : value(0.8, "interval", 163, "163 of virology"),
    accuracy: value(0.5, "interval", 163, "163 of virology"),
    words: value(4000, "range", 2, "texts"),
  };
}
