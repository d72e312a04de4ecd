import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResults, RunSamples } from "#shared/api.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import { openLab } from "#core/app/open-lab.ts";
import { runGenerations, runResults, runSamples } from "#core/app/stored-runs/run-views.ts";
import { readRun } from "#core/store/read-run.ts";
import { SEED_CELLS, type SeedResult, seedResult } from "./seed-result.ts";

/** A seeded run as the pages are given it. */
export interface ReadResult {
  readonly run: RunResults;
  readonly generations: ReturnType<typeof runGenerations>["prompts"];
  readonly samples: readonly RunSamples[];
}

const base: SeedResult = { id: "r", name: "r", cells: SEED_CELLS, questions: 60, batchSizes: [1, 4] };

export function readResult(seed: Partial<SeedResult> = {}): ReadResult {
  const home = mkdtempSync(join(tmpdir(), "quantscope-"));
  try {
    seedResult(home, { ...base, ...seed });
    using lab = openLab(home);
    const stored = readRun(lab.db, "r");
    return {
      run: runResults(buildResults(stored)),
      generations: runGenerations(stored).prompts,
      samples: stored.cells.map(({ label }) => runSamples(stored, label)),
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
