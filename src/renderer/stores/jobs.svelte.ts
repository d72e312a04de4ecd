import type { Job } from "#shared/api.ts";
import type { Lab } from "./bridge.ts";
import { withJob } from "./jobs-list.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** Variants that are made, newest first; those that ended stay until they are cleared. */
export class JobsStore {
  readonly #all = new AsyncValue<readonly Job[]>();
  #cleared = $state.raw<readonly string[]>([]);
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("job.changed", ({ job }) => {
      this.#all.value = withJob(this.#all.value ?? [], job);
    });
  }

  /** In the order in which they are worked on. */
  get jobs(): readonly Job[] {
    return (this.#all.value ?? []).filter(({ id }) => !this.#cleared.includes(id)).toReversed();
  }

  get unfinished(): number {
    return this.jobs.filter(({ finishedAt }) => finishedAt === null).length;
  }

  async refresh(): Promise<void> {
    await this.#all.read(async () => (await this.#lab.request("jobs.list", {})).jobs);
  }

  async cancel(jobId: string): Promise<void> {
    await this.#lab.request("jobs.cancel", { jobId });
  }

  /** Takes what has ended out of sight. */
  clear(): void {
    const ended = this.jobs.filter(({ finishedAt }) => finishedAt !== null);
    this.#cleared = [...this.#cleared, ...ended.map(({ id }) => id)];
  }
}
