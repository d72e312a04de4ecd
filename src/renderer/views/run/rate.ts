/** How fast a cell gets on: measured on the page, from when its progress came. */
import type { LiveCell } from "#shared/api.ts";

interface Seen {
  readonly pass: string;
  readonly launch: string;
  readonly done: number;
  readonly atMs: number;
  /** Null until a second look. */
  readonly perSecond: number | null;
}

/** Share of a new speed in the shown one, for a second between looks. */
const NEW_SHARE = 0.4;

export class Rates {
  readonly #seen = new Map<string, Seen>();

  /** Takes the cell's progress in, as it was at `nowMs`. */
  see({ label, progress, launch }: LiveCell, nowMs: number): void {
    if (!progress) {
      this.#seen.delete(label);
      return;
    }
    const { pass, done } = progress;
    const process = `${launch?.kind} ${launch?.launch}`;
    const before = this.#seen.get(label);
    if (before?.pass !== pass || before.launch !== process || done < before.done) {
      this.#seen.set(label, { pass, launch: process, done, atMs: nowMs, perSecond: null });
      return;
    }
    const seconds = (nowMs - before.atMs) / 1000;
    if (done === before.done || seconds <= 0) return;
    const now = (done - before.done) / seconds;
    const share = Math.min(1, NEW_SHARE * Math.max(1, seconds));
    const perSecond = before.perSecond === null ? now : (1 - share) * before.perSecond + share * now;
    this.#seen.set(label, { pass, launch: process, done, atMs: nowMs, perSecond });
  }

  /** Steps of the pass a second; null before two were seen. */
  of(label: string): number | null {
    return this.#seen.get(label)?.perSecond ?? null;
  }

  forget(): void {
    this.#seen.clear();
  }
}
