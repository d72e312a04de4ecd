/** Lets one piece of heavy work through at a time, in the order of asking: whatever runs beside a measurement spoils it. */
export class MeasurementQueue {
  #holder: string | null = null;
  readonly #waiting: { readonly start: () => void; readonly signal: AbortSignal }[] = [];

  /** What is let through now, in words; null when nothing is. */
  get holder(): string | null {
    return this.#holder;
  }

  /**
   * Runs `work` when its turn comes.
   * @param what for those who wait, in words: `the run "night"`
   * @throws what `work` throws, and the signal's reason when that came while waiting
   */
  async pass<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#holder !== null) await this.#turn(signal);
    this.#holder = what;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
      };
      const entry = {
        signal,
        start: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(entry);
    });
  }

  /** The holder stays set until the next one has begun, so that nobody slips in between. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next) next.start();
    else this.#holder = null;
  }
}
