/** Derives the numbers that trends show, once a run, when nothing is measured: whatever computes beside a measurement spoils it. */
import { setImmediate } from "node:timers/promises";
import type { Db } from "#core/store/database.ts";
import { deriveRun } from "#core/store/history-measured.ts";
import { saveTrend, underivedRuns } from "#core/store/history-trend.ts";
import { detach } from "#core/system/problems.ts";
import type { Events } from "../events.ts";
import type { MeasurementQueue } from "../runs/measurement-queue.ts";

/** After the end of a run, so that the next one of the queue has begun where there is one. */
const AFTER_MS = 1000;
/** Runs that are looked up at a time. */
const BATCH = 20;

const CANNOT = "The numbers of trends could not be kept";

export class TrendKeeper {
  readonly #db: Db;
  readonly #queue: Pick<MeasurementQueue, "holder">;
  readonly #stopListening: () => void;
  /** Runs whose rows cannot be read. */
  readonly #broken = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> | null = null;
  #closed = false;

  /** @param readOnly what is derived could not be kept */
  constructor(db: Db, queue: Pick<MeasurementQueue, "holder">, events: Events, readOnly = false) {
    this.#closed = readOnly;
    this.#db = db;
    this.#queue = queue;
    this.#stopListening = events.on((name) => {
      if (name !== "runs.changed" || this.#closed) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.begin();
      }, AFTER_MS);
      this.#timer.unref();
    });
  }

  /** Begins to catch up, for whoever cannot wait for it. */
  begin(): void {
    detach(this.catchUp(), CANNOT);
  }

  /** Ended runs that are not derived yet, and whether they wait for the end of a measurement. */
  pending(): { readonly pending: number; readonly waiting: boolean } {
    if (this.#closed) return { pending: 0, waiting: false };
    const pending = Math.max(0, underivedRuns(this.#db, 1).total - this.#broken.size);
    return { pending, waiting: pending > 0 && this.#queue.holder !== null };
  }

  /** Until every ended run is derived, or something is measured. Fails where the store does; a run that cannot be read is left out. */
  catchUp(): Promise<void> {
    this.#work ??= this.#catchUp().finally(() => (this.#work = null));
    return this.#work;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      if (this.#mustStop()) return;
      const ids = underivedRuns(this.#db, BATCH + this.#broken.size).ids.filter((id) => !this.#broken.has(id));
      if (ids.length === 0) return;
      for (const id of ids) if (!(await this.#derive(id))) return;
    }
  }

  /** False where it had to stop in the middle; the run is begun again later. */
  async #derive(id: string): Promise<boolean> {
    try {
      const steps = deriveRun(this.#db, id);
      for (;;) {
        await setImmediate();
        if (this.#mustStop()) return false;
        const step = steps.next();
        if (step.done !== true) continue;
        saveTrend(this.#db, id, step.value);
        return true;
      }
    } catch (error) {
      if (storeFailed(error)) throw error;
      // It is no part of a trend, and Result says what is wrong with it.
      this.#broken.add(id);
      return true;
    }
  }

  #mustStop(): boolean {
    return this.#closed || !this.#db.open || this.#queue.holder !== null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopListening();
  }
}

/** SQLite's own failures, which the next run would meet as well: a full disk, a store that another program holds. */
function storeFailed(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^SQLITE_(FULL|BUSY|IOERR|READONLY|CANTOPEN)/.test(code);
}
