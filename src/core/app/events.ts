import type { EventName, EventPayload } from "#shared/api.ts";
import { noteProblem } from "#core/system/problems.ts";

type EventListener = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

/** Where whatever changes says so, and the transports listen. */
export class Events {
  readonly #listeners = new Set<EventListener>();

  on(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of this.#listeners) {
      try {
        listener(name, payload);
      } catch (error) {
        // Whoever changed something goes on, and the others hear of it.
        noteProblem(`A window could not be told of "${name}"`, error);
      }
    }
  }
}

/**
 * Lets the first of many messages through at once and joins those that follow within `intervalMs`, so that a fast
 * measurement does not spend its parent's time on pages. No timer runs while nothing is waiting.
 */
export class Coalescer<T> {
  readonly #join: (waiting: T, next: T) => T;
  readonly #send: (key: string, value: T) => void;
  readonly #intervalMs: number;
  readonly #waiting = new Map<string, T>();
  #timer: NodeJS.Timeout | null = null;

  /** @param join what two messages of one key become; for progress the later one */
  constructor(intervalMs: number, join: (waiting: T, next: T) => T, send: (key: string, value: T) => void) {
    this.#intervalMs = intervalMs;
    this.#join = join;
    this.#send = send;
  }

  add(key: string, value: T): void {
    if (this.#timer === null) {
      this.#send(key, value);
      this.#arm();
      return;
    }
    const waiting = this.#waiting.get(key);
    this.#waiting.set(key, waiting === undefined ? value : this.#join(waiting, value));
  }

  /** Sends what waits, now: something that must come after it is about to be said. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sendAll();
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#sendAll() > 0) this.#arm();
    }, this.#intervalMs);
    this.#timer.unref();
  }

  #sendAll(): number {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const [key, value] of all) this.#send(key, value);
    return all.length;
  }
}
