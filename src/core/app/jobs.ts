/** Makes variants, one after another, and tells how far it is. */
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import type { Job } from "#shared/api.ts";
import { LabError, toEnvelope } from "#shared/errors.ts";
import type { Recipe } from "#shared/recipe.ts";
import type { WriteProgress } from "#core/onnx/write-options.ts";
import { type QuantizeOptions, quantizeModel, type QuantizeResult } from "#core/quantize/quantize-model.ts";
import { Coalescer, type Events } from "./events.ts";
import type { MeasurementQueue } from "./runs/measurement-queue.ts";

export const PROGRESS_INTERVAL_MS = 100;
/** Below this the rate says more of start-up than of the work. */
const SETTLED_MS = 500;
const FINISHED_KEPT = 50;

export interface JobRequest {
  /** Library name, to show. */
  readonly model: string;
  readonly recipe: Recipe;
  readonly source: string;
  /** Found when the job begins: it may need the source's hash. */
  readonly target: () => Promise<string>;
  /** A file that is there already: `keep` takes it as made, `refuse` fails. */
  readonly existing: "keep" | "refuse";
}

export type Quantize = (options: QuantizeOptions) => Promise<Pick<QuantizeResult, "path" | "bytes">>;

type State = { -readonly [Key in keyof Job]: Job[Key] };

export class Jobs {
  readonly #queue: MeasurementQueue;
  readonly #events: Events;
  readonly #quantize: Quantize;
  readonly #jobs = new Map<string, { readonly job: State; readonly controller: AbortController }>();
  readonly #ended: Promise<void>[] = [];
  readonly #progress: Coalescer<Job>;

  constructor(queue: MeasurementQueue, events: Events, quantize: Quantize = quantizeModel) {
    this.#queue = queue;
    this.#events = events;
    this.#quantize = quantize;
    const later = (_: Job, next: Job): Job => next;
    this.#progress = new Coalescer(PROGRESS_INTERVAL_MS, later, (_, job) => {
      events.emit("job.changed", { job });
    });
  }

  /** Whether one is on its way or waits. */
  get busy(): boolean {
    return [...this.#jobs.values()].some(({ job }) => job.finishedAt === null);
  }

  /** Queues a job; its end, good or bad, comes as an event. */
  make(request: JobRequest): string {
    const id = randomBytes(6).toString("hex");
    const job: State = {
      id,
      model: request.model,
      format: request.recipe.format,
      recipe: request.recipe,
      state: "waiting",
      waitingFor: this.#queue.holder,
      progress: null,
      file: null,
      fileBytes: null,
      error: null,
      queuedAt: new Date().toISOString(),
      startedAt: null,
      finishedAt: null,
    };
    const controller = new AbortController();
    this.#jobs.set(id, { job, controller });
    this.#forgetOld();
    this.#tell(job);
    this.#ended.push(this.#run(job, request, controller.signal));
    return id;
  }

  /** The newest first. */
  list(): Job[] {
    return [...this.#jobs.values()].map(({ job }) => ({ ...job })).reverse();
  }

  /** One that has ended stays as it is. LabError JOB_NOT_FOUND. */
  cancel(id: string): void {
    const found = this.#jobs.get(id);
    if (!found) throw new LabError("JOB_NOT_FOUND", `There is no job "${id}" in this session.`, { id });
    found.controller.abort(new LabError("CANCELLED", "The job was cancelled."));
  }

  /** Cancels what is left and waits for its end. */
  async close(): Promise<void> {
    for (const id of this.#jobs.keys()) this.cancel(id);
    await Promise.all(this.#ended);
    this.#progress.flush();
  }

  async #run(job: State, request: JobRequest, signal: AbortSignal): Promise<void> {
    try {
      await this.#queue.pass(`making ${job.format} of ${job.model}`, signal, async () => {
        job.state = "running";
        job.waitingFor = null;
        job.startedAt = new Date().toISOString();
        this.#tell(job);
        const made = await this.#make(job, request, signal);
        job.file = made.path;
        job.fileBytes = made.bytes;
      });
      job.state = "done";
    } catch (error) {
      const envelope = toEnvelope(error);
      job.state = envelope.code === "CANCELLED" ? "cancelled" : "failed";
      job.error = job.state === "failed" ? envelope : null;
    }
    job.waitingFor = null;
    job.finishedAt = new Date().toISOString();
    this.#tell(job);
    if (job.state === "done") this.#events.emit("models.changed", {});
  }

  async #make(job: State, request: JobRequest, signal: AbortSignal): Promise<{ path: string; bytes: number }> {
    const target = await request.target();
    if (existsSync(target)) {
      if (request.existing === "keep") return { path: target, bytes: statSync(target).size };
      throw new LabError(
        "OUTPUT_UNWRITABLE",
        `${target} is there already. Move it away first, or make the variant in the data folder.`,
        {
          file: target,
        },
      );
    }
    const started = performance.now();
    return this.#quantize({
      source: request.source,
      target,
      recipe: request.recipe,
      signal,
      onProgress: (progress) => {
        job.progress = { ...progress, ...rate(progress, performance.now() - started) };
        this.#progress.add(job.id, { ...job });
      },
    });
  }

  #tell(job: State): void {
    this.#progress.flush();
    this.#events.emit("job.changed", { job: { ...job } });
  }

  #forgetOld(): void {
    const finished = [...this.#jobs].filter(([, { job }]) => job.finishedAt !== null);
    for (const [id] of finished.slice(0, Math.max(0, finished.length - FINISHED_KEPT))) this.#jobs.delete(id);
  }
}

function rate(
  { bytesDone, bytesTotal }: WriteProgress,
  elapsedMs: number,
): { bytesPerSecond: number | null; remainingMs: number | null } {
  if (elapsedMs < SETTLED_MS || bytesDone === 0) return { bytesPerSecond: null, remainingMs: null };
  const bytesPerMs = bytesDone / elapsedMs;
  return { bytesPerSecond: bytesPerMs * 1000, remainingMs: (bytesTotal - bytesDone) / bytesPerMs };
}
