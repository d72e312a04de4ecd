import type { LiveRun, LiveRunEvent, LiveRuns, RunDetails } from "#shared/api.ts";
import type { Spec } from "#shared/spec.ts";
import { applyEvent, settled } from "../views/run/apply-event.ts";
import { Rates } from "../views/run/rate.ts";
import type { Lab } from "./bridge.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** Events of a fifth of a second are drawn together: more often nobody sees, and drawing takes from what is measured. */
const DRAW_EVERY_MS = 200;

/** What goes on in the lab: the run that is measured, those that wait, those that ended. */
export class LiveRunStore {
  /** Null `value` until the first answer. */
  readonly live = new AsyncValue<LiveRuns>();
  /** The run that is measured, with every event so far. */
  active = $state.raw<LiveRun | null>(null);
  /** Steps a second by cell. */
  rates = $state.raw<Readonly<Record<string, number>>>({});
  /** As it was when it ended, of the run that was watched here. */
  last = $state.raw<LiveRun | null>(null);
  /** What the active run was asked to do; null until it is stored. */
  spec = $state.raw<Spec | null>(null);
  /** The newest ended run, as stored: what failed in it, and why. */
  readonly endedDetails = new AsyncValue<RunDetails>();
  /** When the last event came, by the page's clock. */
  heardAtMs = $state(0);
  readonly #lab: Lab;
  readonly #rates = new Rates();
  #waiting: { readonly id: string; readonly event: LiveRunEvent }[] = [];
  /** Events that come while a snapshot is asked for: it may or may not know them. */
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("runs.changed", () => void this.refresh());
    lab.on("run.event", (told) => {
      this.#waiting.push(told);
      this.#timer ??= setTimeout(() => {
        this.#draw();
      }, DRAW_EVERY_MS);
    });
  }

  /** Runs that are measured or wait. */
  get ahead(): number {
    return (this.live.value?.active ? 1 : 0) + (this.live.value?.queue.length ?? 0);
  }

  async refresh(): Promise<void> {
    this.#asking++;
    await this.live.read(() => this.#lab.request("runs.live", {}));
    this.#asking--;
    // An older answer, or none: a later one follows.
    if (this.#asking > 0 || this.live.error !== null) return;
    // The snapshot holds what was told before it; a transport keeps requests and events in order.
    this.#waiting = [];
    const active = this.live.value?.active ?? null;
    if (active?.id !== this.active?.id) {
      if (this.active) this.last = settled(this.active, this.live.value?.ended ?? []);
      this.#rates.forget();
      // A run that is resumed is the same one again.
      this.#specOf = null;
      this.rates = {};
      this.spec = null;
    }
    this.active = active;
    this.heardAtMs = performance.now();
    if (active && this.spec === null && active.phase === "measuring") void this.#readSpec(active.id);
    if (!active) void this.#readEnded();
  }

  async cancel(id: string, cell?: string): Promise<void> {
    await this.#lab.request("runs.cancel", cell === undefined ? { id } : { id, cell });
  }

  async resume(id: string): Promise<void> {
    await this.#lab.request("runs.resume", { id });
  }

  #draw(): void {
    this.#timer = null;
    const told = this.#waiting;
    this.#waiting = [];
    const now = performance.now();
    let { active } = this;
    for (const { id, event } of told) {
      if (active?.id !== id) continue;
      active = applyEvent(active, event);
      if (event.type !== "progress" && event.type !== "launch") continue;
      const cell = active.cells.find(({ label }) => label === event.label);
      if (cell) this.#rates.see(cell, now);
    }
    if (active === this.active) return;
    this.active = active;
    this.heardAtMs = now;
    const rates = active?.cells.flatMap(({ label }) => {
      const rate = this.#rates.of(label);
      return rate === null ? [] : [[label, rate] as const];
    });
    this.rates = Object.fromEntries(rates ?? []);
    if (active && this.spec === null && active.phase === "measuring") void this.#readSpec(active.id);
  }

  #specOf: string | null = null;
  async #readSpec(id: string): Promise<void> {
    if (this.#specOf === id) return;
    this.#specOf = id;
    try {
      const { run } = await this.#lab.request("runs.get", { id });
      if (this.active?.id === id) this.spec = run.spec;
    } catch {
      // Only "of 6" is missing then.
      this.#specOf = null;
    }
  }

  async #readEnded(): Promise<void> {
    const newest = this.live.value?.ended[0];
    if (!newest?.stored) {
      this.endedDetails.forget();
      return;
    }
    if (this.endedDetails.value?.run.id !== newest.id) this.endedDetails.forget();
    await this.endedDetails.read(() => this.#lab.request("runs.get", { id: newest.id }));
  }
}
