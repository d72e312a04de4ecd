import type { RequestOutput, RunDetails, RunResults, RunSamples } from "#shared/api.ts";
import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";
import type { Comparison, Limits } from "#shared/results.ts";
import type { Lab } from "./bridge.ts";
import { FlipsPart } from "./result-flips.svelte.ts";
import { AsyncValue } from "./async-value.svelte.ts";

/** Between two looks at a run that goes on. */
const LOOK_EVERY_MS = 2000;

/** The stored run that is looked at. What is heavy is asked for when it is shown. */
export class ResultStore {
  id = $state<string | null>(null);
  readonly details = new AsyncValue<RunDetails>();
  readonly results = new AsyncValue<RunResults>();
  readonly generations = new AsyncValue<RequestOutput<"runs.generations">>();
  readonly flips: FlipsPart;
  /** By cell; a cell that is not there was not asked for. */
  samples = $state.raw<Readonly<Partial<Record<string, RunSamples>>>>({});
  samplesError = $state.raw<ErrorEnvelope | null>(null);
  /** Verdicts by the limits as they are now; null while those of `results` hold. */
  #judged = $state.raw<readonly Comparison[] | null>(null);
  judgingError = $state.raw<ErrorEnvelope | null>(null);
  readonly #lab: Lab;
  #limits: Limits = { marginPoints: 1 };
  #judging: "no" | "once" | "again" = "no";
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.flips = new FlipsPart(lab);
    lab.onConnection((state) => {
      if (state === "open") void this.refresh();
    });
    lab.on("runs.changed", () => void this.#lookAgain());
    // Comparing takes the processor, so that it must not be done while a cell is timed: between two processes, and at the end.
    lab.on("run.event", ({ id, event }) => {
      if (id === this.id && (event.type === "launch" || event.type === "cell" || event.type === "ended")) this.#soon();
    });
  }

  /** Every other cell against the reference, judged by the user's limits. */
  get comparisons(): readonly Comparison[] {
    return this.#judged ?? this.results.value?.results.comparisons ?? [];
  }

  /** Shows another run; the same one is left as it is. */
  async open(id: string, limits: Limits): Promise<void> {
    if (id === this.id) {
      this.judge(limits);
      return;
    }
    this.id = id;
    this.#limits = limits;
    for (const part of [this.details, this.results, this.generations]) part.forget();
    this.flips.forget();
    this.#judged = null;
    this.judgingError = null;
    this.samples = {};
    this.samplesError = null;
    await this.refresh();
  }

  /** First what is known at once, then what has to be computed. */
  async refresh(): Promise<void> {
    const { id } = this;
    if (id === null) return;
    await this.details.read(() => this.#lab.request("runs.get", { id }));
    if (id !== this.id || this.details.error !== null) return;
    const limits = this.#limits;
    const before = this.results.value;
    await this.results.read(() => this.#lab.request("runs.results", { id, ...limits }));
    if (id !== this.id) return;
    if (this.results.value !== before) this.#judged = null;
    if (limits !== this.#limits) void this.#judge();
    await this.generations.read(() => this.#lab.request("runs.generations", { id }));
  }

  /** Renamed here or elsewhere, deleted, or ended. */
  async #lookAgain(): Promise<void> {
    const { id } = this;
    const before = this.details.value?.run.status;
    if (id === null) return;
    await this.details.read(() => this.#lab.request("runs.get", { id }));
    if (id !== this.id || before === undefined || this.details.value?.run.status === before) return;
    await this.refresh();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.refresh();
    }, LOOK_EVERY_MS);
  }

  /** Other limits: verdicts follow as fast as they are answered, the last one always. */
  judge(limits: Limits): void {
    if (sameLimits(limits, this.#limits)) return;
    this.#limits = limits;
    if (this.results.value !== null) void this.#judge();
  }

  async #judge(): Promise<void> {
    const { id } = this;
    if (id === null) return;
    if (this.#judging !== "no") {
      this.#judging = "again";
      return;
    }
    this.#judging = "once";
    try {
      const { comparisons } = await this.#lab.request("runs.verdicts", { id, ...this.#limits });
      if (id === this.id) {
        this.#judged = comparisons;
        this.judgingError = null;
      }
    } catch (error) {
      if (id === this.id) this.judgingError = toEnvelope(error);
    }
    const again = (this.#judging as string) === "again";
    this.#judging = "no";
    if (again) void this.#judge();
  }

  /** Raw samples of cells that were not asked for yet. */
  async readSamples(labels: readonly string[]): Promise<void> {
    const { id } = this;
    if (id === null) return;
    for (const cell of labels) {
      if (this.samples[cell] !== undefined) continue;
      try {
        const read = await this.#lab.request("runs.samples", { id, cell });
        if (id !== this.id) return;
        this.samples = { ...this.samples, [cell]: read };
        this.samplesError = null;
      } catch (error) {
        if (id === this.id) this.samplesError = toEnvelope(error);
        return;
      }
    }
  }

  /** The newest run's id; null where there is none. */
  async newest(): Promise<string | null> {
    const { runs } = await this.#lab.request("runs.list", { limit: 1 });
    return runs[0]?.id ?? null;
  }

  async rename(name: string): Promise<void> {
    await this.#lab.request("runs.rename", { id: this.id!, name });
  }

  /** Measures what is missing. */
  async resume(): Promise<void> {
    await this.#lab.request("runs.resume", { id: this.id! });
    await this.refresh();
  }
}

function sameLimits(a: Limits, b: Limits): boolean {
  return a.marginPoints === b.marginPoints && a.peakMemoryBytes === b.peakMemoryBytes && a.latencyMs === b.latencyMs;
}
