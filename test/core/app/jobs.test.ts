import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Job } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import { Events } from "#core/app/events.ts";
import { MeasurementQueue } from "#core/app/runs/measurement-queue.ts";
import { type JobRequest, Jobs, type Quantize } from "#core/app/jobs.ts";
import type { QuantizeOptions } from "#core/quantize/quantize-model.ts";
import { scratchDir } from "../../helpers/lab.ts";

/** Jobs whose work the test does. */
function held(): {
  jobs: Jobs;
  queue: MeasurementQueue;
  told: Job[];
  work: { options: QuantizeOptions; end: (error?: Error) => void }[];
} {
  const events = new Events();
  const queue = new MeasurementQueue();
  const told: Job[] = [];
  events.on((name, payload) => {
    if (name === "job.changed") told.push((payload as { job: Job }).job);
  });
  const work: { options: QuantizeOptions; end: (error?: Error) => void }[] = [];
  const quantize: Quantize = (options) =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (error) reject(error);
        else resolve({ path: options.target, bytes: 7 });
      };
      options.signal!.addEventListener("abort", () => {
        end(new LabError("CANCELLED", "cancelled"));
      });
      work.push({ options, end });
    });
  return { jobs: new Jobs(queue, events, quantize), queue, told, work };
}

function request(format: "int4" | "int8" = "int4", extra: Partial<JobRequest> = {}): JobRequest {
  const target = join(scratchDir(), `${format}.onnx`);
  const recipe = { format };
  return {
    model: "demo",
    recipe,
    source: "model.onnx",
    target: () => Promise.resolve(target),
    existing: "keep",
    ...extra,
  };
}

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((resolve) => setImmediate(resolve));
}

describe("Jobs", () => {
  it("makes one file at a time and tells each step", async () => {
    const { jobs, told, work } = held();
    const ids = [jobs.make(request("int4")), jobs.make(request("int8"))];
    await until(() => work.length === 1);
    expect(jobs.list().map(({ id, state }) => [id, state])).toEqual([
      [ids[1], "waiting"],
      [ids[0], "running"],
    ]);
    work[0]!.options.onProgress!({ bytesDone: 1, bytesTotal: 2, tensorsDone: 0, tensorsTotal: 1 });
    expect(jobs.list()[1]!.progress).toMatchObject({ bytesDone: 1, bytesTotal: 2, remainingMs: null });
    work[0]!.end();
    await until(() => work.length === 2);
    work[1]!.end();
    await until(() => !jobs.busy);
    expect(told.filter(({ id }) => id === ids[0]).map(({ state }) => state)).toEqual([
      "waiting",
      "running",
      "running",
      "done",
    ]);
    expect(jobs.list()[0]).toMatchObject({ state: "done", fileBytes: 7, error: null });
  });

  it("waits while a run measures, and says for what", async () => {
    const { jobs, queue, work } = held();
    const run = Promise.withResolvers<undefined>();
    const measuring = queue.pass('the run "night"', new AbortController().signal, () => run.promise);
    jobs.make(request());
    expect(jobs.list()[0]).toMatchObject({ state: "waiting", waitingFor: 'the run "night"' });
    run.resolve(undefined);
    await measuring;
    await until(() => work.length === 1);
    expect(jobs.list()[0]).toMatchObject({ state: "running", waitingFor: null });
    await jobs.close();
  });

  it("cancels what waits and what runs", async () => {
    const { jobs, work } = held();
    const [first, second] = [jobs.make(request()), jobs.make(request())] as [string, string];
    await until(() => work.length === 1);
    jobs.cancel(second);
    jobs.cancel(first);
    await until(() => !jobs.busy);
    expect(jobs.list().map(({ state, error }) => [state, error])).toEqual(Array(2).fill(["cancelled", null]));
    expect(work).toHaveLength(1);
    expect(() => {
      jobs.cancel("nobody");
    }).toThrow(expect.objectContaining({ code: "JOB_NOT_FOUND" }));
  });

  it("keeps the error of a job that fails, and goes on with the next", async () => {
    const { jobs, work } = held();
    jobs.make(request());
    jobs.make(request());
    await until(() => work.length === 1);
    work[0]!.end(new LabError("DISK_FULL", "full"));
    await until(() => work.length === 2);
    work[1]!.end();
    await until(() => !jobs.busy);
    expect(jobs.list().map(({ state, error }) => [state, error?.code])).toEqual([
      ["done", undefined],
      ["failed", "DISK_FULL"],
    ]);
  });

  it("takes a file that was made before, and never writes over one beside the source", async () => {
    const { jobs, work } = held();
    const file = join(scratchDir(), "model_q4.onnx");
    writeFileSync(file, "made");
    const target = (): Promise<string> => Promise.resolve(file);
    jobs.make(request("int4", { target, existing: "keep" }));
    jobs.make(request("int4", { target, existing: "refuse" }));
    await until(() => !jobs.busy);
    expect(jobs.list().map(({ state, file: made, error }) => [state, made, error?.code])).toEqual([
      ["failed", null, "OUTPUT_UNWRITABLE"],
      ["done", file, undefined],
    ]);
    expect(work).toEqual([]);
    expect(existsSync(file)).toBe(true);
  });
});
