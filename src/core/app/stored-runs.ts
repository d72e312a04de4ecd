import type { ExportFormat } from "#shared/api.ts";
import type { Results } from "#shared/results.ts";
import { buildResults } from "#shared/report/build-results.ts";
import type { Db } from "#core/store/database.ts";
import { readRun, type StoredRun } from "#core/store/read-run.ts";

const KEPT = 2;

/**
 * Runs read whole, and compared. Reading a large one takes a second and comparing its cells ten, and a page asks for one part
 * after the other.
 */
export class StoredRuns {
  readonly #db: Db;
  readonly #kept = new Map<string, Kept>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** @throws LabError RUN_NOT_FOUND */
  read(id: string): StoredRun {
    return this.#get(id).run;
  }

  /** With comparisons, and verdicts by the default limits. LabError RUN_NOT_FOUND. */
  results(id: string): Results {
    const kept = this.#get(id);
    kept.results ??= buildResults(kept.run);
    return kept.results;
  }

  /** It was changed, or goes on. */
  forget(id: string): void {
    this.#kept.delete(id);
  }

  #get(id: string): Kept {
    const known = this.#kept.get(id);
    if (known) return known;
    const kept = { run: readRun(this.#db, id), results: null };
    // One that goes on is another one a moment later.
    if (kept.run.run.status === "running") return kept;
    this.#kept.set(id, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }
}

interface Kept {
  readonly run: StoredRun;
  results: Results | null;
}

/** How a run is written, by format. */
interface Exporter {
  readonly extension: string;
  readonly mediaType: string;
  readonly text: (results: Results) => string;
}

const EXPORTERS: Readonly<Record<ExportFormat, Exporter>> = Object.freeze({
  json: {
    extension: "json",
    mediaType: "application/json",
    text: (results) => `${JSON.stringify(results)}\n`,
  },
});

/** A run as a file that can be saved. */
export function exportRun(
  results: Results,
  format: ExportFormat,
): { fileName: string; mediaType: string; text: string } {
  const { extension, mediaType, text } = EXPORTERS[format];
  return { fileName: `quantscope-${results.run.id}.${extension}`, mediaType, text: text(results) };
}
