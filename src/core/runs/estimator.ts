import type { LaunchCosts } from "./predict.ts";
import type { PassName } from "./protocol.ts";

/** Predicted and real ms of the units of a pass that are done. */
interface Seen {
  predicted: number;
  real: number;
}

/**
 * How long a run still takes: the prediction of every launch, each pass corrected by how wrong its prediction has been so
 * far, in any cell.
 */
export class Estimator {
  readonly #launches: readonly LaunchCosts[];
  readonly #now: () => number;
  readonly #seen = new Map<PassName, Seen>();
  #launch = 0;
  #pass: PassName = "load";
  #done = 0;
  #lastMs: number;

  /** @param now a clock in ms */
  constructor(launches: readonly LaunchCosts[], now: () => number = () => performance.now()) {
    this.#launches = launches;
    this.#now = now;
    this.#lastMs = now();
  }

  /** A launch begins: everything before it is over, measured or not. */
  startLaunch(index: number): void {
    this.#launch = index;
    this.#enter("load");
    this.#lastMs = this.#now();
  }

  /** `done` units of a pass are finished. */
  progress(pass: PassName, done: number): void {
    if (pass !== this.#pass) this.#enter(pass);
    const units = this.#launches[this.#launch]?.get(pass) ?? [];
    const predicted = sum(units.slice(this.#done, done));
    // A pass that begins (nothing done yet) has taken no time: what went by before belongs to no unit of it.
    if (predicted > 0) {
      const seen = this.#seen.get(pass) ?? { predicted: 0, real: 0 };
      this.#seen.set(pass, { predicted: seen.predicted + predicted, real: seen.real + this.#now() - this.#lastMs });
    }
    this.#lastMs = this.#now();
    this.#done = done;
  }

  /** Milliseconds until the run ends. */
  remainingMs(): number {
    const current = this.#launches[this.#launch];
    let total = 0;
    let passed = current?.has(this.#pass) ?? false;
    for (const [pass, units] of current ?? []) {
      if (pass === this.#pass) {
        const left = sum(units.slice(this.#done)) * this.#error(pass);
        const sinceLast = this.#now() - this.#lastMs;
        total += Math.max(left * LEAST_LEFT, left - sinceLast);
        passed = false;
      } else if (!passed) {
        total += sum(units) * this.#error(pass);
      }
    }
    for (const costs of this.#launches.slice(this.#launch + 1)) {
      for (const [pass, units] of costs) total += sum(units) * this.#error(pass);
    }
    return total;
  }

  /** Real time by predicted time: of this pass where some of it is done, else of everything that is. */
  #error(pass: PassName): number {
    const own = this.#seen.get(pass);
    if (own) return own.real / own.predicted;
    const all = [...this.#seen.values()];
    const predicted = sum(all.map((seen) => seen.predicted));
    return predicted > 0 ? sum(all.map((seen) => seen.real)) / predicted : 1;
  }

  #enter(pass: PassName): void {
    this.#pass = pass;
    this.#done = 0;
  }
}

/** A unit that takes longer than predicted is never over before it says so. */
const LEAST_LEFT = 0.1;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
