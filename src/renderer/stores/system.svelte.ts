import type { LiveRuns, RunSummary, SystemSnapshot } from "#shared/api.ts";
import type { Comparison } from "#shared/results.ts";
import type { SpecInput } from "#shared/spec.ts";
import type { Lab } from "./bridge.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** An A/A run is found again by its name. */
export const CALIBRATION = "A/A calibration";
/** Runs that are looked through for one. */
const RUNS_LOOKED_AT = 200;
const LOOK_EVERY_MS = 1000;

/** This machine, what works on it, and how well it repeats itself. */
export class SystemStore {
  readonly snapshot = new AsyncValue<SystemSnapshot>();
  readonly live = new AsyncValue<LiveRuns>();
  /** Newest first. */
  readonly calibrations = new AsyncValue<readonly RunSummary[]>();
  /** Second cell against the first one of the newest calibration that is done. */
  readonly noise = new AsyncValue<{ readonly run: RunSummary; readonly comparison: Comparison | null }>();
  readonly #lab: Lab;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("system.changed", () => void this.readSnapshot());
    lab.on("runs.changed", () => void this.readCalibrations());
    lab.on("run.event", ({ event }) => {
      if (event.type === "launch" || event.type === "started" || event.type === "ended") this.#soon();
    });
  }

  async refresh(): Promise<void> {
    await Promise.all([this.readSnapshot(), this.readCalibrations()]);
  }

  async readSnapshot(): Promise<void> {
    await this.snapshot.read(() => this.#lab.request("system.snapshot", {}));
  }

  async readCalibrations(): Promise<void> {
    await this.#readLive();
    await this.calibrations.read(async () => {
      const { runs } = await this.#lab.request("runs.list", { limit: RUNS_LOOKED_AT });
      return runs.filter(({ name }) => name.startsWith(CALIBRATION));
    });
    const done = this.calibrations.value?.find(({ status }) => status === "done");
    if (!done || done.id === this.noise.value?.run.id) return;
    await this.noise.read(async () => {
      const { comparisons } = await this.#lab.request("runs.verdicts", { id: done.id });
      return { run: done, comparison: comparisons[0] ?? null };
    });
  }

  async #readLive(): Promise<void> {
    await this.live.read(() => this.#lab.request("runs.live", {}));
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#readLive();
    }, LOOK_EVERY_MS);
  }

  /** Tries every provider with every format again; the answer comes with `system.changed`. */
  async probe(): Promise<void> {
    await this.#lab.request("system.probe", {});
    await this.readSnapshot();
  }

  async openHome(): Promise<void> {
    await this.#lab.request("app.openHome", {});
  }

  /** @returns the id of the queued run */
  async start(spec: SpecInput): Promise<string> {
    return (await this.#lab.request("runs.start", { spec })).id;
  }

  async cancel(id: string): Promise<void> {
    await this.#lab.request("runs.cancel", { id });
  }
}
