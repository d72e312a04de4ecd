import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";

/** One answer of the lab that is shown: the last one asked for wins, and a failure keeps what was there. */
export class AsyncValue<T> {
  /** Null until the first answer. */
  value = $state.raw<T | null>(null);
  error = $state.raw<ErrorEnvelope | null>(null);
  busy = $state(false);
  #look = 0;

  async read(ask: () => Promise<T>): Promise<void> {
    const look = ++this.#look;
    this.busy = true;
    try {
      const value = await ask();
      if (look !== this.#look) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (look === this.#look) this.error = toEnvelope(error);
    } finally {
      if (look === this.#look) this.busy = false;
    }
  }

  /** Something else is looked at now; an answer on its way is of no interest. */
  forget(): void {
    this.#look++;
    this.value = null;
    this.error = null;
    this.busy = false;
  }
}
