/**
 * Tells when a child has sent nothing for long. It is not ended for that: a large model takes minutes to load, and only the user
 * knows how long is too long.
 */

/** Told after so long, and again after as long again. */
export const SILENT_MS = 30_000;

export class Silence {
  /** Seconds of silence so far; null when something was heard again. */
  readonly #tell: (seconds: number | null) => void;
  #heardMs = performance.now();
  #told = false;
  #timer: NodeJS.Timeout;

  constructor(tell: (seconds: number | null) => void) {
    this.#tell = tell;
    this.#timer = this.#after(SILENT_MS);
  }

  /** Costs next to nothing: it is called for every message of a measurement. */
  heard(): void {
    this.#heardMs = performance.now();
    if (!this.#told) return;
    this.#told = false;
    this.#tell(null);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.heard();
  }

  #after(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const silentMs = performance.now() - this.#heardMs;
      const tell = silentMs >= SILENT_MS;
      this.#timer = this.#after(tell ? SILENT_MS : SILENT_MS - silentMs);
      if (!tell) return;
      this.#told = true;
      this.#tell(Math.floor(silentMs / 1000));
    }, ms);
  }
}
