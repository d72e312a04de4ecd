/** How much of the way to a new estimate is gone in as many milliseconds: two thirds. */
const FOLLOW_MS = 30_000;

/**
 * The time left as it is shown. The lab estimates anew with everything that it measures, and each estimate is off by something else: shown
 * as they come they jump. This one counts down like a clock, and follows the estimates slowly.
 */
export class TimeLeft {
  #run = "";
  #shownMs: number | null = null;
  #atMs = 0;

  /** @param estimateMs null while nothing is known, which starts anew, as another run does */
  see(run: string, estimateMs: number | null, nowMs: number): number | null {
    const passed = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    if (run !== this.#run) this.#shownMs = null;
    this.#run = run;
    if (estimateMs === null || this.#shownMs === null) this.#shownMs = estimateMs;
    else {
      const counted = Math.max(0, this.#shownMs - passed);
      this.#shownMs = counted + (estimateMs - counted) * (1 - Math.exp(-passed / FOLLOW_MS));
    }
    return this.#shownMs;
  }
}
