import type { Results } from "#shared/results.ts";
import { buildResults } from "#shared/verdict/build-results.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import { type Db, openDatabase } from "#core/store/database.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { readCellFacts, readRun, type StoredRun } from "#core/store/read-run.ts";

const KEPT = 2;

/** A run read whole, with what pages show beside it. */
interface WholeRun {
  readonly run: StoredRun;
  /** Of every cell's file, by label. */
  readonly facts: ReadonlyMap<string, GraphFacts>;
  /** By id. */
  readonly questions: ReadonlyMap<string, Question>;
}

/**
 * Runs read whole, and compared. Reading a large one takes a second and comparing its cells another, and a page asks for one
 * part after the other: the last two are kept. Lives in a child process of its own (run-reader.ts).
 */
export class StoredRuns {
  readonly #file: string;
  readonly #readOnly: boolean;
  readonly #kept = new Map<string, Kept>();

  /**
   * @param file of the store; open only while it is read, so that whoever closes the store closes it last
   * @param readOnly it is a copy, in which whatever is written would be lost
   */
  constructor(file: string, readOnly = false) {
    this.#file = file;
    this.#readOnly = readOnly;
  }

  /** @throws LabError RUN_NOT_FOUND, STORE_* */
  read(id: string): WholeRun {
    return this.#get(id).whole;
  }

  /** With comparisons, and verdicts by the default limits. LabError RUN_NOT_FOUND, STORE_*. */
  results(id: string): Results {
    const kept = this.#get(id);
    kept.results ??= buildResults(kept.whole.run);
    return kept.results;
  }

  /** Reads something else of the store. LabError STORE_*. */
  with<T>(read: (db: Db) => T): T {
    const db = openDatabase(this.#file);
    if (this.#readOnly) db.pragma("query_only = ON");
    try {
      return read(db);
    } finally {
      db.close();
    }
  }

  /** It was changed, or goes on. */
  forget(id: string): void {
    this.#kept.delete(id);
  }

  #get(id: string): Kept {
    const known = this.#kept.get(id);
    if (known) return known;
    const kept = { whole: readWhole(this.#file, id), results: null };
    // One that goes on is another one a moment later.
    if (kept.whole.run.run.status === "running") return kept;
    this.#kept.set(id, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }
}

interface Kept {
  readonly whole: WholeRun;
  results: Results | null;
}

function readWhole(file: string, id: string): WholeRun {
  const db = openDatabase(file);
  try {
    return { run: readRun(db, id), facts: readCellFacts(db, id), questions: readQuestions(db, id) };
  } finally {
    db.close();
  }
}
