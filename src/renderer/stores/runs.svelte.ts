import type { RunSummary } from "#shared/api.ts";
import { toEnvelope, type ErrorEnvelope } from "#shared/errors.ts";
import type { Lab } from "./bridge.ts";
import { readRuns } from "./read-runs.ts";

/** How many more are shown at a time. */
const STEP = 200;

/** The stored runs, newest first, kept current while the page is looked at. */
export class RunsStore {
  /** Null until the first answer. */
  runs = $state.raw<readonly RunSummary[] | null>(null);
  total = $state(0);
  /** Why the last look failed; the runs of the one before stay. */
  error = $state.raw<ErrorEnvelope | null>(null);
  busy = $state(false);
  readonly #lab: Lab;
  #wanted = STEP;
  #look = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("runs.changed", () => void this.refresh());
  }

  async refresh(): Promise<void> {
    const look = ++this.#look;
    this.busy = true;
    try {
      const { runs, total } = await readRuns(this.#lab, this.#wanted);
      if (look !== this.#look) return;
      this.runs = runs;
      this.total = total;
      this.error = null;
    } catch (error) {
      if (look === this.#look) this.error = toEnvelope(error);
    } finally {
      if (look === this.#look) this.busy = false;
    }
  }

  async more(): Promise<void> {
    this.#wanted += STEP;
    await this.refresh();
  }
}
