/** Runs, one at a time: the queue, the one that is measured, and how those of this session ended. It outlives every window. */
import type { LiveRunEvent, LiveRuns } from "#shared/api.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import type { Spec } from "#shared/spec.ts";
import { executeRun, type ExecuteOptions, resumeRun, type RunEvent, type RunOutcome } from "#core/runs/execute.ts";
import { newRunId } from "#core/runs/run-ids.ts";
import type { Spawner } from "#core/runs/spawner.ts";
import { type Place, takePlace } from "#core/runs/place.ts";
import { shardOf } from "#core/runs/shard.ts";
import { hasRun } from "#core/store/edit-run.ts";
import { readRun } from "#core/store/read-run.ts";
import { refuseMeasured } from "#core/store/run-owner.ts";
import { failAbandonedRuns } from "#core/store/write-run.ts";
import { detach } from "#core/system/problems.ts";
import { Coalescer, type Events } from "../events.ts";
import type { MeasurementQueue } from "./measurement-queue.ts";
import { PROGRESS_INTERVAL_MS } from "../jobs.ts";
import { joinSamples, LiveRunState } from "./live-run.ts";
import type { Lab } from "../open-lab.ts";

const ENDED_KEPT = 20;

/** What runs an experiment; tests put others in their place. */
export interface Executor {
  readonly execute: (spec: Spec, options: ExecuteOptions) => Promise<RunOutcome>;
  readonly resume: (runId: string, options: ExecuteOptions) => Promise<RunOutcome>;
}

interface RunManagerOptions {
  readonly lab: Lab;
  readonly queue: MeasurementQueue;
  readonly events: Events;
  readonly spawner: Spawner;
  readonly executor?: Executor;
}

interface Entry {
  readonly id: string;
  readonly name: string;
  /** To show. */
  readonly model: string;
  readonly spec: Spec;
  readonly resumed: boolean;
  /** One of several parts of a run. */
  readonly part: boolean;
  readonly done: readonly string[];
  readonly queuedAt: string;
  readonly controller: AbortController;
  readonly cells: Map<string, AbortController>;
}

type Ended = LiveRuns["ended"][number];

export class RunManager {
  readonly #options: RunManagerOptions;
  readonly #executor: Executor;
  readonly #queue: Entry[] = [];
  #active: { readonly entry: Entry; readonly live: LiveRunState } | null = null;
  #ended: readonly Ended[] = [];
  readonly #work = new Set<Promise<void>>();
  readonly #coalescer: Coalescer<LiveRunEvent>;

  constructor(options: RunManagerOptions) {
    this.#options = options;
    this.#executor = options.executor ?? { execute: executeRun, resume: resumeRun };
    this.#coalescer = new Coalescer(PROGRESS_INTERVAL_MS, joinEvents, (key, event) => {
      this.#emit(key.slice(0, key.indexOf(" ")), event);
    });
  }

  /** Whether a run is measured or waits: what a quit would stop. */
  get busy(): boolean {
    return this.#active !== null || this.#queue.length > 0;
  }

  /**
   * Queues a new run.
   * @param spec complete, its paths absolute
   * @param model to show
   * @returns the id under which it will be stored
   */
  start(spec: Spec, model: string): string {
    const id = newRunId();
    this.#add(id, spec, model, null, false);
    return id;
  }

  /** Queues what is left of a stopped run. LabError RUN_NOT_FOUND, RUN_BUSY, BAD_REQUEST for one that is done. */
  resume(id: string): void {
    this.refuseBusy(id);
    const { db } = this.#options.lab;
    failAbandonedRuns(db);
    refuseMeasured(db, id);
    const { run, model, cells } = readRun(db, id);
    if (run.status === "done") throw new LabError("BAD_REQUEST", `The run ${id} is done already.`, { id });
    const done = cells.filter(({ status }) => status === "done").map(({ label }) => label);
    this.#add(id, { ...run.spec, name: run.name }, model.name, done, shardOf(run.origin) !== undefined);
  }

  /**
   * Stops a run, or one cell of the run that is measured; what was measured stays.
   * @throws LabError RUN_NOT_FOUND, BAD_REQUEST for a cell that there is not
   */
  cancel(id: string, cell?: string): void {
    const active = this.#active?.entry.id === id ? this.#active : null;
    const entry = active?.entry ?? this.#queue.find((each) => each.id === id);
    if (!entry) throw new LabError("RUN_NOT_FOUND", `The run ${id} is neither measured nor waiting.`, { id });
    if (cell !== undefined) {
      if (!active?.live.labels.includes(cell)) {
        throw new LabError("BAD_REQUEST", `The run ${id} measures no cell "${cell}" now.`, { id, cell });
      }
      cellController(entry, cell).abort();
      return;
    }
    active?.live.cancelling();
    entry.controller.abort(new LabError("CANCELLED", "The run was cancelled."));
    this.#options.events.emit("runs.changed", {});
  }

  /** @throws LabError RUN_BUSY while it waits or is measured */
  refuseBusy(id: string): void {
    if (this.#active?.entry.id === id || this.#queue.some((entry) => entry.id === id)) throw busy(id);
  }

  live(): LiveRuns {
    return {
      active: this.#active?.live.snapshot() ?? null,
      queue: this.#queue.map(({ id, name, model, queuedAt, spec, resumed }) => ({
        id,
        name,
        model,
        queuedAt,
        cells: spec.cells.length,
        resumed,
      })),
      ended: [...this.#ended],
    };
  }

  /** Cancels everything and waits until it is stored. */
  async close(): Promise<void> {
    for (const { id } of [...this.#queue]) this.cancel(id);
    if (this.#active) this.cancel(this.#active.entry.id);
    await Promise.allSettled(this.#work);
  }

  /** @param done labels of a resumed run's finished cells; null for a new run */
  #add(id: string, spec: Spec, model: string, done: readonly string[] | null, part: boolean): void {
    const entry: Entry = {
      id,
      name: spec.name,
      model,
      spec,
      resumed: done !== null,
      done: done ?? [],
      part,
      queuedAt: new Date().toISOString(),
      controller: new AbortController(),
      cells: new Map(),
    };
    this.#queue.push(entry);
    const work = this.#run(entry).finally(() => this.#work.delete(work));
    this.#work.add(work);
    detach(work, `How the run "${entry.name}" ended could not be told`);
    this.#options.events.emit("runs.changed", {});
  }

  /** Never rejects: how it ended is told. */
  async #run(entry: Entry): Promise<void> {
    const { queue } = this.#options;
    const { signal } = entry.controller;
    let outcome: Pick<Ended, "status" | "error">;
    try {
      const { status } = await queue.pass(`the run "${entry.name}"`, signal, () => this.#measure(entry));
      outcome = { status, error: null };
    } catch (error) {
      const envelope = toEnvelope(error);
      outcome = { status: envelope.code === "CANCELLED" ? "cancelled" : "failed", error: envelope };
    }
    this.#leave(entry, outcome);
  }

  async #measure(entry: Entry): Promise<RunOutcome> {
    const { lab, spawner } = this.#options;
    using place = await this.#takePlace(entry);
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    const live = new LiveRunState(entry);
    this.#active = { entry, live };
    this.#options.events.emit("runs.changed", {});
    const options: ExecuteOptions = {
      db: lab.db,
      runId: entry.id,
      variantsDir: lab.variantsDir,
      scratchDir: lab.scratchDir,
      spawner,
      signal: entry.controller.signal,
      place,
      cellSignal: (label) => cellController(entry, label).signal,
      onEvent: (event) => {
        this.#hear(entry, live, event);
      },
    };
    return await (entry.resumed
      ? this.#executor.resume(entry.id, options)
      : this.#executor.execute(entry.spec, options));
  }

  /** Two programs that measure on one machine measure each other. */
  async #takePlace({ name, part }: Entry): Promise<Place> {
    const { home, db } = this.#options.lab;
    failAbandonedRuns(db);
    return takePlace({ db, home, run: name, part, alongside: false });
  }

  #hear(entry: Entry, live: LiveRunState, event: RunEvent): void {
    const told = live.apply(event);
    if (told) {
      const key = coalescingKey(told);
      if (key === null) {
        this.#coalescer.flush();
        this.#emit(entry.id, told);
      } else this.#coalescer.add(`${entry.id} ${key}`, told);
    }
    if (event.type === "started" || event.type === "cell") this.#options.events.emit("runs.changed", {});
  }

  #leave(entry: Entry, { status, error }: Pick<Ended, "status" | "error">): void {
    const { id, name, model } = entry;
    if (this.#active?.entry === entry) this.#active = null;
    const waiting = this.#queue.indexOf(entry);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
    const stored = hasRun(this.#options.lab.db, id);
    const ended = { id, name, model, endedAt: new Date().toISOString(), status, error, stored };
    this.#ended = [ended, ...this.#ended].slice(0, ENDED_KEPT);
    this.#coalescer.flush();
    this.#emit(id, { type: "ended", status, error });
    this.#options.events.emit("runs.changed", {});
  }

  #emit(id: string, event: LiveRunEvent): void {
    this.#options.events.emit("run.event", { id, event });
  }
}

/** Events of one key may be joined; null for those that must all arrive, in their order. */
function coalescingKey(event: LiveRunEvent): string | null {
  switch (event.type) {
    case "making":
      return "making";
    case "progress":
      return `progress ${event.label}`;
    case "samples":
      return `samples ${event.label}`;
    default:
      return null;
  }
}

function joinEvents(waiting: LiveRunEvent, next: LiveRunEvent): LiveRunEvent {
  if (waiting.type !== "samples" || next.type !== "samples") return next;
  return { ...next, samples: joinSamples(waiting.samples, next.samples) };
}

function cellController(entry: Entry, label: string): AbortController {
  const known = entry.cells.get(label);
  if (known) return known;
  const controller = new AbortController();
  entry.cells.set(label, controller);
  return controller;
}

function busy(id: string): LabError {
  return new LabError("RUN_BUSY", `The run ${id} waits or is measured. Cancel it first, or wait for its end.`, { id });
}
