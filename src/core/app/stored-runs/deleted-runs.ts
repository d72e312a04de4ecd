/** Deleting that can be taken back: a run is hidden first and goes for good a little later, one at a time. */
import { hiddenRuns, hideRuns, purgeQuestions, purgeRun, restoreRuns } from "#core/store/history-edit.ts";
import { removeScratch } from "#core/runs/run-ids.ts";
import { noteProblem } from "#core/system/problems.ts";
import type { MeasurementQueue } from "../runs/measurement-queue.ts";
import type { Lab } from "../open-lab.ts";

/** Longer than a message with "Undo" stays on screen. */
const KEPT_MS = 20_000;
/** Between two runs: everything measured in one is a moment's work for the disk, and the window is to stay quick. */
const PAUSE_MS = 25;

export class DeletedRuns {
  readonly #lab: Lab;
  readonly #queue: Pick<MeasurementQueue, "holder">;
  readonly #keptMs: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** What an earlier start of the program left hidden goes now: nobody can take that back any more. */
  constructor(lab: Lab, queue: Pick<MeasurementQueue, "holder">, keptMs = KEPT_MS) {
    this.#lab = lab;
    this.#queue = queue;
    this.#keptMs = keptMs;
    this.#closed = lab.readOnly !== null;
    this.#after(PAUSE_MS);
  }

  hide(ids: readonly string[]): string[] {
    const hidden = hideRuns(this.#lab.db, ids, new Date().toISOString());
    this.#after(this.#keptMs);
    return hidden;
  }

  restore(ids: readonly string[]): string[] {
    return restoreRuns(this.#lab.db, ids);
  }

  /** What is hidden now goes for good when the program starts again. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      try {
        this.#purge();
      } catch (error) {
        // The disk is full, or another program holds the store: hidden they are all the same.
        noteProblem("Deleted runs could not be removed from the store yet", error);
        this.#after(this.#keptMs);
      }
    }, ms);
    this.#timer.unref();
  }

  #purge(): void {
    const due = hiddenRuns(this.#lab.db, new Date(Date.now() - this.#keptMs).toISOString());
    const [id] = due;
    if (id === undefined) {
      if (hiddenRuns(this.#lab.db, new Date().toISOString()).length > 0) this.#after(this.#keptMs);
      return;
    }
    // Not beside a measurement: the disk and this process are part of the machine that is measured.
    if (this.#queue.holder !== null) {
      this.#after(this.#keptMs);
      return;
    }
    purgeRun(this.#lab.db, id);
    removeScratch(this.#lab.scratchDir, id);
    if (due.length === 1) purgeQuestions(this.#lab.db);
    this.#after(PAUSE_MS);
  }
}
