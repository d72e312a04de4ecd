/**
 * What a run stores, in order. Where another program holds the store, what was measured waits in memory and is tried again and
 * again, while measuring, windows and Ctrl-C go on: none of them is to wait inside SQLite.
 */
import { setTimeout as wait } from "node:timers/promises";
import { LabError } from "#shared/errors.ts";
import { type Db, isLocked, storeError, withinMs } from "#core/store/database.ts";

/** How long a run waits for the store. Injected by tests. */
export interface Patience {
  readonly totalMs: number;
  /** Of a run that was cancelled: whoever quits wants the end. */
  readonly cancelledMs: number;
  /** Between two tries, in which everything else of the program goes on. */
  readonly pauseMs: number;
  /** Inside SQLite: others' writes take less, and a longer wait would stand still in a window. */
  readonly tryMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

const PATIENCE: Patience = {
  totalMs: 10 * 60_000,
  cancelledMs: 20_000,
  pauseMs: 250,
  tryMs: 100,
  now: () => performance.now(),
  sleep: (ms) => wait(ms),
};

interface QueueOptions {
  readonly db: Db;
  readonly signal: AbortSignal;
  readonly patience?: Patience;
  /** The store is waited for from now on, or no longer. */
  readonly onWaiting: (waiting: boolean) => void;
}

export class WriteQueue {
  readonly #options: QueueOptions;
  readonly #patience: Patience;
  readonly #waiting: (() => void)[] = [];
  #emptied: Promise<void> | null = null;
  #failure: Error | null = null;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#patience = options.patience ?? PATIENCE;
  }

  /**
   * Writes now, or when those before it are written.
   * @throws LabError what the store says of this write; once it was waited for in vain, STORE_BUSY of every one
   */
  add(write: () => void): void {
    if (this.#failure) throw this.#failure;
    if (this.#waiting.length === 0 && this.#try(write)) return;
    this.#waiting.push(write);
    this.#emptied ??= this.#empty();
    // Whoever waits for the end hears of it.
    this.#emptied.catch(() => undefined);
  }

  /** Writes, and waits until this and everything before is stored. LabError as `add`. */
  async stored(write: () => void): Promise<void> {
    this.add(write);
    await this.#emptied;
  }

  async #empty(): Promise<void> {
    const { onWaiting, signal } = this.#options;
    const { now, sleep, pauseMs, totalMs, cancelledMs } = this.#patience;
    onWaiting(true);
    let deadline = now() + totalMs;
    let hurried = false;
    while (this.#waiting.length > 0) {
      await sleep(pauseMs);
      if (signal.aborted && !hurried) {
        hurried = true;
        deadline = Math.min(deadline, now() + cancelledMs);
      }
      try {
        while (this.#waiting.length > 0 && this.#try(this.#waiting[0]!)) {
          this.#waiting.shift();
          deadline = now() + (hurried ? cancelledMs : totalMs);
        }
      } catch (error) {
        throw this.#fail(error as Error);
      }
      if (this.#waiting.length > 0 && now() >= deadline)
        throw this.#fail(this.#gaveUp(hurried ? cancelledMs : totalMs));
    }
    this.#emptied = null;
    onWaiting(false);
  }

  /** False where another program holds the store. */
  #try(write: () => void): boolean {
    const { db } = this.#options;
    try {
      withinMs(db, this.#patience.tryMs, write);
      return true;
    } catch (error) {
      if (isLocked(error)) return false;
      throw storeError(error, db.name);
    }
  }

  #fail(error: Error): Error {
    this.#failure = error;
    return error;
  }

  #gaveUp(ms: number): LabError {
    const { name: file } = this.#options.db;
    return new LabError(
      "STORE_BUSY",
      `Another program has held the store ${file} locked for ${Math.round(ms / 1000)} s, and the run has ended. ` +
        "What was stored before stays; end that program, then finish the run (quantscope run --resume RUN): only the launch that could not be stored is measured again.",
      { file, unstored: this.#waiting.length },
    );
  }
}
